"""The demo lobbies, with members and messages."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from chat.models import Lobby, LobbyMessage, Membership
from core.seeding import seeds

OWNER, MODERATOR, MEMBER = Membership.Role.OWNER, Membership.Role.MODERATOR, Membership.Role.MEMBER

LOBBIES = [
    (
        {"name": "town-square", "title": "Town square", "max_participants": 50},
        {
            "premium_user_1": OWNER,
            "premium_user_2": MODERATOR,
            "user_1": MEMBER,
            "user_2": MEMBER,
            "user_3": MEMBER,
        },
        [
            ("premium_user_1", "Welcome, everybody!"),
            ("user_1", "Hi! Is anybody up for a game?"),
            ("user_2", "Give me five minutes."),
            ("premium_user_2", "I have a lobby for Connect Four, come over."),
        ],
    ),
    (
        {
            "name": "connect-four-club",
            "title": "Connect Four club",
            "game": "connect_four",
            "max_participants": 8,
        },
        {"premium_user_2": OWNER, "user_2": MEMBER, "user_4": MEMBER},
        [
            ("premium_user_2", "Winner stays at the board."),
            ("user_4", "Then I'll stay a while."),
        ],
    ),
    (
        {"name": "quiet-corner", "title": "Quiet corner", "is_public": False, "max_participants": 4},
        {"premium_user_1": OWNER, "user_5": MEMBER},
        [("premium_user_1", "Only by invitation here."), ("user_5", "I like it.")],
    ),
]
NAMES = [str(facts["name"]) for facts, _, _ in LOBBIES]


def clear() -> None:
    """Delete the demo lobbies."""
    Lobby.objects.filter(name__in=NAMES).delete()


@seeds(order=30, clear=clear)
def seed() -> None:
    """Create missing demo lobbies."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=LOBBIES[0][1] | LOBBIES[1][1] | LOBBIES[2][1])
    }
    there = set(Lobby.objects.filter(name__in=NAMES, status=Lobby.Status.OPEN).values_list("name", flat=True))
    for facts, roles, said in LOBBIES:
        if facts["name"] in there:
            continue
        owner = next(users[name] for name, role in roles.items() if role == OWNER)
        lobby = Lobby.objects.create(owner=owner, **facts)
        Membership.objects.bulk_create(
            Membership(lobby=lobby, user=users[name], role=role) for name, role in roles.items()
        )
        began = timezone.now() - timedelta(minutes=len(said))
        LobbyMessage.objects.bulk_create(
            LobbyMessage(
                lobby=lobby, sender=users[name], content=content, created_at=began + timedelta(minutes=number)
            )
            for number, (name, content) in enumerate(said)
        )
