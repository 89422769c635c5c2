"""The operator account of the demo data, in development only."""

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.seeding import PASSWORD
from core.seeding import seeds

NAME = "operator"


def clear() -> None:
    """Delete the demo operator."""
    if settings.DEBUG:
        User.objects.filter(username=NAME).delete()


@seeds(order=15, clear=clear)
def seed() -> None:
    """Create a superuser if there is none, so that the admin can be tried."""
    if settings.DEBUG and not User.objects.filter(is_superuser=True).exists():
        User.objects.create(
            username=NAME,
            email=f"{NAME}@example.org",
            password=make_password(PASSWORD),
            is_staff=True,
            is_superuser=True,
        )
