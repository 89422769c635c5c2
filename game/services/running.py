"""Running games: what a room and its owner store besides the journal."""

import contextlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.ids import UserId, uuid7
from game import events, journals, selectors
from game.models import Game, JournalEntry, Seat
from game.records import RoomRecord
from game.refusals import UnknownMatch
from realtime.publishing import publish
from voice.events import VoiceEnded

TRIED_BYTES = 64 * 1024


@transaction.atomic
def take_over(*, game_id: uuid.UUID, uses_snapshot: bool = True) -> RoomRecord:
    """Read everything needed to rebuild a room, as its new owner.

    The previous owner can no longer save a snapshot or end the game. What is said in the room of one that is
    over is archived, too. Raises ``UnknownMatch``, ``JournalDeleted``.
    """
    try:
        game = Game.objects.select_for_update().get(pk=game_id)
    except Game.DoesNotExist:
        raise UnknownMatch from None
    if game.state not in Game.OVER:
        game.epoch += 1
        game.save(update_fields=["epoch"])
        if game.journal:
            # The previous owner may have failed between this entry and the result, and can no longer finish.
            ends = JournalEntry.objects.using(journals.alias(game.journal))
            ends.filter(game=game.pk, kind=JournalEntry.Kind.OVER).delete()
    elif game.is_archived:
        game.is_archived = False
        game.save(update_fields=["is_archived"])
    return selectors.room_record(game_id, uses_snapshot=uses_snapshot)


def check_writable(*, journal: int) -> None:
    """Write to a journal and roll back, to test whether the database accepts writes.

    Raises ``Error`` if it does not, for example because its disk is full. The entry is random and long,
    because a short one may fit into an existing page.
    """
    alias = journals.alias(journal)
    with transaction.atomic(using=alias):
        JournalEntry.objects.using(alias).create(
            game_id=uuid7(), seq=1, at=timezone.now(), kind="", data=secrets.token_hex(TRIED_BYTES)
        )
        transaction.set_rollback(True, using=alias)


@transaction.atomic
def store_states(states: Mapping[uuid.UUID, str]) -> None:
    """Store the states of running games for lists. States only advance, whatever the order of the calls."""
    for number, state in enumerate(Game.ON_THE_WAY):
        ids = [game_id for game_id, reached in states.items() if reached == state]
        behind = Game.objects.filter(pk__in=ids, state__in=Game.ON_THE_WAY[:number])
        noted = list(behind.order_by("pk").select_for_update().values_list("pk", flat=True))
        Game.objects.filter(pk__in=noted).update(state=state)
        if state == Game.State.ACTIVE:
            _tell_of_start(noted)


@transaction.atomic
def note_turn(*, game_id: uuid.UUID, due_at: datetime | None, user_ids: Sequence[UserId]) -> None:
    """Store when something is due in a correspondence game and who is to move, and tell those users."""
    game = Game.objects.select_for_update().filter(pk=game_id, state__in=Game.ON_THE_WAY).first()
    if game is None:
        return
    called = [user_id for user_id in user_ids if user_id not in (game.to_move or ())]
    game.due_at, game.to_move = due_at, list(user_ids)
    game.save(update_fields=["due_at", "to_move"])
    for user_id in called:
        publish(
            events.YourTurn(
                user_id=user_id,
                game=game.name,
                game_id=game_id,
                ends_at=due_at,
                ws_url=selectors.ws_url(game_id),
            )
        )


def note_playing(*, game_id: uuid.UUID, user_id: UserId, is_playing: bool, is_offered: bool) -> None:
    """Store whether a player still plays a running game, or others may take the seat.

    Who has left may be seated by the same queue again.
    """
    seats = Seat.objects.filter(game=game_id, game__state__in=Game.ON_THE_WAY, user=user_id)
    # Somebody who is back may have been seated elsewhere meanwhile, and then plays both.
    with contextlib.suppress(IntegrityError), transaction.atomic():
        changed = seats.update(is_open=is_playing, left_at=timezone.now() if is_offered else None)
        if changed and is_offered:
            publish(VoiceEnded(channel=events.voice_channel(game_id), user_id=user_id))
        # A private room is in no list, and found there in vain.
        publish(events.RoomChanged(game_id=game_id))


def _tell_of_start(game_ids: Sequence[uuid.UUID]) -> None:
    players: dict[uuid.UUID, list[UserId]] = {game_id: [] for game_id in game_ids}
    seats = Seat.objects.filter(game__in=game_ids, bot_level=None)
    for game_id, user_id in seats.values_list("game", "user"):
        players[game_id].append(user_id)
    for game_id, user_ids in players.items():
        publish(events.GameStarted(game_id=game_id, user_ids=user_ids))
