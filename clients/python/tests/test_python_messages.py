"""The Python client's messages match the server's."""

import copy
import json
import os
import pickle
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints, is_typeddict
from zipfile import ZipFile

import pytest
from gameplatform_client import (
    create_character_update,
    create_chat_message,
    create_shard_captured_message,
    messages,
    protocol,
)
from gameplatform_client.errors import ProtocolError
from gameplatform_client.records import Record

from realtime.catalogue.conventions import CLOSE_CODES
from realtime.catalogue.sockets import ON_EVERY_SOCKET, Description, sockets
from realtime.wire.messages import Command

PACKAGE = Path(__file__).resolve().parent.parent


def test_every_message_of_every_socket_has_its_type_and_its_class() -> None:
    described = [(socket, one) for socket in sockets() for one in socket.commands + socket.messages]
    assert {kind.value for kind in messages.MessageType} == {one.type for _, one in described}
    for socket, one in described:
        prefix = "" if one.kind in ON_EVERY_SOCKET else socket.name
        is_sent = issubclass(one.kind, Command)
        declared = getattr(messages, f"{prefix}{one.kind.__name__}{'Command' if is_sent else ''}")
        assert is_typeddict(declared) if is_sent else issubclass(declared, Record)
        hints = get_type_hints(declared, include_extras=True)
        optional = {name for name, hint in hints.items() if is_optional(hint)}
        assert optional == {field.name for field in one.fields if not field.required}
        by_key_alone = set() if is_sent else set(dir(dict))
        assert set(hints) == {"type", *(field.name for field in one.fields)} - by_key_alone


def is_optional(hint: Any) -> bool:
    return "may be missing" in getattr(hint, "__metadata__", ()) or get_origin(hint) is NotRequired


def test_what_a_message_says_is_had_by_attributes_and_by_keys() -> None:
    text = '{"type": "chat", "content": "hi", "sender": {"id": 7}, "marks": [{"x": 1}], "items": [1]}'
    message = protocol.deserialize(text)
    assert message.content == message["content"] == "hi"
    assert message.sender.id == message["sender"]["id"] == 7
    assert message.marks[0].x == 1
    # It still works for older code.
    assert isinstance(message, dict)
    assert message == json.loads(text)
    assert (message.get("content"), message.get("nothing"), "content" in message) == ("hi", None, True)
    assert list(message) == ["type", "content", "sender", "marks", "items"]
    assert dict(message.items())["items"] == message["items"] == [1]
    assert json.loads(protocol.serialize(message)) == json.loads(text)
    assert copy.deepcopy(message) == pickle.loads(pickle.dumps(message)) == message
    message.content = "bye"
    assert message["content"] == "bye"
    assert not hasattr(message, "nothing")
    with pytest.raises(AttributeError, match="nothing"):
        _ = message.nothing
    with pytest.raises(KeyError):
        _ = message["nothing"]


def test_fields_with_two_names_have_both_whichever_the_server_tells() -> None:
    for told in ({"damage": 7}, {"damage": 7, "amount": 7}):
        message = protocol.deserialize(json.dumps({"type": "combat_damage", **told}))
        assert message.amount == message.damage == 7
    for told in ({"name": "Ember"}, {"name": "Ember", "shard_name": "Ember"}):
        message = protocol.deserialize(json.dumps({"type": "shard_captured", **told}))
        assert message.shard_name == message["name"] == "Ember"
    assert "amount" not in protocol.deserialize('{"type": "combat_damage"}')


def test_what_is_made_often_is_made_from_the_package_with_ids_of_both_kinds() -> None:
    captured = create_shard_captured_message(
        shard_id="3", shard_name="Ember", character_id="char_1", character_name="Ada", faction="Dawnguard"
    )
    assert (captured.type, captured.shard_id, captured.shard_name) == ("shard_captured", "3", "Ember")
    assert (captured["name"], captured["character_id"], captured.faction) == ("Ember", "char_1", "Dawnguard")
    said = create_chat_message("hi", "world", sender_id=7, sender_name="Ada")
    assert protocol.deserialize(protocol.serialize(said)).content == said["content"] == "hi"
    assert create_character_update(character_id=7, level=2).level == 2


def test_codes_and_version_are_the_servers(settings: object) -> None:
    assert {one.value for one in CLOSE_CODES if one.reconnect} == messages.RECONNECT_AFTER
    assert messages.PROTOCOL_VERSION == settings.PROTOCOL_VERSION  # type: ignore[attr-defined]


def test_what_is_made_often_is_taken_by_the_server() -> None:
    """The world's socket decodes each as the expected command."""
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
    assert {"gameplatform_client/py.typed", "gameplatform_client/sync.pyi"} <= {*ZipFile(wheel).namelist()}
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


TYPED = """
from gameplatform_client import sync
from gameplatform_client.messages import WorldChat

def heard(said: WorldChat) -> None:
    number: int = said.content
    text: str = said.content
    said.contents
    said["content"], said.get("ref")

client = sync.NetworkClient()
number: int = client.get_characters()[0].id
text: str = client.get_characters()[0].id
client.get_character()
client.register_handler("chat", heard)
"""


def test_what_is_heard_and_the_plain_client_are_typed(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "typed.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [int(number) for number in re.findall(r"typed\.py:(\d+): error", checked.stdout)]
    assert wrong == [6, 8, 13, 14], checked.stdout + checked.stderr


def test_the_types_of_the_plain_client_are_not_stale() -> None:
    made = runpy.run_path(str(PACKAGE / "sync_stub.py"))
    assert made["STUB"].read_text() == made["text"](), "Run python clients/python/sync_stub.py"
