"""The demo users: two premium, five regular, all with the same password."""

from django.contrib.auth.hashers import make_password

from accounts.models import User
from core.seeding import seeds

PASSWORD = "testpass123"
PREMIUM = ("premium_user_1", "premium_user_2")
NAMES = (*PREMIUM, "user_1", "user_2", "user_3", "user_4", "user_5")


def clear() -> None:
    """Delete the demo users."""
    User.objects.filter(username__in=NAMES).delete()


@seeds(order=10, clear=clear)
def seed() -> None:
    """Create missing demo users."""
    there = set(User.objects.filter(username__in=NAMES).values_list("username", flat=True))
    User.objects.bulk_create(
        User(
            username=name,
            email=f"{name}@example.org",
            password=make_password(PASSWORD),
            is_premium=name in PREMIUM,
        )
        for name in NAMES
        if name not in there
    )
