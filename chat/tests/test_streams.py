"""A snapshot plus the events after it equals the later snapshot, for lobbies and conversations."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from chat import selectors, services
from chat.events import direct_topic, lobby_topic
from chat.live import presence_event
from chat.models import Lobby, Thread
from core.ids import UserId
from core.refusals import Refusal
from friends.models import Friendship
from realtime import publishing
from realtime.wire.messages import Event, encode

pytestmark = pytest.mark.django_db

NAMES = ("ada", "bob", "cyd", "dan")
PEOPLE = st.sampled_from(NAMES)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Every published event; a refused change must publish nothing."""
    published: list[Event] = []
    monkeypatch.setattr(publishing, "_publish_from_outside", published.append)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda function, **_: function())
    return published


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """Presence, in place of Redis."""
    rooms: dict[str, set[int]] = {}

    def present(kind: str, room: str) -> set[int]:
        return set(rooms.get(room, ()))

    for module in ("chat.selectors.direct", "chat.selectors.lobbies", "chat.services.lobbies"):
        monkeypatch.setattr(f"{module}.users_in", present)
    monkeypatch.setattr("realtime.delivery.history.forget", lambda topic: None)
    return rooms


def wire(message: Any) -> dict[str, Any]:
    return json.loads(encode(message))


def lobby_as_client(frame: dict[str, Any]) -> dict[str, Any]:
    return {
        "lobby": frame["lobby"],
        "members": {member["user_id"]: member for member in frame["members"]},
        "messages": {message["id"]: message for message in frame["messages"]},
    }


def apply_to_lobby(state: dict[str, Any], event: dict[str, Any]) -> None:
    """Apply an event to a client's state."""
    members = state["members"]
    match event["type"]:
        case "lobby_update":
            state["lobby"] = event["facts"]
            if "member" in event:
                members[event["member"]["user_id"]] = event["member"]
            members.pop(event.get("gone_id"), None)
        case "moderation_kick" | "moderation_ban":
            members.pop(event["target_id"], None)
        case "moderation_mute":
            members[event["target_id"]]["muted_until"] = event["until"]
        case "presence_join" | "presence_leave":
            if event["user_id"] in members:
                members[event["user_id"]]["online"] = event["type"] == "presence_join"
        case "chat_message":
            state["messages"][event["message"]["id"]] = event["message"]
        case "message_deleted":
            state["messages"].pop(event["id"], None)
        case "lobby_closed":
            state["lobby"] = state["lobby"] | {"status": "closed"}
        case "voice_ended" | "voice_muted":  # of the voice channel, which no snapshot contains
            pass
        case other:
            raise AssertionError(other)


def test_a_lobbys_events_lead_from_one_snapshot_to_the_next(
    told: list[Event], here: dict[str, set[int]]
) -> None:
    class LobbyLife(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            Lobby.objects.all().delete()
            here.clear()
            self.ids = {
                name: User.objects.get_or_create(username=name, defaults={"is_premium": True})[0].pk
                for name in NAMES
            }
            self.lobby = services.create_lobby(user_id=self.ids["ada"], title="den", max_participants=3).pk
            services.join_lobby(user_id=self.ids["bob"], lobby_id=self.lobby)
            told.clear()
            self.seen = lobby_as_client(self.snapshot())

        def snapshot(self) -> dict[str, Any]:
            state = selectors.lobby_state(self.lobby)
            return wire(state.seen_by(next(iter(state.standing))))

        def is_open(self) -> bool:
            return Lobby.objects.get(pk=self.lobby).status == "open"

        def attempt(self, service: Any, **arguments: Any) -> None:
            with contextlib.suppress(Refusal):
                service(lobby_id=self.lobby, **arguments)

        @rule(who=PEOPLE)
        def join(self, who: str) -> None:
            self.attempt(services.join_lobby, user_id=self.ids[who])

        @rule(who=PEOPLE)
        def leave(self, who: str) -> None:
            self.attempt(services.leave_lobby, user_id=self.ids[who])

        @rule(verb=st.sampled_from(["appoint", "dismiss", "kick"]), of=PEOPLE)
        def rank(self, verb: str, of: str) -> None:
            owner_id = Lobby.objects.get(pk=self.lobby).owner_id
            self.attempt(getattr(services, verb), actor_id=owner_id, user_id=self.ids[of])

        @rule(verb=st.sampled_from(["mute", "unmute", "ban", "unban"]), by=PEOPLE, of=PEOPLE)
        def restrain(self, verb: str, by: str, of: str) -> None:
            until = {"until": timezone.now() + timedelta(hours=1)} if verb == "mute" else {}
            self.attempt(getattr(services, verb), actor_id=self.ids[by], user_id=self.ids[of], **until)

        @rule(who=PEOPLE)
        def say(self, who: str) -> None:
            self.attempt(services.post_message, sender_id=self.ids[who], content="hi")

        @rule(who=PEOPLE)
        @precondition(lambda self: self.seen["messages"])
        def delete(self, who: str) -> None:
            message = max(self.seen["messages"])
            self.attempt(services.delete_message, actor_id=self.ids[who], message_id=message)

        @rule(who=PEOPLE, size=st.integers(2, 4))
        def edit(self, who: str, size: int) -> None:
            self.attempt(services.edit_lobby, actor_id=self.ids[who], changes={"max_participants": size})

        @rule(who=PEOPLE)
        def close(self, who: str) -> None:
            if who == "dan":
                self.attempt(services.close_lobby, actor_id=self.ids[who])

        @rule(who=PEOPLE, comes=st.booleans())
        def come_or_go(self, who: str, comes: bool) -> None:
            user_id, room = self.ids[who], lobby_topic("den")
            present = here.setdefault(room, set())
            is_member = selectors.role(self.lobby, user_id) is not None
            if comes == (user_id in present) or (comes and not is_member):
                return
            (present.add if comes else present.remove)(user_id)
            person = selectors.person_of(user_id)
            assert person is not None
            told.append(presence_event(room, person, comes))

        @invariant()
        def events_lead_here(self) -> None:
            for event in told:
                apply_to_lobby(self.seen, wire(event))
            told.clear()
            if self.is_open():
                assert self.seen == lobby_as_client(self.snapshot())
            else:
                assert self.seen["lobby"]["status"] == "closed"

    run_state_machine_as_test(LobbyLife, settings=quick(examples=15))


def quick(*, examples: int) -> settings:
    return settings(
        max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )


def test_a_conversations_events_lead_from_one_snapshot_to_the_next(
    told: list[Event], here: dict[str, set[int]]
) -> None:
    pair = st.sampled_from(("ada", "bob"))

    class Conversation(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            here.clear()
            Thread.objects.all().delete()
            self.ids = {name: User.objects.get_or_create(username=name)[0].pk for name in ("ada", "bob")}
            low_id, high_id = sorted(self.ids.values())
            Friendship.objects.get_or_create(low_id=low_id, high_id=high_id)
            told.clear()
            self.seen = {name: self.snapshot(name) for name in self.ids}

        def other(self, name: str) -> UserId:
            return self.ids["bob" if name == "ada" else "ada"]

        def snapshot(self, name: str) -> dict[str, Any]:
            frame = wire(selectors.direct_state(self.ids[name], self.other(name)))
            return {
                "online": {member["user_id"]: member["online"] for member in frame["members"]},
                "messages": {message["id"]: message for message in frame["messages"]},
                "unread": frame["unread"],
            }

        @rule(who=pair)
        def say(self, who: str) -> None:
            services.post_direct(sender_id=self.ids[who], friend_id=self.other(who), content="hi")

        @rule(who=pair, back=st.integers(0, 2))
        @precondition(lambda self: self.seen["ada"]["messages"])
        def read(self, who: str, back: int) -> None:
            messages = sorted(self.seen["ada"]["messages"])
            up_to = messages[max(0, len(messages) - 1 - back)]
            services.mark_read(user_id=self.ids[who], friend_id=self.other(who), up_to=up_to)

        @rule(who=pair, comes=st.booleans())
        def come_or_go(self, who: str, comes: bool) -> None:
            user_id, room = self.ids[who], direct_topic(*self.ids.values())
            present = here.setdefault(room, set())
            if comes == (user_id in present):
                return
            (present.add if comes else present.remove)(user_id)
            person = selectors.person_of(user_id)
            assert person is not None
            told.append(presence_event(room, person, comes))

        @invariant()
        def events_lead_here(self) -> None:
            room = direct_topic(*self.ids.values())
            events = [wire(event) for event in told if event.audience() == room]
            told.clear()
            for name, state in self.seen.items():
                for event in events:
                    self.apply(state, self.ids[name], event)
                assert state == self.snapshot(name)

        def apply(self, state: dict[str, Any], me: int, event: dict[str, Any]) -> None:
            match event["type"]:
                case "chat_message":
                    state["messages"][event["message"]["id"]] = dict(event["message"])
                    state["unread"] += event["message"]["to_user_id"] == me
                case "read":
                    for message in state["messages"].values():
                        is_meant = (
                            message["to_user_id"] == event["user_id"] and message["id"] <= event["up_to"]
                        )
                        if is_meant and message["read_at"] is None:
                            message["read_at"] = event["read_at"]
                            state["unread"] -= event["user_id"] == me
                case "presence_join" | "presence_leave":
                    state["online"][event["user_id"]] = event["type"] == "presence_join"
                case other:
                    raise AssertionError(other)

    run_state_machine_as_test(Conversation, settings=quick(examples=8))
