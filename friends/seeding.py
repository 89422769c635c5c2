"""Friendships of the demo users."""

from accounts.models import User
from core.seeding import seeds
from friends.models import FriendRequest, Friendship

FRIENDS = (
    ("premium_user_1", "premium_user_2"),
    ("premium_user_1", "user_1"),
    ("premium_user_1", "user_2"),
    ("premium_user_1", "user_3"),
    ("premium_user_2", "user_1"),
    ("user_1", "user_2"),
)
ASKED = (("user_4", "premium_user_1"), ("premium_user_2", "user_2"))


# Deleted together with the users.
@seeds(order=20)
def seed() -> None:
    """Create the demo users' friendships and requests, unless they exist."""
    names = {name for pair in (*FRIENDS, *ASKED) for name in pair}
    ids = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    pairs = [sorted((ids[one], ids[other])) for one, other in FRIENDS]
    Friendship.objects.bulk_create(
        [Friendship(low_id=low, high_id=high) for low, high in pairs], ignore_conflicts=True
    )
    for asking, asked in ASKED:
        pair = (ids[asking], ids[asked])
        if not FriendRequest.objects.filter(from_user__in=pair, to_user__in=pair).exists():
            FriendRequest.objects.create(from_user_id=pair[0], to_user_id=pair[1])
