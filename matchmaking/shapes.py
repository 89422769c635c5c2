"""The answers of the queue's routes."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from core.ids import UserId
from core.shapes import about, one_of


class MatchedPlayer(Struct, kw_only=True, frozen=True):
    """Somebody in the match."""

    id: UserId
    username: str
    rating: Annotated[int | None, about("null for guests")]
    side: str


class Proposed(Struct, kw_only=True, frozen=True):
    """A match that the caller is asked to accept."""

    proposal_id: int
    expires_at: datetime
    accepted: Annotated[bool, about("Whether the caller has accepted it")]


class Standing(Struct, kw_only=True, frozen=True):
    """The caller's status: ``idle``, or ``queued`` with the place, or ``matched`` with the match."""

    status: Annotated[str, one_of(["idle", "queued", "matched"])]
    game: str | UnsetType = UNSET
    mode: str | UnsetType = UNSET
    position: Annotated[int | UnsetType, about("Queued: the place, from 1")] = UNSET
    queue_size: Annotated[int | UnsetType, about("Queued: how many tickets wait")] = UNSET
    waited_s: Annotated[float | UnsetType, about("Queued: seconds since joining")] = UNSET
    proposal: Annotated[Proposed | UnsetType, about("Queued: a match to be accepted, if any")] = UNSET
    game_id: Annotated[UUID | UnsetType, about("Matched: the game")] = UNSET
    side: Annotated[str | UnsetType, about("Matched: the caller's side")] = UNSET
    ws_url: Annotated[str | UnsetType, about("Matched: the game's socket")] = UNSET
    players: list[MatchedPlayer] | UnsetType = UNSET


class OfferedQueue(Struct, kw_only=True, frozen=True):
    """A queue that can be joined."""

    game: str
    mode: Annotated[str, about("Empty for the queue without a mode")]
    title: str
    rated: bool
    min_players: int
    max_players: int
    party_sizes: list[int]
    options: Annotated[dict[str, Any], about("The options of its games")]
    clock: Annotated[
        dict[str, Any] | None, about("The thinking time, as in the catalogue; null in real time, too")
    ]
    asks: Annotated[dict[str, Any], about("JSON schema of the further fields of a request to join")]
    accept_within: Annotated[
        int | None, about("Seconds in which a match must be accepted, where the queue wants that")
    ]


class QueueLeft(Struct, kw_only=True, frozen=True):
    """Whether there was a place to give up."""

    status: Annotated[str, one_of(["left", "not_queued"])]
