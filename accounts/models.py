"""Users and their sessions."""

import uuid
from collections.abc import Collection
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

from core.ids import UserIdKey

# Enables ``name__lower`` in filters, which uses the indexes of the constraints below.
models.CharField.register_lookup(Lower)

USERNAME_LENGTH = range(3, 31)
USERNAME_LETTERS = RegexValidator(r"^[A-Za-z0-9_.-]+\Z", "Letters, digits, and _ . - only.")


class Accounts(UserManager["User"]):
    """Looks users up by name case-insensitively."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__lower=(username or "").lower())


class User(AbstractUser):
    """An account: a person, a guest who may upgrade later, or a bot."""

    id = UserIdKey(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    username = models.CharField(
        max_length=USERNAME_LENGTH[-1],
        unique=True,
        validators=[MinLengthValidator(USERNAME_LENGTH[0]), USERNAME_LETTERS],
        error_messages={"unique": "This name is taken."},
    )
    email = models.EmailField(blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_premium = models.BooleanField(default=False)
    is_guest = models.BooleanField(default=False)
    is_bot = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Accounts] = Accounts()

    # The session that a password change keeps: the one it was made from.
    stays_signed_in = 0

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_code="username_taken",
                violation_error_message="This name is taken.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="email_unique_in_any_case",
                condition=~models.Q(email=""),
                violation_error_code="email_taken",
                violation_error_message="This address has an account.",
            ),
        ]

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        try:
            super().validate_constraints(exclude)
        except ValidationError as refused:
            # Django cannot tell which field a constraint on an expression belongs to.
            errors = refused.error_dict[NON_FIELD_ERRORS]
            raise ValidationError(
                {str(error.code).removesuffix("_taken"): error for error in errors}
            ) from None

    @property
    def has_new_password(self) -> bool:
        """Whether a new password is being saved; rehashing the old one (after a sign-in) does not count."""
        return self._password is not None

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self._password = ""


LAST_SEEN_LAG_S = 1.0
"""A session may have been heard from so much later than its ``last_seen`` says."""


class Session(models.Model):
    """A signed-in device, until it is ended or inactive for ``SESSION_TIMEOUT`` seconds.

    ``refresh_id`` is the ``jti`` of the only valid refresh token; each use replaces it. It is empty after a
    restored backup: then any refresh token of the session is valid, once.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_id = models.UUIDField(null=True, default=uuid.uuid4, editable=False)
    previous_refresh_id = models.UUIDField(null=True, editable=False)
    """The value of ``refresh_id`` before ``rotated_at``."""
    rotated_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    user_agent = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["last_seen"], name="open_sessions_by_last_seen", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"session of {self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class EmailCode(models.Model):
    """The newest code sent to verify a user's address, as a keyed digest."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    email = models.EmailField()
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"code for {self.email}"
