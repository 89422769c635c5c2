"""Faults to plant in a server, one for each trial: a careless change that the trial must detect."""

import time
from typing import Any
from unittest import mock


def _replace(target: str, new: Any) -> None:
    mock.patch(target, new).start()


def stock_read_then_written() -> None:
    """The shop reads the stock, and then writes one less."""
    from progression.models import Offer

    def update(self: Any, **changes: Any) -> int:
        offers = list(self)
        time.sleep(0.01)
        for offer in offers:
            offer.stock -= 1
            offer.save(update_fields=["stock"])
        return len(offers)

    class Careless(type(Offer.objects.all())):  # type: ignore[misc]
        pass

    Careless.update = update
    _replace("progression.models.Offer.objects._queryset_class", Careless)


def takers_get_nothing() -> None:
    """A swap removes both offers, but grants nothing."""
    from progression import ledger

    def only_taking(move: Any) -> Any:
        def careless(player: Any, thing: Any, amount: int, *, cause: str, key: str = "") -> Any:
            is_left_out = cause == "trade" and amount > 0
            return None if is_left_out else move(player, thing, amount, cause=cause, key=key)

        return careless

    _replace("progression.ledger.move_money", only_taking(ledger.move_money))
    _replace("progression.ledger.move_items", only_taking(ledger.move_items))


def told_before_written() -> None:
    """A room publishes a move before it is in the journal."""
    import asyncio

    from game.live.journal import Journal

    append = Journal.append

    def careless(self: Journal, row: Any, owner: Any) -> None:
        owner.written(row)
        asyncio.get_running_loop().call_later(0.05, append, self, row, mock.Mock())

    _replace("game.live.journal.Journal.append", careless)


def inputs_are_not_journaled() -> None:
    """The inputs of real-time games are not kept, only a snapshot every few seconds."""
    from game.live.room.actor import Room

    write, save = Room._write_move, Room._save_snapshot

    def write_careless(self: Any, *arguments: Any, **named: Any) -> None:
        if not self.match.game.real_time:
            write(self, *arguments, **named)

    def save_careless(self: Any, **named: Any) -> None:
        if self.match.tick - self._snapshot_tick >= 5 * self.match.game.rate or named:
            save(self, **named)

    _replace("game.live.room.actor.Room._write_move", write_careless)
    _replace("game.live.room.actor.Room._save_snapshot", save_careless)


def failures_are_500() -> None:
    """An unreachable database is treated as a bug."""
    _replace("core.problems.UNREACHABLE", ())


def gaps_stay() -> None:
    """Streams are never checked for gaps."""

    async def nothing(self: Any) -> None:
        pass

    _replace("realtime.delivery.streams.Streams.audit", nothing)
    _replace("realtime.delivery.streams.Streams._repair_soon", lambda self, topic, stream: None)


def numbers_of_each_worker() -> None:
    """Each worker numbers its own events, as if it were the only one."""
    from realtime.delivery.streams import Streams

    offer = Streams.offer

    def careless(self: Any, topic: Any, packed: Any) -> None:
        stream = self._streams.get(topic)
        if stream is None or not isinstance(packed, bytes):
            offer(self, topic, packed)
            return
        self._relay.publish(topic, stream.seq + 1, packed)
        self._take(topic, stream, stream.seq + 1, packed)

    _replace("realtime.delivery.streams.Streams.offer", careless)


def stops_without_a_word() -> None:
    """SIGTERM has the effect of kill -9."""
    import os

    import uvicorn

    _replace("uvicorn.Server.handle_exit", lambda self, signum, frame: os._exit(0))
    assert uvicorn.Server is not None


def accepts_one_at_a_time() -> None:
    """Opening a socket blocks everything else."""
    from realtime.socket.gate import Gate

    authenticate = Gate._authenticate

    async def careless(self: Any, scope: Any, query: Any) -> Any:
        time.sleep(0.2)  # noqa: ASYNC251 (that is the fault)
        return await authenticate(self, scope, query)

    _replace("realtime.socket.gate.Gate._authenticate", careless)


def outbox_without_bound() -> None:
    """A slow client's outbox grows without limit."""
    _replace("realtime.connections.connection.MAX_FRAMES", 1 << 30)
    _replace("realtime.connections.connection.MAX_BYTES", 1 << 40)
    from realtime.connections.connection import Connection

    queue = Connection._queue
    # Exaggerated, so that seconds show what would take an hour.
    _replace(
        "realtime.connections.connection.Connection._queue",
        lambda self, f, key: queue(self, f + b" " * 100_000, None),
    )


def told_before_they_have_left() -> None:
    """Leaving the queue is confirmed before the ticket is withdrawn."""
    import threading

    from django.db import connection, transaction

    from matchmaking.services import leaving

    withdraw = leaving._withdraw

    def careless(ticket: Any, **left: Any) -> bool:
        def leave() -> None:
            with transaction.atomic():
                withdraw(ticket, **left)
            connection.close()

        threading.Timer(0.3, leave).start()
        return True

    _replace("matchmaking.services.leaving._withdraw", careless)


def refresh_looks_then_writes() -> None:
    """A refresh token is checked first and invalidated later."""
    from accounts import services, tokens
    from accounts.models import Session, User

    def careless(refresh: str) -> Any:
        old = tokens.read_refresh(refresh)
        session = Session.objects.get(pk=old.session_id)
        time.sleep(0.05)
        user = User.objects.get(pk=session.user_id)
        return services.SignedIn(user, tokens.issue(user, session))

    _replace("accounts.services.rotate", careless)


def sockets_never_leave_their_topics() -> None:
    """A closed socket stays in the hub."""
    _replace("realtime.delivery.hub.Hub.leave", lambda self, topic, connection: False)


def rooms_live_by_the_calendar() -> None:
    """Thinking time is measured by the wall clock."""
    from game.live.room.actor import Room

    restore = Room._restore

    def careless(self: Any) -> None:
        self._now = time.time
        restore(self)

    _replace("game.live.room.actor.Room._restore", careless)


def bad_messages_raise() -> None:
    """Unknown messages raise instead of being refused."""
    from realtime.wire.messages import CommandDecoder

    decode = CommandDecoder.decode

    def careless(self: Any, data: Any) -> Any:
        try:
            return decode(self, data)
        except Exception as problem:
            raise KeyError("type") from problem

    _replace("realtime.wire.messages.CommandDecoder.decode", careless)


def unknown_names_are_told() -> None:
    """Signing in reveals that a name does not exist."""
    from accounts import selectors, signing_in
    from core.refusals import NotFound

    verify = signing_in.verify

    def careless(request: Any, username: str, password: str) -> Any:
        if selectors.by_login(username) is None:
            raise NotFound("There is nobody of this name.")
        return verify(request, username, password)

    _replace("accounts.signing_in.verify", careless)


def nothing_is_redacted() -> None:
    """Log lines are not redacted."""
    _replace("core.redaction.redact", lambda text: text)


def any_origin_will_do() -> None:
    """Sockets accept any origin."""
    _replace("realtime.socket.gate.HostOriginValidator.valid_origin", lambda self, origin: True)


def answers_are_bare() -> None:
    """A profile lacks a documented field."""
    _replace("accounts.selectors.own_profile", lambda user: {"id": user.pk})


def new_roles_are_not_told() -> None:
    """New moderators of a lobby are not announced."""
    _replace("chat.services.moderation.publish_update", lambda lobby, user_id: None)


def all_are_owners_of_lobbies() -> None:
    """Membership and rank in a lobby are not checked."""
    from chat.models import Membership

    for module in ("chat.selectors", "chat.selectors.lobbies"):
        _replace(f"{module}.check_member", lambda lobby_id, user_id: Membership.Role.OWNER)


def all_fighters_are_seen() -> None:
    """Walls of the arena hide nobody."""
    _replace("game.games.arena.Arena.seen", lambda self, state, seat: [int(key) for key in state["fighters"]])


def who_is_out_of_sight_stays() -> None:
    """Changes of a map do not tell which entities are gone."""
    from game.author.sync import GONE, Entries

    renew = Entries.renew

    def careless(self: Any, before: Any, value: Any) -> Any:
        tree, changed = renew(self, before, value)
        if isinstance(changed, dict):
            changed.pop(GONE, None)
        return tree, changed

    _replace("game.author.sync.Entries.renew", careless)


def any_close_code_will_do() -> None:
    """Close codes that RFC 6455 forbids on the wire are accepted."""
    _replace("realtime.server.picows_protocol._may_be_sent", lambda code: True)


def strangers_take_the_threads_of_players() -> None:
    """Whoever asks for whatever waits for the same thread, which is held while a password is hashed."""
    from core.lanes import Lane

    shared = Lane("shared", threads=1, max_waiting=1024)
    _replace("gameplatform.doors.lane_of", lambda scope: shared)


def pages_keep_all_they_hear() -> None:
    """Nothing on the server: ``trials.memory`` plants it in its browser."""
