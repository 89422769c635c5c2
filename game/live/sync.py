"""Frames with changes of declared views, for the sockets that asked for them: see docs/state-sync.md."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Raw, json, msgpack

from game.author.match import Match
from game.author.sync import SAME, Fields
from game.live.clock import Clocks
from game.live.listeners import Listener
from realtime.wire.messages import MessageId, with_ref

JSON: Final = "gp.delta"
BINARY: Final = "gp.delta.msgpack"
SUBPROTOCOLS: Final = (BINARY, JSON)

NOWHERE: Final = -1
_CHANGED: Final = b'{"type":"game_tick","tick":%d,"since":%d,"delta":%b%b'
_REF_AT: Final = 7
"""The number of elements before the ``ref`` in a binary ``player_move``."""

logger = logging.getLogger(__name__)


class Synced:
    """A socket that gets changes. Its state is that of the frame ``at``: a tick, or the ``seq`` of a move."""

    __slots__ = ("ack", "at", "is_binary", "listener", "viewer")

    def __init__(self, listener: Listener, viewer: int) -> None:
        self.listener = listener
        self.viewer = viewer
        self.is_binary = listener.subprotocol == BINARY
        self.at = NOWHERE
        self.ack = 0


class Change:
    """The view of some viewers after a frame, and what has changed in it ``since`` an earlier one."""

    __slots__ = (
        "_after",
        "_before",
        "_binary",
        "_change",
        "_codec",
        "_text",
        "_tick_frame",
        "_tick_text",
        "_whole",
        "_whole_text",
        "since",
    )

    def __init__(self, codec: Fields, before: Any, after: Any, since: int, change: Any = None) -> None:
        """``change`` is the change of the tree ``after`` from that ``before``, if it is known."""
        self.since = since
        self._codec = codec
        self._before = before
        self._after = after
        self._change = change
        self._binary: Raw | None = None
        self._text: bytes | None = None
        self._whole: Raw | None = None
        self._whole_text: bytes | None = None
        self._tick_frame: bytes | None = None
        self._tick_text: bytes | None = None

    def is_from(self, before: Any, after: Any) -> bool:
        """Return whether these trees have this change."""
        return self._before is before and (self._after is after or self._after == after)

    def applies_to(self, one: Synced) -> bool:
        """Return whether this socket has the state before the change."""
        return one.at == self.since and one.at != NOWHERE

    @property
    def after(self) -> Any:
        return self._after

    @property
    def change(self) -> Any:
        """The changes; empty if there are none."""
        if self._change is None:
            self._change = self._codec.change(self._before, self._after)
        return {} if self._change is SAME else self._change

    @property
    def binary(self) -> Raw:
        """The change in MessagePack."""
        if self._binary is None:
            self._binary = Raw(msgpack.encode(self.change or None))
        return self._binary

    @property
    def whole_binary(self) -> Raw:
        """The whole view in MessagePack."""
        if self._whole is None:
            self._whole = Raw(msgpack.encode(self._codec.whole(self._after)))
        return self._whole

    @property
    def text(self) -> bytes:
        """The change in JSON."""
        if self._text is None:
            self._text = json.encode(self._codec.shown_change(self.change, self._after))
        return self._text

    @property
    def whole_text(self) -> bytes:
        """The whole view in JSON."""
        if self._whole_text is None:
            self._whole_text = json.encode(self._codec.shown(self._after))
        return self._whole_text

    def tick_frame(self, tick: int) -> bytes:
        """Return the binary frame of a tick that tells of no input."""
        if self._tick_frame is None:
            self._tick_frame = msgpack.encode((0, tick, tick - self.since, self.change or None))
        return self._tick_frame

    def tick_text(self, tick: int) -> bytes:
        """Return the frame of a tick in JSON that tells of no input."""
        if self._tick_text is None:
            self._tick_text = _CHANGED % (tick, self.since, self.text, b"}")
        return self._tick_text


class Delta:
    """A ``player_move`` for one viewer in one encoding; it applies to the state ``since``, if to any."""

    __slots__ = ("frame", "seq", "since")

    def __init__(self, frame: bytes, since: int | None, seq: int) -> None:
        self.frame = frame
        self.since = since
        self.seq = seq


Deltas = dict[tuple[int, bool], Delta]
"""By viewer, and whether it is binary."""


class Sync:
    """The last tree of each viewer of a match, and the frames with what has changed since.

    Raises nothing: if a view is not of its declared type, ``is_broken`` is set.
    """

    __slots__ = ("_codec", "_shared", "_shared_at", "_trees", "is_broken")

    def __init__(self, codec: Fields) -> None:
        self.is_broken = False
        self._codec = codec
        self._shared: Any = None
        self._shared_at = NOWHERE
        """The last tree, and its frame: of everything, if viewers see all of it or parts."""
        self._trees: dict[int, tuple[int, Any]] = {}
        """The last frame and its content for each viewer, if they differ."""

    def schema(self, match: Match) -> bytes:
        """Return how binary frames are read, as JSON."""
        return schema(self._codec, match)

    def changes(self, match: Match, audience: Sequence[Synced], at: int) -> list[Change]:
        """Return what each of these sockets sees anew in the frame ``at``; nothing if that cannot be told."""
        try:
            if not match.game.hidden:
                return [self._shared_change(match, at)] * len(audience)
            changes = self._changes(match, {one.viewer for one in audience}, at)
            return [changes[one.viewer] for one in audience]
        except Exception:
            self.is_broken = True
            logger.exception("A view of %s is not as declared: it is sent whole", match.game.name)
            return []

    def _shared_change(self, match: Match, at: int) -> Change:
        after, told = self._codec.renew(self._shared, match.seen_by(len(match.users)))
        change = Change(self._codec, self._shared, after, self._shared_at, told)
        self._shared, self._shared_at = after, at
        return change

    def _changes(self, match: Match, viewers: Iterable[int], at: int) -> dict[int, Change]:
        sight = match.shared_sight()
        everything: Any = None
        all_told: Any = None
        everything_at = self._shared_at
        if sight is not None:
            # An entity that several viewers see is packed and compared once.
            everything, all_told = self._codec.renew(self._shared, sight.view)
            self._shared, self._shared_at = everything, at
        changes: dict[int, Change] = {}
        made: dict[int, list[Change]] = {}
        for viewer in viewers:
            since, before = self._trees.get(viewer, (NOWHERE, None))
            told: Any = None
            if sight is None:
                after, told = self._codec.renew(before, match.seen_by(viewer))
            else:
                known = before if since == everything_at else None
                seen = sight.seen(match.seat_of(viewer))
                after, told = self._codec.part(everything, all_told, seen, known)
            # Viewers who have the same last tree and see the same share the change, and the tree from now on.
            alike = made.setdefault(id(before), [])
            for change in alike:
                if change.since == since and change.is_from(before, after):
                    break
            else:
                change = Change(self._codec, before, after, since, told)
                alike.append(change)
            changes[viewer] = change
            self._trees[viewer] = at, change.after
        return changes

    def move(
        self,
        match: Match,
        audience: Sequence[Synced],
        *,
        seat: int,
        movement: bytes,
        head: bytes,
        clocks: Clocks | None,
        seq: int,
        is_choice: bool = False,
    ) -> Deltas:
        """Return the frames of a move. ``head`` begins those in JSON; nobody else is told a choice.

        Raises ``RulesError`` if the rules cannot tell the legal movements.
        """
        changes: list[Change] = []
        if not match.game.real_time:
            changes = self.changes(match, audience, seq)
            if not changes:
                return {}
        is_secret = is_choice or (bool(match.game.secret_moves) and match.is_secret(movement))
        deltas: Deltas = {}
        for number, one in enumerate(audience):
            viewer, is_binary = one.viewer, one.is_binary
            if (viewer, is_binary) in deltas:
                continue
            change = changes[number] if changes else None
            legal = match.told_legal(viewer if viewer < len(match.users) else None)
            shown = b"{}" if is_secret and match.seat_of(viewer) != seat else movement
            if change is not None and change.since == NOWHERE:
                frame = b""  # There is no state to which it applies.
            elif is_binary:
                frame = _binary_move(match, seat, shown, change, clocks, legal, seq)
            else:
                frame = _json_move(head % shown, change, legal)
            deltas[viewer, is_binary] = Delta(frame, None if change is None else change.since, seq)
        return deltas


def schema(codec: Fields, match: Match) -> bytes:
    """Return how binary frames of views of this type are read, as JSON."""
    structs = match.game.movements.structs
    (struct, *others) = structs.values()
    names = None if others else list(struct.__struct_encode_fields__)
    return json.encode({"view": codec.schema(), "movement": names, "seats": match.users})


def _json_move(head: bytes, change: Change | None, legal: Any) -> bytes:
    delta = b"" if change is None else b',"delta":%b' % change.text
    told = b"" if legal is None else b',"legal":%b' % json.encode(legal)
    return b"%b%b%b}" % (head, delta, told)


def _binary_move(
    match: Match,
    seat: int,
    movement: bytes,
    change: Change | None,
    clocks: Clocks | None,
    legal: Any,
    seq: int,
) -> bytes:
    decoded = json.decode(movement)
    structs = match.game.movements.structs
    if len(structs) == 1:
        (struct,) = structs.values()
        decoded = [decoded[name] for name in struct.__struct_encode_fields__ if name in decoded]
    turn = next(iter(match.turn)) if len(match.turn) == 1 else None
    elements = [
        1 + seat,
        seq,
        None if change is None else change.binary,
        turn,
        None if clocks is None else _clock(clocks, seat, turn),
        decoded,
    ]
    if legal is not None:
        elements.append(legal)
    return msgpack.encode(elements)


def _clock(clocks: Clocks, seat: int, turn: int | None) -> Any:
    if turn is not None:
        return clocks.left_ms[seat] // 10
    return [left // 10 for left in clocks.left_ms], sorted(clocks.running)


def tick_frame(one: Synced, change: Change, tick: int, ack: int) -> bytes:
    """Return the frame of a tick for this socket: a change if its state is that before it, else all."""
    is_change = change.applies_to(one)
    if is_change and ack <= one.ack:
        return change.tick_frame(tick) if one.is_binary else change.tick_text(tick)
    if one.is_binary:
        body = change.binary if is_change else change.whole_binary
        since = tick - change.since if is_change else 0
        return msgpack.encode((0, tick, since, body, ack) if ack > one.ack else (0, tick, since, body))
    told = b',"ack":%d}' % ack if ack > one.ack else b"}"
    if is_change:
        return _CHANGED % (tick, change.since, change.text, told)
    return b'{"type":"game_tick","tick":%d,"full":%b%b' % (tick, change.whole_text, told)


def with_schema(state: bytes, schema: bytes) -> bytes:
    """Return a ``game_state`` with how binary frames are read."""
    return b'%b,"sync":%b}' % (state[:-1], schema)


def answered(frame: bytes, ref: MessageId) -> bytes:
    """Return a frame of a move with the ``ref`` added."""
    if frame.startswith(b"{"):
        return with_ref(frame, ref)
    missing = _REF_AT - (frame[0] & 0x0F)
    return b"%c%b%b%b" % (0x90 | (_REF_AT + 1), frame[1:], b"\xc0" * missing, msgpack.encode(ref))
