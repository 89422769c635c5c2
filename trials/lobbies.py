"""Members of a lobby who chat, and the check that each received every message."""

from collections.abc import Sequence

from gameplatform.testing.processes import ServerProcess
from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import Frame, Line, Person, some_at_a_time
from trials.trial import Query


class Member:
    """A member of the lobby; received messages are recorded with their ids."""

    def __init__(self, history: History, person: Person, path: str, servers: Sequence[ServerProcess]) -> None:
        self.person = person
        self.line = Line(history, person, path, self._hear, servers=servers)
        self._history = history

    def _hear(self, frame: Frame) -> None:
        name = self.person.name
        match frame["type"]:
            case "presence_state":
                ids = [message["id"] for message in frame["messages"]]
                self._history.seen(name, "shown", ids=ids, seq=frame["seq"])
            case "error":
                self._history.seen(name, "error", code=frame["code"])
            case _ if "seq" in frame:
                ids = [frame["message"]["id"]] if frame["type"] == "chat_message" else []
                self._history.seen(name, "event", ids=ids, seq=frame["seq"])

    async def say(self, text: str) -> None:
        """Send a message without waiting; the database shows whether it was stored."""
        with self._history.operation(self.person.name, "say", text=text):
            await self.line.send(type="chat_message", message=text)


async def enter_lobby(
    ground: Ground, history: History, people: Sequence[Person], servers: Sequence[ServerProcess]
) -> list[Member]:
    """Put all these users into one new lobby, connected to the servers in turn."""
    owner = people[0]
    ground.query("UPDATE accounts_user SET is_premium = true WHERE id = %s", owner.id)
    wanted = {"name": "agora", "is_public": True, "max_participants": len(people) + 1}
    lobby = await owner.ask("POST", "/api/lobbies/", wanted)

    async def join(person: Person) -> None:
        await person.ask("POST", f"/api/lobbies/{lobby['id']}/join/", {})

    await some_at_a_time((join(person) for person in people[1:]), 8)
    members = [
        Member(history, person, f"/ws/lobbies/{lobby['id']}/", [servers[number % len(servers)]])
        for number, person in enumerate(people)
    ]
    await some_at_a_time((member.line.open() for member in members), 8)
    return members


def _kept(query: Query) -> dict[int, str]:
    return dict(query("SELECT id, content FROM chat_lobbymessage ORDER BY id"))


def check_order(operations: Sequence[Operation], query: Query) -> list[Figure]:
    """Check that all members received all messages in one order and without gaps."""
    kept = _kept(query)
    known: dict[str, set[int]] = {}
    at: dict[str, int] = {}
    numbered: dict[int, set[tuple[int, ...]]] = {}
    gaps = []
    for operation in operations:
        if operation.name not in ("shown", "event"):
            continue
        who, ids, seq = operation.who, operation.asked["ids"], operation.asked["seq"]
        known.setdefault(who, set()).update(ids)
        if operation.name == "event":
            numbered.setdefault(seq, set()).add(tuple(ids))
            if seq != at[who] + 1:
                gaps.append(operation)
        at[who] = seq
    return [
        at_least("messages kept", len(kept), 10),
        none_of(
            "messages that somebody never heard", (m for ids in known.values() for m in kept.keys() - ids)
        ),
        none_of("events with another number for others", (seq for seq, n in numbered.items() if len(n) > 1)),
        none_of("events whose number is not the next", gaps),
    ]


def heard_within(operations: Sequence[Operation], query: Query) -> list[float]:
    """Return seconds from each message's first receipt (or its sending, if later) to each member's."""
    numbers = {content: number for number, content in _kept(query).items()}
    sent = {
        numbers[o.asked["text"]]: o.started
        for o in operations
        if o.name == "say" and o.asked["text"] in numbers
    }
    heard: dict[tuple[str, int], float] = {}
    for operation in operations:
        if operation.name in ("event", "shown"):
            for number in operation.asked["ids"]:
                heard.setdefault((operation.who, number), operation.started)
    return [at - sent[number] for (_, number), at in heard.items() if number in sent]
