"""Checks of chosen names, addresses and passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.refusals import EmailTaken, UsernameTaken
from core import words
from core.refusals import Invalid


def check_password(*, password: str, username: str, email: str, field: str = "password") -> None:
    """Check a password with Django's validators. Raises ``Invalid``."""
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise Invalid("This password is too weak.", details={field: list(error.messages)}) from None


def check_name(username: str) -> None:
    """Check a chosen name against offensive and reserved names. Raises ``Invalid``."""
    if username and (words.is_reserved(username) or words.is_offensive(username)):
        raise Invalid("This name may not be used.", details={"username": ["This name may not be used."]})


def check_free(*, email: str, username: str, but: User | None = None) -> None:
    """Raise what the constraints would raise later, before time is spent on hashing."""
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if username and others.filter(username__lower=username.lower()).exists():
        raise UsernameTaken(f"The name {username} is taken.", details={"username": ["This name is taken."]})
    # Nobody is told that an address is verified by another: the owner gets a mail instead.
    if email and others.filter(email__lower=email.lower(), email_verified_at=None).exists():
        raise EmailTaken("This address has an account.", details={"email": ["This address has an account."]})


def check_unclaimed(email: str) -> None:
    """Raise ``EmailTaken`` if an account claims this address without having verified it."""
    check_free(email=email, username="")


@contextmanager
def unique(*, username: str, email: str, but: User | None = None) -> Iterator[None]:
    """Turn a constraint violation in the block into ``UsernameTaken`` or ``EmailTaken``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        check_free(username=username, email=email, but=but)
        raise
