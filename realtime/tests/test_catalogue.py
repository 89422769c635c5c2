"""The message catalogue matches the sockets and is complete."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft202012Validator
from msgspec import UNSET, UnsetType

from game.models import Game
from game.tests.conftest import *  # noqa: F403  (a game is played here by its real sockets)
from game.tests.conftest import begin
from gameplatform.asgi import application
from gameplatform.testing.people import Person
from realtime import checks
from realtime.catalogue import asyncapi, files, reading
from realtime.catalogue.conventions import CLOSE_CODES
from realtime.catalogue.sockets import Description, Socket, message_classes, sockets
from realtime.socket.consumer import Consumer, handles
from realtime.testing import Player
from realtime.wire.messages import Command, Ephemeral, Event, Internal, Message, Pong, Reply
from realtime.wire.topics import Topic


class Knock(Command):
    """Ask to be let in."""

    times: int = 1


class Knocked(Event):
    """Somebody knocked."""

    nickname: str | UnsetType = UNSET
    loud: bool = False

    def audience(self) -> Topic:
        return Topic("door")


class Shuffled(Ephemeral):
    """Somebody is at the door."""


class DoorState(Reply):
    """Open or not."""

    recovered: bool | UnsetType = UNSET


class DoorConsumer(Consumer):
    """A door."""

    opens_with: ClassVar[type[Message] | None] = DoorState
    emits: ClassVar[tuple[type[Message], ...]] = (Knocked,)

    @handles(Knock)
    def knock(self, command: Knock) -> None: ...


DOOR = Socket(DoorConsumer, ("/ws/door/",))


def fields(kind: type[Message], **options: bool) -> dict[str, bool]:
    return {field.name: field.required for field in Description(kind, **options).fields}


def ids(found: list[Any]) -> list[str]:
    return [problem.id for problem in found]


def test_every_message_of_every_app_is_on_a_socket() -> None:
    assert checks.check_messages() == []
    known = {one.kind for socket in sockets() for one in socket.commands + socket.messages}
    assert len(message_classes()) > 10
    assert {kind for kind in message_classes() if not issubclass(kind, Internal)} <= known


def test_the_generated_files_are_up_to_date() -> None:
    call_command("generate_catalogue", "--check")


def test_a_stale_file_is_named_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "events.md"
    old.write_text("old")
    monkeypatch.setattr(files, "contents", lambda: {old: "new"})
    with pytest.raises(CommandError, match=r"events\.md"):
        call_command("generate_catalogue", "--check")
    assert old.read_text() == "old"
    call_command("generate_catalogue")
    assert old.read_text() == "new"
    call_command("generate_catalogue", "--check")


def test_numbers_that_the_server_adds_are_shown() -> None:
    assert fields(Knocked) == {"nickname": False, "loud": True, "seq": True}
    assert fields(Knocked, in_stream=False, beside=True) == {"nickname": False, "loud": True}
    assert fields(Knocked, beside=True) == {"nickname": False, "loud": True, "seq": False}
    assert fields(Shuffled) == {}
    assert fields(DoorState) == {"ref": False, "recovered": False}
    assert fields(DoorState, opens=True) == {"ref": False, "recovered": False, "seq": True}
    assert fields(Knock) == {"times": False, "id": False}


def test_a_message_that_no_socket_tells_is_a_problem() -> None:
    assert checks.problems_of_classes([Knock, Knocked, DoorState], [DOOR]) == []
    assert ids(checks.problems_of_classes([Knock, Knocked], [])) == ["realtime.E001"] * 2
    assert ids(checks.problems_of_classes([Shuffled], [DOOR])) == ["realtime.E001", "realtime.E002"]


def test_what_stays_inside_needs_no_socket() -> None:
    class Counted(Internal):
        """Somebody was counted."""

    assert checks.problems_of_classes([Counted], []) == []
    assert Counted().audience() == ()


def test_a_message_without_a_docstring_is_a_problem() -> None:
    class Mute(Reply):
        pass

    class MuteConsumer(Consumer):
        emits = (Mute,)

    assert ids(checks.problems_of_classes([Mute], [Socket(MuteConsumer, ())])) == ["realtime.E003"]


def test_what_a_consumer_declares_wrongly_is_a_problem() -> None:
    class Twin(Reply, tag="knocked"):
        """Called like another."""

    class TwinConsumer(DoorConsumer):
        opens_with = Pong
        emits = (Knocked, Twin, Knock)

        @handles(DoorState)  # type: ignore[arg-type]
        def state(self, command: Command) -> None: ...

    assert checks.problems_of_sockets([DOOR]) == []
    found = checks.problems_of_sockets([Socket(TwinConsumer, ("/ws/door/",))])
    assert sorted(ids(found)) == ["realtime.E004", "realtime.E005", "realtime.E006", "realtime.E007"]


def test_all_codes_that_close_a_socket_are_in_the_catalogue() -> None:
    modules = [path for app in settings.OUR_APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    # Our protocol supports all codes of RFC 6455.
    sources = [path.read_text() for path in modules if not {"tests", "server"} & set(path.parts)]
    used = {
        int(code) for source in sources for code in re.findall(r"\b(?:44\d\d|10(?:0[1-9]|1\d))\b", source)
    }
    assert {4400, 4401, 4409, 1012, 1013} <= used
    assert used <= {one.value for one in CLOSE_CODES}


def test_the_javascript_client_speaks_of_what_is_in_the_catalogue() -> None:
    source = (settings.BASE_DIR / "clients" / "js" / "gameplatform.js").read_text()
    sent = set(re.findall(r'\.send\(\{ type: "(\w+)"', source))
    assert "player_move" in sent
    assert sent <= {one.type for socket in sockets() for one in socket.commands}
    codes = re.search(r"RECONNECT_AFTER = new Set\(\[([^\]]*)\]", source)
    assert codes
    assert {int(code) for code in codes[1].split(",")} == {one.value for one in CLOSE_CODES if one.reconnect}


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    return [ref for value in node for ref in _refs(value)] if isinstance(node, list) else []


def test_the_asyncapi_document_is_whole_and_names_this_server() -> None:
    document = Client().get("/api/asyncapi.json", headers={"host": "localhost"}).json()
    assert document["asyncapi"] == "3.0.0"
    assert document["servers"]["this"]["host"] == "localhost"
    assert document["channels"]["Game"]["address"] == "/ws/game/{game_id}/"
    assert document["channels"]["Game"]["parameters"] == {"game_id": {}}
    assert _refs(document)
    for ref in _refs(document):
        node = document
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]


def test_the_page_shows_every_message_and_allows_nothing_foreign() -> None:
    answer = Client().get("/api/docs/events/")
    text = answer.content.decode()
    for socket in sockets():
        for one in socket.commands + socket.messages:
            assert f"<h4><code>{one.type}</code></h4>" in text
    assert "<script" not in text
    assert "style=" not in text
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")


def test_the_readable_catalogue_says_what_a_field_holds() -> None:
    section = next(section for section in reading.sections() if section.name == "Game")
    said = next(entry for entry in section.sent if entry.name == "chat_message")
    assert said.fields == [("message", "text of 1 to 500 characters")]
    state = next(entry for entry in section.heard if entry.name == "game_state")
    assert ("turn", "whole number or null") in state.fields
    assert ("?recovered", "true or false") in state.fields


def fits(name: str, frame: dict[str, Any]) -> None:
    """Assert that the document allows this frame on this socket, without additional fields."""
    document = json.loads(json.dumps(asyncapi.document()))
    payload = document["channels"][name]["messages"][frame["type"]]["payload"]
    schema = {**payload, "additionalProperties": False, "components": document["components"]}
    Draft202012Validator(schema).validate(frame)


@pytest.mark.django_db(transaction=True)
async def test_every_frame_of_a_game_is_as_the_catalogue_says(
    new_game: Callable[..., Awaitable[Game]], ada: Person, bob: Person, cyd: Person
) -> None:
    game = await new_game()
    first, second = await begin(game, ada, bob)
    watching = await cyd.enter(game.pk)
    heard = []
    await first.send(type="chat_message", message="hi", id="a")
    await first.send(type="chat_message", id="b")
    for player, cell in ((first, 0), (second, 3), (first, 1), (second, 4), (first, 2)):
        await player.send(type="player_move", movement={"cell": cell})
        while True:
            heard.append(await player.hear())
            if heard[-1]["type"] == "player_move" and heard[-1]["movement"] == {"cell": cell}:
                break
    while (frame := await first.hear())["type"] != "game_over":
        heard.append(frame)
    heard.append(frame)
    await first.send(type="ping", id=1)
    heard.append(await first.hear_until("pong"))
    heard.append(await watching.hear("game_state"))
    back = await bob.enter(game.pk, f"?since={frame['seq'] - 1}")
    heard.append(await back.hear("resumed"))
    for frame in heard:
        fits("Game", frame)
    assert {"chat_message", "error", "player_move", "game_over", "pong"} <= {frame["type"] for frame in heard}


@pytest.mark.django_db(transaction=True)
async def test_every_frame_to_a_user_is_as_the_catalogue_says(ada: Person) -> None:
    player = await Player(application, "/ws/notifications/", token=ada.token).enter()
    fits("Notifications", await player.hear("badge"))
    await player.send(type="ping")
    fits("Notifications", await player.hear("pong"))
