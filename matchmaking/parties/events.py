"""Events of parties, and their audiences."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, NewType

from msgspec import Struct

from core.ids import UserId
from core.shapes import about
from realtime.wire import topics
from realtime.wire.messages import Event
from realtime.wire.topics import Topic

PartyId = NewType("PartyId", int)


class PartyMemberInfo(Struct, kw_only=True):
    """A member of a party."""

    user_id: UserId
    username: str
    ready: bool


class PartyInfo(Struct, kw_only=True):
    """A party as clients see it: members in the order of joining; empty once it is disbanded.

    A higher ``version`` is the later state.
    """

    id: PartyId
    leader_id: UserId | None
    members: list[PartyMemberInfo]
    max_size: int
    open: Annotated[bool, about("Whether anybody may enter")]
    version: Annotated[int, about("Rises with each change")]
    region: Annotated[str | None, about("The best for its slowest member, once all have told latencies")]


Change = Literal["created", "joined", "left", "kicked", "disbanded", "ready", "latencies"]


def party_topic(party_id: PartyId) -> Topic:
    """Return the topic of a party."""
    return Topic(f"party_{party_id}")


def _audience(party_id: PartyId, user_ids: Iterable[UserId]) -> tuple[Topic, ...]:
    """The party's topic, and these users on all their devices and in the world."""
    told = sorted(user_ids)
    devices = [topics.user(user_id) for user_id in told]
    return party_topic(party_id), *devices, *[topics.in_world(user_id) for user_id in told]


class PartyUpdate(Event):
    """Sent when a party has changed: its new state, the change, and the users who caused it.

    Sent to the members and to those who have just left.
    """

    answers: ClassVar[tuple[str, ...]] = (
        "party_create",
        "party_accept",
        "party_leave",
        "party_kick",
        "party_disband",
    )

    party: PartyInfo
    change: Change
    user_ids: list[UserId]

    def audience(self) -> tuple[Topic, ...]:
        told = {member.user_id for member in self.party.members} | set(self.user_ids)
        return _audience(self.party.id, told)


class PartyChat(Event):
    """Sent when a member writes to the party; only its members receive it."""

    party_id: PartyId
    sender_id: UserId
    sender_name: str
    content: Annotated[str, about("Listed words are masked")]
    member_ids: Annotated[list[UserId], about("Who hears it")]
    channel: Literal["party"] = "party"

    def audience(self) -> tuple[Topic, ...]:
        return _audience(self.party_id, self.member_ids)
