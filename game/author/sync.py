"""Declared views as trees, and the changes between them: the types of docs/state-sync.md."""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from math import floor, isfinite
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Raw, msgpack
from msgspec.structs import astuple

from game.author.refusals import GameDefinitionError

GONE: Final = -1
"""The key of a change that tells what a list or a map has lost."""

SAME: Final = object()
"""In place of a change: nothing has changed."""

_MISSING: Final = object()
_SCALARS: Final = frozenset((int, float, str, type(None)))
_MAX_SENT_IDS: Final = 4096
_sent_ids: Final[dict[str, str | int]] = {}
"""The results of ``_sent_id``, at most ``_MAX_SENT_IDS``."""


class Quantised:
    """Marks a number of a view that is sent in whole steps: ``Annotated[float, Quantised(0.1)]``."""

    def __init__(self, step: float) -> None:
        if not (isfinite(step) and step > 0):
            raise GameDefinitionError(f"Quantised({step}): a step is a number above 0.")
        self.step = float(step)


class Node:
    """The type of a value in a view. By itself: a number, text, a boolean or null, sent as it is.

    ``pack`` makes a tree that is independent of the state. Trees of equal views are equal. What is sent of a
    tree is either ``whole`` or the ``change`` from an earlier one, which is different; in JSON these are
    ``shown`` and ``shown_change``.
    """

    is_scalar: bool = True

    def pack(self, value: Any) -> Any:
        return value

    def whole(self, tree: Any) -> Any:
        return tree

    def change(self, before: Any, after: Any) -> Any:
        return after

    def renew(self, before: Any, value: Any) -> tuple[Any, Any]:
        """Pack a value; return its tree, and its change from the tree ``before``, or ``SAME``.

        This is ``pack`` and ``change`` at once, and keeps the parts of the tree that have not changed.
        """
        after = self.pack(value)
        if before is after or before == after:
            return before, SAME
        return after, self.change(before, after)

    def shown(self, tree: Any) -> Any:
        return tree

    def shown_change(self, change: dict[Any, Any], after: Any) -> dict[str, Any]:
        raise TypeError("only containers change inside")

    def schema(self) -> Any:
        return "any"


class Opaque(Node):
    """A value of any type, kept in its encoded form."""

    def __init__(self) -> None:
        self.is_scalar = False

    def pack(self, value: Any) -> Any:
        return Raw(msgpack.encode(msgspec.to_builtins(value, str_keys=True)))

    def shown(self, tree: Any) -> Any:
        return msgpack.decode(tree)


class Steps(Node):
    """A number in whole steps."""

    def __init__(self, step: float) -> None:
        self.is_scalar = False
        self.step = step
        # Enough for the step itself, as in 0.25, and no more.
        self._digits = next((digits for digits in range(16) if round(step, digits) == step), 16)

    def pack(self, value: Any) -> Any:
        if value is None:
            return None
        number: float = value
        return floor(number / self.step + 0.5)

    def change(self, before: Any, after: Any) -> Any:
        return after if before is None or after is None else after - before

    def shown(self, tree: Any) -> Any:
        return None if tree is None else round(tree * self.step, self._digits)

    def schema(self) -> Any:
        return {"step": self.step}


class OneOf(Node):
    """One of a few values, sent as its index."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.is_scalar = False
        self._values = [value.value if isinstance(value, Enum) else value for value in values]
        self._index = {one: index for kept in (self._values, values) for index, one in enumerate(kept)}

    def pack(self, value: Any) -> Any:
        return self._index[value]

    def shown(self, tree: Any) -> Any:
        return self._values[tree]

    def schema(self) -> Any:
        return {"one_of": self._values}


class Fields(Node):
    """A record, as a list of its values, which is never changed."""

    def __init__(self, struct: type[msgspec.Struct], nodes: Sequence[Node]) -> None:
        self.is_scalar = False
        self._attributes = struct.__struct_fields__
        self._names = struct.__struct_encode_fields__
        self._nodes = list(nodes)
        # Numbers in steps are most of what changes: they are packed without a call for each.
        self._steps = [(at, node.step) for at, node in enumerate(nodes) if isinstance(node, Steps)]
        self._others = [
            (at, node) for at, node in enumerate(nodes) if not node.is_scalar and not isinstance(node, Steps)
        ]
        self._scalars = [at for at, node in enumerate(nodes) if node.is_scalar]

    def pack(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, dict):
            values: list[Any] = [value[name] for name in self._names]
        else:
            values = list(astuple(value))
        for at, step in self._steps:
            one = values[at]
            if one is not None:
                number: float = one
                values[at] = floor(number / step + 0.5)
        for at, node in self._others:
            values[at] = node.pack(values[at])
        return values

    def renew(self, before: Any, value: Any) -> tuple[Any, Any]:
        if before is None or value is None:
            after = self.pack(value)
            return after, SAME if before is after else self.whole(after)
        old: list[Any] = before
        if isinstance(value, dict):
            given: tuple[Any, ...] = tuple([value[name] for name in self._names])
        else:
            given = astuple(value)
        values: list[Any] | None = None
        changed: dict[int, Any] = {}
        for at, step in self._steps:
            one, was = given[at], old[at]
            if one is None:
                if was is None:
                    continue
                steps: Any = None
                difference: Any = None
            else:
                number: float = one
                now = floor(number / step + 0.5)
                steps = difference = now
                if was is not None:
                    then: int = was
                    if then == now:
                        continue
                    difference = now - then
            if values is None:
                values = old.copy()
            values[at] = steps
            changed[at] = difference
        for at in self._scalars:
            one, was = given[at], old[at]
            if was is not one and was != one:
                if values is None:
                    values = old.copy()
                values[at] = changed[at] = one
        for at, node in self._others:
            tree, change = node.renew(old[at], given[at])
            if change is not SAME:
                if values is None:
                    values = old.copy()
                values[at] = tree
                changed[at] = change
        if values is None:
            return before, SAME
        return values, changed

    def part(
        self, tree: list[Any], change: Any, ids: Mapping[str, Iterable[str]], before: list[Any] | None
    ) -> tuple[list[Any], Any]:
        """Return a tree with only these entities of the maps that are named, and its change, or ``SAME``.

        ``change`` is that of the whole ``tree`` from the one before, of which ``before`` is a part; without
        such a part it is unknown, and so None, how this one has changed.
        """
        values = tree.copy()
        if before is None:
            for name, seen in ids.items():
                at = self._attributes.index(name)
                entities: dict[Any, Any] = tree[at]
                values[at] = {key: entities[key] for key in map(_sent_id, seen) if key in entities}
            return values, None
        changed: dict[int, Any] = {} if change is SAME else change.copy()
        for name, seen in ids.items():
            at = self._attributes.index(name)
            node = self._nodes[at]
            assert isinstance(node, Entries)
            values[at], told = node.part(tree[at], changed.pop(at, None), seen, before[at])
            if told:
                changed[at] = told
        return values, changed or SAME

    def whole(self, tree: Any) -> Any:
        if tree is None:
            return None
        return [node.whole(value) for node, value in zip(self._nodes, tree, strict=True)]

    def change(self, before: Any, after: Any) -> Any:
        if before is None or after is None:
            return self.whole(after)
        old: list[Any] = before
        new: list[Any] = after
        changed: dict[int, Any] = {}
        for number, now in enumerate(new):
            was = old[number]
            if was is not now and was != now:
                changed[number] = self._nodes[number].change(was, now)
        return changed

    def shown(self, tree: Any) -> Any:
        if tree is None:
            return None
        return {
            name: node.shown(value) for name, node, value in zip(self._names, self._nodes, tree, strict=True)
        }

    def shown_change(self, change: dict[Any, Any], after: Any) -> dict[str, Any]:
        parts = Parts()
        for number, one in change.items():
            parts.add(self._names[number], self._nodes[number], one, after[number])
        return parts.told()

    def schema(self) -> Any:
        fields = zip(self._names, self._nodes, strict=True)
        return {"record": [[name, node.schema()] for name, node in fields]}


class Items(Node):
    """A list, as a tuple of its values."""

    def __init__(self, node: Node) -> None:
        self.is_scalar = False
        self._node = node

    def pack(self, value: Any) -> Any:
        if value is None:
            return None
        node = self._node
        return tuple(value) if node.is_scalar else tuple([node.pack(one) for one in value])

    def renew(self, before: Any, value: Any) -> tuple[Any, Any]:
        node = self._node
        if before is None or value is None or node.is_scalar:
            return super().renew(before, value)
        trees: list[Any] = []
        changed: dict[int, Any] = {}
        length = len(before)
        if len(value) < length:
            changed[GONE] = len(value)
        for index, one in enumerate(value):
            if index < length:
                tree, change = node.renew(before[index], one)
                if change is not SAME:
                    changed[index] = change
            else:
                tree = node.pack(one)
                changed[index] = node.whole(tree)
            trees.append(tree)
        return (tuple(trees), changed) if changed else (before, SAME)

    def whole(self, tree: Any) -> Any:
        node = self._node
        return tree if tree is None or node.is_scalar else [node.whole(one) for one in tree]

    def change(self, before: Any, after: Any) -> Any:
        if before is None or after is None:
            return self.whole(after)
        node = self._node
        changed: dict[int, Any] = {}
        length = len(before)
        if len(after) < length:
            changed[GONE] = len(after)
        for index, now in enumerate(after):
            if index >= length:
                changed[index] = node.whole(now)
            else:
                was = before[index]
                if was is not now and was != now:
                    changed[index] = node.change(was, now)
        return changed

    def shown(self, tree: Any) -> Any:
        return None if tree is None else [self._node.shown(one) for one in tree]

    def shown_change(self, change: dict[Any, Any], after: Any) -> dict[str, Any]:
        parts = Parts()
        for index, one in change.items():
            if index == GONE:
                parts.gone = one
            else:
                parts.add(str(index), self._node, one, after[index])
        return parts.told()

    def schema(self) -> Any:
        return {"list": self._node.schema()}


class Entries(Node):
    """A map of values by id, as a dict by the id as it is sent."""

    def __init__(self, node: Node) -> None:
        self.is_scalar = False
        self._node = node

    def pack(self, value: Any) -> Any:
        if value is None:
            return None
        node = self._node
        return {_sent_id(key): node.pack(one) for key, one in value.items()}

    def renew(self, before: Any, value: Any) -> tuple[Any, Any]:
        if before is None or value is None:
            return super().renew(before, value)
        node = self._node
        old: dict[Any, Any] = before
        trees: dict[Any, Any] = {}
        changed: dict[Any, Any] = {}
        kept = 0
        for key, one in value.items():
            sent = _sent_id(key)
            was = old.get(sent, _MISSING)
            if was is _MISSING:
                tree = node.pack(one)
                changed[sent] = node.whole(tree)
            else:
                kept += 1
                tree, change = node.renew(was, one)
                if change is not SAME:
                    changed[sent] = change
            trees[sent] = tree
        if kept < len(old):
            changed = {GONE: [key for key in old if key not in trees], **changed}
        return (trees, changed) if changed else (before, SAME)

    def part(
        self,
        entities: dict[Any, Any],
        change: dict[Any, Any] | None,
        ids: Iterable[str],
        before: dict[Any, Any],
    ) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """Return the entities with these ids, each given once, and their change from a part of those before.

        ``change`` is that of all entities.
        """
        node = self._node
        changes: dict[Any, Any] = {} if change is None else change
        trees: dict[Any, Any] = {}
        changed: dict[Any, Any] = {}
        kept = 0
        for id in ids:
            key = _sent_id(id)
            tree = entities.get(key, _MISSING)
            if tree is _MISSING:
                continue
            trees[key] = tree
            if key not in before:
                changed[key] = node.whole(tree)
            else:
                kept += 1
                if key in changes:
                    changed[key] = changes[key]
        if kept < len(before):
            changed = {GONE: [key for key in before if key not in trees], **changed}
        return trees, changed

    def whole(self, tree: Any) -> Any:
        if tree is None:
            return None
        flat: list[Any] = []
        for key, one in tree.items():
            flat.append(key)
            flat.append(self._node.whole(one))
        return flat

    def change(self, before: Any, after: Any) -> Any:
        if before is None or after is None:
            return self.whole(after)
        node = self._node
        changed: dict[Any, Any] = {}
        gone = [key for key in before if key not in after]
        if gone:
            changed[GONE] = gone
        for key, now in after.items():
            was = before.get(key, _MISSING)
            if was is _MISSING:
                changed[key] = node.whole(now)
            elif was is not now and was != now:
                changed[key] = node.change(was, now)
        return changed

    def shown(self, tree: Any) -> Any:
        return None if tree is None else {str(key): self._node.shown(one) for key, one in tree.items()}

    def shown_change(self, change: dict[Any, Any], after: Any) -> dict[str, Any]:
        parts = Parts()
        for key, one in change.items():
            if key == GONE:
                parts.gone = [str(lost) for lost in one]
            else:
                parts.add(str(key), self._node, one, after[key])
        return parts.told()

    def schema(self) -> Any:
        return {"map": self._node.schema()}


class Parts:
    """The parts of a change in JSON."""

    def __init__(self) -> None:
        self.gone: Any = None
        self._new: dict[str, Any] = {}
        self._inner: dict[str, Any] = {}

    def add(self, key: str, node: Node, change: Any, after: Any) -> None:
        if isinstance(change, dict):
            self._inner[key] = node.shown_change(change, after)
        else:
            self._new[key] = node.shown(after)

    def told(self) -> dict[str, Any]:
        told = {} if self.gone is None else {"-": self.gone}
        if self._new:
            told["="] = self._new
        if self._inner:
            told["~"] = self._inner
        return told


def codec_of(view: type[msgspec.Struct]) -> Fields:
    """Return the type of a view that the game declares."""
    return _fields_of(view, ())


def _fields_of(struct: type[msgspec.Struct], within: tuple[type, ...]) -> Fields:
    fields = msgspec.structs.fields(struct)
    return Fields(struct, [_node_of(field.type, (*within, struct)) for field in fields])


def _node_of(kind: Any, within: tuple[type, ...]) -> Node:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], within)
    if origin is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return _one_of(list(arguments or kind))
    if origin is typing.Union or origin is types.UnionType:
        return _union(arguments, within)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        config = kind.__struct_config__
        is_plain = not (config.array_like or config.tag or config.omit_defaults)
        return _fields_of(kind, within) if is_plain and kind not in within else Opaque()
    if origin in (list, Sequence) or (origin is tuple and arguments[1:] == (...,)):
        return Items(_node_of(arguments[0], within))
    if origin in (dict, Mapping) and arguments[0] is str:
        return Entries(_node_of(arguments[1], within))
    return Node() if kind in _SCALARS or kind is bool or kind is None else Opaque()


def _annotated(kind: Any, notes: tuple[Any, ...], within: tuple[type, ...]) -> Node:
    step = next((note.step for note in notes if isinstance(note, Quantised)), None)
    if step is None:
        return _node_of(kind, within)
    if not {float, int, type(None)}.issuperset(typing.get_args(kind) or (kind,)):
        raise GameDefinitionError(f"Quantised is for numbers, not for {kind}.")
    return Steps(step)


def _union(kinds: tuple[Any, ...], within: tuple[type, ...]) -> Node:
    others = [kind for kind in kinds if kind is not type(None)]
    if len(others) == 1 and len(kinds) == 2:
        if typing.get_origin(others[0]) is Literal:
            return _one_of([*typing.get_args(others[0]), None])
        node = _node_of(others[0], within)
        return Opaque() if isinstance(node, OneOf) else node
    # A boolean equals a number, and would not be seen to replace it.
    return Node() if _SCALARS.issuperset(kinds) else Opaque()


def _one_of(values: list[Any]) -> Node:
    return OneOf(values) if len(set(values)) == len(values) else Opaque()


def _sent_id(key: str) -> str | int:
    """Return a whole number as a number, which is shorter, and any other id as it is."""
    sent = _sent_ids.get(key)
    if sent is None:
        is_number = key.isascii() and key.isdigit() and len(key) < 16 and (key[0] != "0" or key == "0")
        sent = int(key) if is_number else key
        if len(_sent_ids) >= _MAX_SENT_IDS:
            _sent_ids.clear()
        _sent_ids[key] = sent
    return sent
