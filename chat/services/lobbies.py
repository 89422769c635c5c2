"""Writes to lobbies. Memberships change under a lock on the lobby's row, taken before any other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, QuerySet, Subquery
from django.utils import timezone
from msgspec import UNSET, UnsetType

from accounts import services as account_services
from chat import events, rules, selectors
from chat.events import LobbyId
from chat.models import Lobby, LobbyMessage, Membership, Sanction
from chat.refusals import (
    InvitationNeeded,
    LobbyFull,
    LobbyNameTaken,
    NoGameChosen,
    NotEnoughPlayers,
    TooManyLobbies,
    UnknownLobby,
)
from core import words
from core.ids import UserId
from core.refusals import Invalid
from core.statements import Insert, statement, together
from game import selectors as games
from game import services as game_services
from game.author import catalogue
from game.refusals import TooManyGames
from realtime.delivery import history
from realtime.membership.leased_set import users_in
from realtime.publishing import publish

MAX_LOBBIES = 10
"""Maximum number of open lobbies that one user may own."""

Role = Membership.Role


@statement
def _locked(lobby_id: LobbyId) -> QuerySet[Lobby]:
    # Weaker than FOR UPDATE, so that messages, which reference the row, are not blocked.
    return Lobby.objects.select_for_update(no_key=True).filter(pk=lobby_id)


def locked(lobby_id: LobbyId) -> Lobby:
    """Return the open lobby, locked against other changes. Raises ``UnknownLobby``, ``LobbyClosed``."""
    return _open(_locked(lobby_id))


def _open(found: list[Lobby]) -> Lobby:
    if not found:
        raise UnknownLobby
    selectors.check_open(found[0])
    return found[0]


@transaction.atomic
def create_lobby(
    *, user_id: UserId, title: str, is_public: bool = True, max_participants: int = 50, game: str = ""
) -> Lobby:
    """Create a lobby owned by the user; its name is the slug of its title.

    Raises ``PremiumRequired``, ``TooManyLobbies``, ``LobbyNameTaken``, ``UnknownGame``, ``Invalid``.
    """
    # Locked, so that concurrent requests cannot exceed the maximum.
    account_services.lock(user_id)
    selectors.check_may_open(user_id)
    if game:
        catalogue.get(game)
    name = rules.slug(title)
    _check_words("name", title, name)
    if Lobby.objects.filter(owner_id=user_id, status=Lobby.Status.OPEN).count() >= MAX_LOBBIES:
        raise TooManyLobbies(f"You own {MAX_LOBBIES} open lobbies.")
    try:
        with transaction.atomic():
            lobby = Lobby.objects.create(
                name=name,
                title=title,
                owner_id=user_id,
                is_public=is_public,
                max_participants=max_participants,
                game=game,
            )
    except IntegrityError:
        raise LobbyNameTaken from None
    Membership.objects.create(lobby=lobby, user_id=user_id, role=Role.OWNER)
    # The stream's history of an earlier lobby with this name must not reach the new members.
    transaction.on_commit(lambda: history.forget(events.lobby_topic(name)), robust=True)
    return lobby


@transaction.atomic
def edit_lobby(*, actor_id: UserId, lobby_id: LobbyId, changes: Mapping[str, Any]) -> None:
    """Change the lobby's title, visibility, capacity (not below its members), game or slow mode.

    Raises ``OwnerOnly``, ``LobbyFull``, ``UnknownGame``, ``Invalid``.
    """
    lobby = locked(lobby_id)
    selectors.check_owner(lobby.pk, actor_id)
    if "title" in changes:
        _check_words("title", changes["title"])
    if changes.get("game"):
        catalogue.get(changes["game"])
    if changes.get("max_participants", lobby.max_participants) < lobby.memberships.count():
        raise LobbyFull("More than that are in the lobby.")
    for field, value in changes.items():
        setattr(lobby, field, value)
    if changes:
        lobby.save(update_fields=list(changes))
        publish_update(lobby)


def _check_words(field: str, *texts: str) -> None:
    if any(words.mask(text) != text for text in texts):
        raise Invalid("This name will not do.", details={field: ["Choose another name."]})


@transaction.atomic
def close_lobby(*, actor_id: UserId | None, lobby_id: LobbyId) -> None:
    """Close the lobby permanently; without an actor on behalf of the operators. Raises ``OwnerOnly``."""
    lobby = locked(lobby_id)
    if actor_id is not None:
        selectors.check_owner(lobby.pk, actor_id)
    _close(lobby)


@transaction.atomic
def join_lobby(*, user_id: UserId, lobby_id: LobbyId, is_invited: bool = False) -> None:
    """Become a member; does nothing for members.

    Raises ``UnknownLobby``, ``LobbyClosed``, ``Banned``, ``InvitationNeeded``, ``LobbyFull``.
    """
    lobbies, asking = together(_locked.bound(lobby_id), _asking_in.bound(lobby_id, user_id, timezone.now()))
    lobby = _open(lobbies)
    ((is_member, is_banned, member_count, last_message),) = asking
    if is_member:
        return
    if is_banned:
        selectors.check_not_banned(lobby.pk, user_id)
    if not lobby.is_public and not is_invited:
        raise InvitationNeeded
    if member_count >= lobby.max_participants:
        raise LobbyFull
    _add_member.later(lobby.pk, user_id, last_message or 0)
    publish_update(lobby, user_id=user_id)


@statement
def _asking_in(lobby_id: LobbyId, user_id: UserId, now: datetime) -> QuerySet[Lobby, Any]:
    """For a user who wants to join: are they a member, banned, how many members, the last message."""
    banned = Sanction.objects.in_force(now).filter(lobby=lobby_id, user=user_id, kind=Sanction.Kind.BAN)
    return (
        Lobby.objects.filter(pk=lobby_id)
        .annotate(member_count=Count("memberships"))
        .values_list(
            Exists(Membership.objects.filter(lobby=lobby_id, user=user_id)),
            Exists(banned),
            "member_count",
            Subquery(LobbyMessage.objects.filter(lobby=lobby_id).order_by("-pk").values("pk")[:1]),
        )
    )


@statement
def _add_member(lobby_id: LobbyId, user_id: UserId, read_up_to: int) -> Insert:
    return Insert(Membership, lobby=lobby_id, user=user_id, read_up_to=read_up_to)


@transaction.atomic
def leave_lobby(*, user_id: UserId, lobby_id: LobbyId) -> bool:
    """Leave the lobby; return False for non-members.

    Ownership passes to the oldest moderator, else the oldest member; an empty lobby is closed.
    """
    lobby = locked(lobby_id)
    mine = lobby.memberships.filter(user_id=user_id).first()
    if mine is None:
        return False
    mine.delete()
    if mine.role == Role.OWNER:
        _hand_over(lobby)
    if lobby.status == Lobby.Status.OPEN:
        publish_update(lobby, gone_id=user_id)
    return True


def leave_every_lobby(*, user_id: UserId) -> None:
    """Leave all lobbies, for a user who is being erased."""
    memberships = Membership.objects.filter(user_id=user_id, lobby__status=Lobby.Status.OPEN)
    for lobby_id in memberships.order_by("lobby_id").values_list("lobby_id", flat=True):
        leave_lobby(user_id=user_id, lobby_id=lobby_id)


def _hand_over(lobby: Lobby) -> None:
    others = lobby.memberships.order_by("joined_at", "pk")
    heir = others.filter(role=Role.MODERATOR).first() or others.first()
    if heir is None:
        _close(lobby)
        return
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    lobby.owner_id = heir.user_id
    lobby.save(update_fields=["owner"])
    publish_update(lobby, user_id=heir.user_id)


def _close(lobby: Lobby) -> None:
    lobby.status = Lobby.Status.CLOSED
    lobby.closed_at = timezone.now()
    lobby.save(update_fields=["status", "closed_at"])
    publish(events.LobbyClosed(lobby=lobby.name, lobby_id=lobby.pk))


def publish_update(lobby: Lobby, *, user_id: UserId | None = None, gone_id: UserId | None = None) -> None:
    """Publish the lobby's properties, and the state of a member who changed or the id of one who left."""
    member: events.Member | UnsetType = UNSET
    if user_id is not None:
        online = users_in(selectors.ATTENDANCE, events.lobby_topic(lobby.name))
        member = selectors.member(lobby.pk, user_id, online)
    publish(
        events.LobbyUpdate(
            lobby=lobby.name,
            facts=selectors.facts(lobby),
            member=member,
            gone_id=UNSET if gone_id is None else gone_id,
        )
    )


@transaction.atomic
def start_game(
    *,
    actor_id: UserId,
    lobby_id: LobbyId,
    game: str = "",
    seats: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> UUID:
    """Start a game with as many members as it seats; return the same game while it is unfinished.

    The owner comes first, then members who are present, in the order in which they joined. The others may
    watch. With more ``seats`` than members, the game waits for others, or until its creator starts it.

    Raises ``OwnerOnly``, ``NoGameChosen``, ``UnknownGame``, ``InvalidOptions``, ``Invalid``,
    ``NotEnoughPlayers`` and ``TooManyGames``.
    """
    lobby = locked(lobby_id)
    selectors.check_owner(lobby.pk, actor_id)
    name = game or lobby.game
    if not name:
        raise NoGameChosen
    played = catalogue.get(name)
    if lobby.latest_game_id is not None and games.is_unfinished(lobby.latest_game_id, name):
        return lobby.latest_game_id
    if games.unfinished_created_by(actor_id) >= game_services.MAX_UNFINISHED:
        raise TooManyGames
    here = users_in(selectors.ATTENDANCE, events.lobby_topic(lobby.name))
    members = lobby.memberships.order_by("joined_at", "pk").values_list("user_id", flat=True)
    ordered = sorted(members, key=lambda user_id: (user_id != actor_id, user_id not in here))
    game_services.check_seats(played, seats=seats)
    user_ids = ordered[: seats or played.max_players]
    if seats is None and len(user_ids) < max(played.min_players, 1):
        raise NotEnoughPlayers(f"{played.title} needs {played.min_players} players.")
    is_waiting = seats is not None and len(user_ids) < seats
    made = game_services.create_game(
        name=name,
        players=[game_services.Player(user_id) for user_id in user_ids],
        options=options,
        created_by=actor_id,
        seats_wanted=seats,
        private=is_waiting and not lobby.is_public,
    )
    lobby.latest_game_id = made.pk
    lobby.save(update_fields=["latest_game"])
    # Of a game that waits for others the players are told when it is full.
    for number, user_id in enumerate([] if is_waiting else user_ids):
        publish(game_services.match_found(made, rules=played, number=number, user_id=user_id))
    publish(
        events.GameStart(
            lobby=lobby.name,
            game=name,
            game_id=made.pk,
            ws_url=games.ws_url(made.pk),
            player_ids=user_ids,
        )
    )
    return made.pk
