"""Facts about a room that the database is told of later: its state, who plays, and what is due when."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.background import STORE_ERRORS
from core.batching import BatchLoader
from core.database import in_database
from core.ids import UserId
from core.tasks import begin
from game import services
from game.live.room.commits import Commits
from game.live.seats import Seated

RETRY_S = 1.0


class Notes:
    """Notes on one game. Each is stored once the entries before it are committed, in a task of ``tasks``."""

    __slots__ = ("_commits", "_due", "_game_id", "_playing", "_tasks")

    def __init__(self, game_id: UUID, commits: Commits, tasks: set[asyncio.Task[Any]]) -> None:
        self._game_id = game_id
        self._commits = commits
        self._tasks = tasks
        self._due: tuple[datetime | None, Sequence[UserId]] | None = None
        self._playing: set[UserId] = set()

    def note_state(self, state: str) -> None:
        """Store the state of the game, as lists show it."""
        begin(_stored((self._game_id, state)), self._tasks, "Noting the state of a game")

    def is_noting(self, user_id: UserId) -> bool:
        """Whether the database does not know yet that this user has left or come back."""
        return user_id in self._playing

    def note_playing(self, seat: Seated) -> None:
        """Store whether the player of this seat still plays, or others may have it."""
        facts: dict[str, Any] = {
            "user_id": seat.user_id,
            "is_playing": seat.gone is None,
            "is_offered": seat.is_offered,
        }

        async def store() -> None:
            try:
                await in_database(services.note_playing, game_id=self._game_id, **facts)
            finally:
                self._playing.discard(seat.user_id)

        def note() -> None:
            begin(store(), self._tasks, "Noting who plays")

        self._playing.add(seat.user_id)
        self._commits.when_committed(note)

    def note_due(self, at: datetime | None, user_ids: Sequence[UserId]) -> None:
        """Store when something is due in a correspondence game, and who is to move."""
        is_busy = self._due is not None
        self._due = at, user_ids
        if not is_busy:
            self._commits.when_committed(self._begin_noting_due)

    def _begin_noting_due(self) -> None:
        begin(self._store_due(), self._tasks, "Noting whose turn it is")

    async def _store_due(self) -> None:
        while (noted := self._due) is not None:
            at, user_ids = noted
            try:
                await in_database(services.note_turn, game_id=self._game_id, due_at=at, user_ids=user_ids)
            except STORE_ERRORS:
                await asyncio.sleep(RETRY_S)
            else:
                if self._due == noted:
                    self._due = None


async def _store_states(reached: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], None]:
    await in_database(services.store_states, dict(reached))
    return dict.fromkeys(reached)


_stored = BatchLoader(_store_states)
