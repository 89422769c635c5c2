"""What the Python client knows of messages, beside what the server knows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NotRequired, get_type_hints
from zipfile import ZipFile

import pytest
from gameplatform_client import messages, protocol
from gameplatform_client.errors import ProtocolError

from realtime.catalogue.conventions import CLOSE_CODES
from realtime.catalogue.sockets import ON_EVERY_SOCKET, Description, sockets
from realtime.messages import Command

PACKAGE = Path(__file__).resolve().parent.parent


def test_every_message_of_every_socket_has_its_type_and_its_dictionary() -> None:
    described = [(socket, one) for socket in sockets() for one in socket.commands + socket.messages]
    assert {kind.value for kind in messages.MessageType} == {one.type for _, one in described}
    for socket, one in described:
        prefix = "" if one.kind in ON_EVERY_SOCKET else socket.name
        suffix = "Command" if issubclass(one.kind, Command) else ""
        declared = getattr(messages, f"{prefix}{one.kind.__name__}{suffix}")
        hints = get_type_hints(declared, include_extras=True)
        optional = {name for name, hint in hints.items() if getattr(hint, "__origin__", None) is NotRequired}
        assert optional == {field.name for field in one.fields if not field.required}
        assert set(hints) == {"type", *(field.name for field in one.fields)}


def test_codes_and_version_are_the_servers(settings: object) -> None:
    assert {one.code for one in CLOSE_CODES if one.come_back} == messages.RECONNECT_AFTER
    assert messages.PROTOCOL_VERSION == settings.PROTOCOL_VERSION  # type: ignore[attr-defined]


def test_what_is_made_often_is_taken_by_the_server() -> None:
    """Each is decoded by the world's socket as the command that it should be."""
    world = next(socket for socket in sockets() if socket.name == "World")
    for message in (
        protocol.create_chat_message("hello"),
        protocol.create_character_update(7),
        protocol.create_shard_captured_message(3),
    ):
        command = world.consumer.decoder.decode(protocol.serialize(message))
        assert Description(type(command)).type == message["type"]


@pytest.mark.parametrize("value", ["", "Ünï ✓\n\u2028", 2**53, -0.5, None, [{"a": [True]}], {"type": 7}])
def test_a_message_comes_back_from_its_text(value: object) -> None:
    text = protocol.serialize({"type": messages.MessageType.PING, "id": value})
    assert "\n" not in text
    assert protocol.deserialize(text) == protocol.deserialize(text.encode()) == {"type": "ping", "id": value}


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", '{"type": 7}', "{", "[" * 5000, b"\xff"])
def test_a_text_that_is_no_message_is_refused(text: str | bytes) -> None:
    with pytest.raises(ProtocolError) as refused:
        protocol.deserialize(text)
    assert refused.value.error_code == "not_a_message"


def test_what_is_no_json_is_not_sent() -> None:
    with pytest.raises(ValueError):
        protocol.serialize({"type": "move", "x": float("nan")})


def test_the_package_is_built_and_imported_with_its_types(tmp_path: Path) -> None:
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(built, cwd=PACKAGE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("gameplatform_client-*.whl")
    assert "gameplatform_client/py.typed" in ZipFile(wheel).namelist()
    asked = (
        "import gameplatform_client as c, json; print(json.dumps([c.__file__, c.NetworkClient().server_url]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={"PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    path, url = json.loads(answer.stdout)
    assert re.match(rf"{re.escape(str(wheel))}/gameplatform_client/", path)
    assert url == "http://localhost:8000"
