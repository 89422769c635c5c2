"""Sight in a crowded place: each socket hears of the characters near its own.

A place with a ``sight`` is divided into squares of that width. A character sees those in its own square and
in the eight around it, so at least as far as the sight, and everybody in one square gets the same moves. Who
comes into sight is told as an arrival, and who leaves it as a departure.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable

import msgspec

from core.grid import Cell, Grid, are_adjacent, cells_around
from realtime.connections.connection import Connection
from realtime.socket.subscription import Subscription
from realtime.wire.messages import Message, encode
from realtime.wire.topics import Topic
from world.events import (
    Area,
    CharacterInfo,
    CharacterUpdate,
    LocationUpdate,
    Moved,
    PlayerJoinedArea,
    PlayerLeftArea,
)
from world.rules import CharacterId, Vector

_About = PlayerJoinedArea | PlayerLeftArea | CharacterUpdate
_decode_about = msgspec.json.Decoder(_About).decode
_ABOUT_ONE = (b'{"type":"player_joined_area"', b'{"type":"player_left_area"', b'{"type":"character_update"')
_INFO = CharacterInfo.__struct_fields__


class SeenArea(Subscription):
    """A socket's subscription to the events of a place, as far as its character sees."""

    __slots__ = ("_sight", "character_id", "known")

    def __init__(
        self,
        topic: Topic,
        connection: Connection,
        snapshot: Callable[[], Awaitable[Message]] | None = None,
        *,
        sight: "Sight",
        character_id: CharacterId,
    ) -> None:
        super().__init__(topic, connection, snapshot)
        self._sight = sight
        self.character_id = character_id
        self.known: set[CharacterId] = set()
        """The characters that the client was told of."""
        sight.viewers[character_id] = self

    def send(self, frame: bytes, key: Hashable = None) -> None:
        """Send or hold a frame, unless it is about somebody out of sight."""
        if self._sight.shows(frame, self):
            self.pass_on(frame, key)

    def pass_on(self, frame: bytes, key: Hashable = None) -> None:
        """Send or hold a frame that is in sight."""
        super().send(frame, key)

    def seen(self, area: Area) -> Area:
        """Return the part of the place that is in sight, which the client is now told of."""
        self.known = self._sight.around(self.character_id)
        members = [one for one in area.members if one.character_id in self.known]
        return Area(location_id=area.location_id, members=members)


class Sight:
    """The characters in a place by where they are, and this worker's sockets there."""

    def __init__(self, location_id: int, metres: float, now: Callable[[], float]) -> None:
        self.viewers: dict[CharacterId, SeenArea] = {}
        """By the character of each socket."""
        self._location_id = location_id
        self._now = now
        self._grid: Grid[CharacterId] = Grid(metres)
        self._infos: dict[CharacterId, CharacterInfo] = {}
        self._arrived_at: dict[CharacterId, float] = {}
        self._left: dict[CharacterId, Cell] = {}
        """Of each character that has changed its square since the last broadcast, the former one."""
        self._latest: tuple[bytes, _About | None] = (b"", None)

    def enter(self, info: CharacterInfo) -> None:
        """Note a character in the place; one that is known stays where it was last seen."""
        id = info.character_id
        known = self._infos.get(id)
        if known is None:
            self._grid.place(id, info.position.x, info.position.y)
        else:
            info = msgspec.structs.replace(info, position=known.position)
        self._infos[id] = info
        self._arrived_at[id] = self._now()

    def leave(self, character_id: CharacterId) -> None:
        """Forget a character that has left the place."""
        for known in (self._infos, self._arrived_at, self._left):
            known.pop(character_id, None)
        self._grid.remove(character_id)

    def load(self, members: Iterable[CharacterInfo], read_at: float) -> None:
        """Note everybody in the place as the database had them at this time, and nobody else."""
        present = set()
        for info in members:
            present.add(info.character_id)
            if info.character_id not in self._infos:
                self.enter(info)
        for id in self._infos.keys() - present - self.viewers.keys():
            if self._arrived_at[id] < read_at:
                self._drop(id)

    def _drop(self, id: CharacterId) -> None:
        """Forget a character of whose departure nothing was heard, and tell those who still see it."""
        frame = encode(self._news(id, is_seen=False))
        self.leave(id)
        for viewer in list(self.viewers.values()):
            if id in viewer.known:
                viewer.known.discard(id)
                viewer.pass_on(frame)

    def move(self, moved: Moved) -> None:
        """Note where a character is now; one of whose arrival nothing was heard yet is left out."""
        id = moved.character_id
        info = self._infos.get(id)
        if info is None:
            return
        before = self._grid.cell(id)
        self._grid.place(id, moved.x, moved.y)
        position = Vector(x=moved.x, y=moved.y, z=moved.z)
        self._infos[id] = msgspec.structs.replace(info, position=position)
        if self._grid.cell(id) != before:
            self._left.setdefault(id, before)

    def around(self, character_id: CharacterId) -> set[CharacterId]:
        """Return the characters that this one sees, itself included."""
        if character_id not in self._grid:
            return set()
        return set(self._grid.around(self._grid.cell(character_id)))

    def shows(self, frame: bytes, viewer: SeenArea) -> bool:
        """Return whether a viewer is sent a frame of the place."""
        about = self._about(frame)
        if about is None:
            return True
        if isinstance(about, PlayerJoinedArea):
            id = about.character.character_id
            if id not in self._infos or not self._sees(viewer.character_id, id):
                return id == viewer.character_id
            viewer.known.add(id)
            return True
        is_seen = about.character_id in viewer.known or about.character_id == viewer.character_id
        if isinstance(about, PlayerLeftArea):
            viewer.known.discard(about.character_id)
        return is_seen

    def broadcast(self, moves: Iterable[Moved], key: str) -> None:
        """Send each socket the moves that it sees, after who has come into sight and who has left it."""
        viewers: dict[Cell, list[SeenArea]] = defaultdict(list)
        for id, viewer in list(self.viewers.items()):
            if id in self._grid:
                viewers[self._grid.cell(id)].append(viewer)
        if self._left:
            self._show_crossings(viewers)
        by_cell: dict[Cell, list[Moved]] = defaultdict(list)
        for moved in moves:
            if moved.character_id in self._grid:
                by_cell[self._grid.cell(moved.character_id)].append(moved)
        for cell, here in viewers.items():
            seen = [moved for near in cells_around(cell) for moved in by_cell.get(near, ())]
            if seen:
                frame = encode(LocationUpdate(location_id=self._location_id, moves=seen))
                for viewer in here:
                    viewer.pass_on(frame, key)

    def _show_crossings(self, viewers: dict[Cell, list[SeenArea]]) -> None:
        left, self._left = self._left, {}
        told: dict[tuple[CharacterId, bool], bytes] = {}
        for id, before in left.items():
            now = self._grid.cell(id)
            watching = {*cells_around(before), *cells_around(now)}
            for viewer in [viewer for cell in watching for viewer in viewers.get(cell, ())]:
                if viewer.character_id != id:
                    self._show(viewer, id, told)
            if (own := self.viewers.get(id)) is not None:
                for other in self.around(id) ^ own.known:
                    self._show(own, other, told)

    def _show(self, viewer: SeenArea, id: CharacterId, told: dict[tuple[CharacterId, bool], bytes]) -> None:
        """Send a viewer that a character came into sight or left it, unless the client knows."""
        is_seen = self._sees(viewer.character_id, id)
        if is_seen == (id in viewer.known) or id == viewer.character_id:
            return
        frame = told.get((id, is_seen))
        if frame is None:
            frame = told[id, is_seen] = encode(self._news(id, is_seen=is_seen))
        (viewer.known.add if is_seen else viewer.known.discard)(id)
        viewer.pass_on(frame)

    def _news(self, id: CharacterId, *, is_seen: bool) -> Message:
        info = self._infos[id]
        if is_seen:
            return PlayerJoinedArea(location_id=self._location_id, character=info)
        return PlayerLeftArea(
            location_id=self._location_id,
            character_id=id,
            user_id=info.user_id,
            character_name=info.character_name,
            reason="out_of_sight",
        )

    def _sees(self, viewer_id: CharacterId, id: CharacterId) -> bool:
        grid = self._grid
        return viewer_id in grid and id in grid and are_adjacent(grid.cell(viewer_id), grid.cell(id))

    def _about(self, frame: bytes) -> _About | None:
        """Return what a frame tells about one character, which is noted when the first socket hears of it."""
        # All sockets are sent the same object, one after the other.
        if frame is self._latest[0]:
            return self._latest[1]
        about = _decode_about(frame) if frame.startswith(_ABOUT_ONE) else None
        self._latest = frame, about
        if isinstance(about, PlayerJoinedArea):
            self.enter(about.character)
        elif isinstance(about, PlayerLeftArea):
            self.leave(about.character_id)
        elif about is not None and about.character_id in self._infos:
            facts = {name: getattr(about, name) for name in _INFO}
            self._infos[about.character_id] = CharacterInfo(
                **facts | {"position": self._infos[about.character_id].position}
            )
        return about
