"""A game's state, kept from the frames of the subprotocols ``gp.delta`` and ``gp.delta.msgpack``."""

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gameplatform_client.records import OpenRecord

Watcher = Callable[..., object]

SUBPROTOCOLS = ("gp.delta.msgpack", "gp.delta")

_GONE = -1
_NOTHING: Any = object()


class SyncedState:
    """The view of a game as its last frame left it, for ``connect_to_game(game_id, sync=SyncedState())``.

    No value is changed in place: a view that was kept stays as it was, and what did not change is the same
    object as before. Without a channel, feed every frame of the socket to ``read``. When it has found that
    frames were lost, ``is_lost`` is true: send ``{"type": "resync"}``, and go on feeding it.
    """

    def __init__(self) -> None:
        self.view: OpenRecord | None = None
        self.tick: int | None = None
        self.ack = 0
        """The number of this player's last input that the view shows."""
        self.is_lost = False
        self._seq: int | None = None
        self._turn: int | None = None
        self._you: Any = None
        self._sync: Mapping[str, Any] = {}
        self._clock: dict[str, Any] | None = None
        self._watchers: list[_Watched] = []

    def watch(
        self,
        path: str,
        *,
        added: Watcher | None = None,
        changed: Watcher | None = None,
        removed: Watcher | None = None,
    ) -> Callable[[], None]:
        """Call these functions with what changes at a path; return a function that ends it.

        In a path such as ``ball`` or ``players.*.hand`` a star stands for every key. ``added(value, *keys)``,
        ``changed(value, before, *keys)`` and ``removed(before, *keys)`` get the keys that the stars stand
        for. What is there already is told as added.
        """
        watched = _Watched(path.split("."), added, changed, removed)
        self._watchers.append(watched)
        watched.compare(_NOTHING, _NOTHING if self.view is None else self.view)
        return lambda: self._watchers.remove(watched)

    def read(self, frame: str | bytes) -> OpenRecord:
        """Return the message in a text or binary frame, in the form of plain frames.

        A message that shows the game has the whole ``view`` as it is now. After a loss it has none.
        """
        if isinstance(frame, str):
            message: OpenRecord = json.loads(frame, object_hook=OpenRecord)
        else:
            message = self._unpacked(frame)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        kind, seq = message["type"], message.get("seq")
        if kind == "game_state":
            self.is_lost, self._you = False, message["you"]
            self._sync = message.get("sync", self._sync)
            self.tick = None
        elif kind == "resumed":
            seq = message["since"]
        elif seq is not None and self._seq is not None and seq != self._seq + 1:
            self.is_lost = True
        if seq is not None:
            self._seq = seq
        if kind in ("game_state", "player_move"):
            self._turn, self._clock = message["turn"], message["clock"]
        if kind in ("game_state", "game_tick") and "ack" in message:
            self.ack = message["ack"]
        if kind in ("game_state", "player_move", "game_tick"):
            self._show(message)

    def _show(self, message: dict[str, Any]) -> None:
        change, whole = message.pop("delta", None), message.pop("full", message.get("view"))
        if whole is not None:
            self._become({name: value for name, value in whole.items() if name not in ("turn", "you")})
        elif message.get("since", self.tick) != self.tick:
            self.is_lost = True
        elif change is not None and self.view is not None and not self.is_lost:
            self._become(_patched(self.view, change))
        self.tick = message.get("tick", self.tick)
        if self.view is not None and not self.is_lost:
            message["view"] = OpenRecord(self.view, turn=self._turn, you=self._you)
        else:
            message.pop("view", None)

    def _become(self, view: dict[str, Any]) -> None:
        before, self.view = self.view, OpenRecord(view)
        for watched in tuple(self._watchers):
            watched.compare(_NOTHING if before is None else before, self.view)

    # Binary frames, as messages with a change as in JSON.

    def _unpacked(self, frame: bytes) -> OpenRecord:
        kind, *rest = _Unpacker(frame).value()
        return OpenRecord(self._tick_of(*rest) if kind == 0 else self._move_of(kind - 1, *rest))

    def _tick_of(self, tick: int, since: int, change: Any, ack: int | None = None) -> dict[str, Any]:
        message: dict[str, Any] = {"type": "game_tick", "tick": tick}
        if since:
            message["since"] = tick - since
            self.is_lost |= tick - since != self.tick
        if ack is not None:
            message["ack"] = ack
        return message | self._changed(change)

    def _move_of(
        self,
        seat: int,
        seq: int,
        change: Any,
        turn: int | None,
        clock: Any,
        movement: Any,
        legal: Any = None,
        ref: Any = None,
    ) -> dict[str, Any]:
        seats, names = self._sync["seats"], self._sync["movement"]
        self.is_lost |= self._seq is not None and seq != self._seq + 1
        message = {
            "type": "player_move",
            "user_id": seats[seat],
            "movement": OpenRecord(movement if names is None else zip(names, movement, strict=False)),
            "turn": None if turn is None else seats[turn],
            "clock": self._clock_of(seat, turn, clock),
            "seq": seq,
        }
        if legal is not None:
            message["legal"] = legal
        if ref is not None:
            message["ref"] = ref
        return message | self._changed(change)

    def _clock_of(self, seat: int, turn: int | None, told: Any) -> dict[str, Any] | None:
        if self._clock is None or told is None:
            return None
        seats = self._sync["seats"]
        if isinstance(told, int):
            left = {str(seats[seat]): told * 10}
            running = [] if turn is None else [seats[turn]]
        else:
            left = {str(user): hundredths * 10 for user, hundredths in zip(seats, told[0], strict=True)}
            running = [seats[number] for number in told[1]]
        left = {**self._clock["left_ms"], **left}
        self._clock = {**self._clock, "left_ms": left, "running": running}
        return self._clock

    def _changed(self, change: Any) -> dict[str, Any]:
        if change is None:
            return {}
        kind = self._sync["view"]
        if isinstance(change, list):
            return {"full": _whole(kind, change)}
        # The change of another state than ours makes no sense.
        return {} if self.is_lost or self.view is None else {"delta": _change(kind, change, self.view)}


class _Watched:
    """The watchers of a path."""

    def __init__(
        self, path: Sequence[str], added: Watcher | None, changed: Watcher | None, removed: Watcher | None
    ) -> None:
        self._path = path
        self._added, self._changed, self._removed = added, changed, removed

    def compare(self, before: Any, after: Any, depth: int = 0, keys: Sequence[str] = ()) -> None:
        """Tell what is different from this depth of the path on."""
        if before is after:
            return
        if depth < len(self._path):
            step, old, new = self._path[depth], _children(before), _children(after)
            for key in {**old, **new} if step == "*" else [step]:
                stood = (*keys, key) if step == "*" else keys
                self.compare(old.get(key, _NOTHING), new.get(key, _NOTHING), depth + 1, stood)
        elif before is _NOTHING:
            _tell(self._added, after, *keys)
        elif after is _NOTHING:
            _tell(self._removed, before, *keys)
        elif before != after:
            _tell(self._changed, after, before, *keys)


def _tell(watcher: Watcher | None, *told: Any) -> None:
    if watcher is not None:
        watcher(*told)


def _children(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        return {str(index): one for index, one in enumerate(value)}
    return value if isinstance(value, dict) else {}


def _patched(before: Any, change: Mapping[str, Any]) -> Any:
    """Return the value after a change of JSON."""
    if isinstance(before, list):
        values = before[: change.get("-", len(before))]
        for index, value in change.get("=", {}).items():
            values[int(index) : int(index) + 1] = [value]
        for index, inner in change.get("~", {}).items():
            values[int(index)] = _patched(values[int(index)], inner)
        return values
    fields = OpenRecord(before)
    for key in change.get("-", ()):
        del fields[key]
    fields.update(change.get("=", {}))
    for key, inner in change.get("~", {}).items():
        fields[key] = _patched(fields[key], inner)
    return fields


def _whole(kind: Any, value: Any) -> Any:
    """Return a whole value of this type as in JSON."""
    if kind == "any" or (value is None and "one_of" not in kind):
        return value
    ((name, inner),) = kind.items()
    match name:
        case "step":
            return _number(value, inner)
        case "one_of":
            return inner[value]
        case "list":
            return [_whole(inner, one) for one in value]
        case "map":
            pairs = zip(value[::2], value[1::2], strict=True)
            return OpenRecord((str(key), _whole(inner, one)) for key, one in pairs)
        case _:
            return OpenRecord((field, _whole(of, one)) for (field, of), one in zip(inner, value, strict=True))


def _change(kind: Any, change: Mapping[Any, Any], before: Any) -> dict[str, Any]:
    """Return the change of a container of this type as in JSON."""
    new, inside, parts = {}, {}, {}
    ((name, inner),) = kind.items()
    for key, value in change.items():
        if key == _GONE:
            parts["-"] = value if name == "list" else [str(lost) for lost in value]
            continue
        if name == "record":
            (key, of), was = inner[key], before[inner[key][0]]
        elif name == "list":
            of, was = inner, before[key] if key < len(before) else None
        else:
            key, of = str(key), inner
            was = before.get(key)
        if of != "any" and "step" in of and value is not None:
            steps = 0 if was is None else math.floor(was / of["step"] + 0.5)
            new[str(key)] = _number(steps + value, of["step"])
        elif of != "any" and isinstance(value, dict):
            inside[str(key)] = _change(of, value, was)
        else:
            new[str(key)] = _whole(of, value)
    return parts | ({"=": new} if new else {}) | ({"~": inside} if inside else {})


def _number(steps: int, step: float) -> float:
    return steps * step


class _Unpacker:
    """Reads MessagePack, without extension types."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def value(self) -> Any:
        head = self._data[self._at]
        self._at += 1
        if head < 0x80:
            return head
        if head >= 0xE0:
            return head - 0x100
        if head < 0x90:
            return self._map(head & 0x0F)
        if head < 0xA0:
            return self._array(head & 0x0F)
        if head < 0xC0:
            return self._text(head & 0x1F)
        match head:
            case 0xC0 | 0xC2 | 0xC3:
                return (None, None, False, True)[head - 0xC0]
            case 0xC4 | 0xC5 | 0xC6:
                return self._bytes(self._number("BHI"[head - 0xC4]))
            case 0xCA | 0xCB:
                return self._number("fd"[head - 0xCA])
            case 0xCC | 0xCD | 0xCE | 0xCF | 0xD0 | 0xD1 | 0xD2 | 0xD3:
                return self._number("BHIQbhiq"[head - 0xCC])
            case 0xD9 | 0xDA | 0xDB:
                return self._text(self._number("BHI"[head - 0xD9]))
            case 0xDC | 0xDD:
                return self._array(self._number("HI"[head - 0xDC]))
            case 0xDE | 0xDF:
                return self._map(self._number("HI"[head - 0xDE]))
        raise ValueError(f"no MessagePack that a server sends: {head:#x}")

    def _number(self, form: str) -> Any:
        (number,) = struct.unpack_from(">" + form, self._data, self._at)
        self._at += struct.calcsize(">" + form)
        return number

    def _bytes(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]

    def _text(self, length: int) -> str:
        return self._bytes(length).decode()

    def _array(self, length: int) -> list[Any]:
        return [self.value() for _ in range(length)]

    def _map(self, length: int) -> dict[Any, Any]:
        return {self.value(): self.value() for _ in range(length)}
