"""Users and their sessions."""

import uuid
from collections.abc import Collection
from ipaddress import ip_network
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

from core.ids import UserIdKey

# Enables ``name__lower`` in filters, which uses the indexes of the constraints below.
models.CharField.register_lookup(Lower)


def validate_network(text: str) -> None:
    """Raise ``ValidationError`` unless this is an address or a range of them."""
    try:
        ip_network(text)
    except ValueError:
        raise ValidationError("Write an address range such as 203.0.113.0/24.") from None


LANGUAGES = (("en", "English"), ("de", "German"))
"""The languages of mails."""
AVATAR_HUES = 12
AVATAR_SHAPES = 6
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
    """Proven if ``email_verified_at`` is set, else only claimed."""
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    pending_email = models.EmailField(blank=True, db_default="", editable=False)
    """The address that replaces ``email`` once it is verified."""
    language = models.CharField(
        max_length=2, choices=LANGUAGES, default="en", db_default="en", editable=False
    )
    language_chosen = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether the user has chosen ``language``; otherwise it is that of the last sign-in."""
    accepted_terms = models.CharField(max_length=30, blank=True, db_default="", editable=False)
    """The version of the terms that the user agreed to last."""
    terms_accepted_at = models.DateTimeField(null=True, editable=False)
    birth_date = models.DateField(null=True, blank=True)
    marketing_consent_at = models.DateTimeField(null=True, editable=False)
    has_mfa = models.BooleanField(default=False, db_default=False, editable=False)
    is_premium = models.BooleanField(default=False)
    is_guest = models.BooleanField(default=False)
    is_bot = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="former_accounts", editable=False
    )
    """The account that its person kept. What could not move, such as finished games, still points here."""
    avatar_hue = models.PositiveSmallIntegerField(null=True, editable=False)
    avatar_shape = models.PositiveSmallIntegerField(null=True, editable=False)
    """The chosen sign; without a choice, clients make one from the name."""

    objects: ClassVar[Accounts] = Accounts()

    # The session that a password change keeps: the one it was made from.
    stays_signed_in = 0

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(avatar_hue=None, avatar_shape=None)
                | models.Q(
                    avatar_hue__isnull=False,
                    avatar_shape__isnull=False,
                    avatar_hue__lt=AVATAR_HUES,
                    avatar_shape__lt=AVATAR_SHAPES,
                ),
                name="avatar_is_whole_and_known",
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_code="username_taken",
                violation_error_message="This name is taken.",
            ),
            # Nobody learns from a claim whether somebody else has proven the address.
            models.UniqueConstraint(
                Lower("email"),
                name="claimed_email_unique_in_any_case",
                condition=~models.Q(email="") & models.Q(email_verified_at=None),
                violation_error_code="email_taken",
                violation_error_message="This address has an account.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="verified_email_unique_in_any_case",
                condition=~models.Q(email="") & ~models.Q(email_verified_at=None),
                violation_error_code="email_taken",
                violation_error_message="This address has an account.",
            ),
        ]

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        # Forms leave this field out, which would skip the constraints with a condition on it.
        exclude = set(exclude or ()) - {"email_verified_at"}
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
    proven_at = models.DateTimeField(null=True, editable=False)
    """The last time at which the user proved who they are, beside a password."""
    last_seen = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    name = models.CharField(max_length=60, blank=True, db_default="")
    """The device's name, if its user has given it one."""
    user_agent = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    """The address of the sign-in or, since, of the last exchange of tokens."""

    class Meta:
        indexes = [
            models.Index(
                fields=["last_seen"], name="open_sessions_by_last_seen", condition=models.Q(ended_at=None)
            ),
            models.Index(fields=["ip"], name="sessions_by_address"),
        ]

    def __str__(self) -> str:
        return f"session of {self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class MailedCode(models.Model):
    """The newest code of a kind that was sent to a user, and the key in its link, as keyed digests."""

    class Purpose(models.TextChoices):
        VERIFY = "verify"
        SIGN_IN = "sign_in"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    email = models.EmailField()
    code_digest = models.CharField(max_length=64)
    key_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "purpose"], name="one_mailed_code_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.purpose} code for {self.email}"


class SignIn(models.Model):
    """An entry of the sign-in log: an attempt to sign in to an account, and its outcome."""

    class Outcome(models.TextChoices):
        OK = "ok", "Signed in"
        WRONG = "wrong", "Wrong proof"
        MFA_REQUIRED = "mfa_required", "Second factor required"
        BANNED = "banned", "Banned"

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sign_ins")
    """None where there is no such account: that is stored as well, so that the time taken tells nothing."""
    at = models.DateTimeField(auto_now_add=True)
    method = models.CharField(max_length=30)
    outcome = models.CharField(max_length=20, choices=Outcome)
    user_agent = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_ins_by_user"),
            models.Index(fields=["ip"], name="sign_ins_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.method} by {self.user_id}: {self.outcome}"


class Link(models.Model):
    """A way in beside password and passkey: a device, or an account at a provider."""

    DEVICE = "device"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    provider = models.CharField(max_length=30)
    subject = models.CharField(max_length=255)
    """The provider's id of the user; of a device a keyed digest of its id, which is a secret."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="link_of_one_user"),
            models.UniqueConstraint(
                fields=["user", "provider"],
                name="one_link_to_a_provider",
                condition=~models.Q(provider="device"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.user_id}"


class Totp(models.Model):
    """The authenticator app of a user. It counts once the user's ``has_mfa`` is set, by a first code."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="totp")
    secret = models.BinaryField()
    """Encrypted; see ``sealing``."""
    last_step = models.BigIntegerField(default=0)
    """The time step of the last code that was used: each code counts once."""

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class RecoveryCode(models.Model):
    """A code that replaces the authenticator app once, as a keyed digest. Using it deletes the row."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class Challenge(models.Model):
    """Something begun that a second call finishes, once, such as a sign-in with a second factor."""

    class Purpose(models.TextChoices):
        MFA = "mfa"
        PASSKEY_SIGN_IN = "passkey_sign_in"
        PASSKEY_ADD = "passkey_add"
        ID_TOKEN = "id_token"

    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    method = models.CharField(max_length=30, blank=True)
    """The way in with which the sign-in began."""
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%H:%M:%S}"


class Passkey(models.Model):
    """A WebAuthn credential."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)
    """Base64url, as in WebAuthn's JSON."""
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"passkey of {self.user_id}"


class Ban(models.Model):
    """A ban from the platform, or a mute on all of it, of an account, a device or an address range."""

    class Kind(models.TextChoices):
        BAN = "ban"
        MUTE = "mute"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.BAN)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="bans")
    device = models.CharField(max_length=64, blank=True, editable=False)
    """The digest of a device's id, as in its link."""
    network = models.CharField(max_length=43, blank=True, validators=[validate_network])
    """Addresses, such as 203.0.113.0/24."""
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, device="", network="")
                | models.Q(models.Q(user=None, network="") & ~models.Q(device=""))
                | models.Q(models.Q(user=None, device="") & ~models.Q(network="")),
                name="ban_has_one_target",
                violation_error_message="Name an account or an address range.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user or self.network or 'a device'}"
