"""The word filter takes longer the longer a text is: no door hands it more than a message may have."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from core import speech, words
from friends.models import Friendship
from realtime.catalogue.sockets import sockets

LONG = "a.b " * 2_000
ACCOUNT = {"email": "ada@example.org", "password": "correct horse battery"}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all texts that the filter was given."""
    seen = [0]
    mask = words.Filter.mask

    def noted(self: Any, text: str) -> str:
        seen.append(len(text))
        return mask(self, text)

    monkeypatch.setattr(words.Filter, "mask", noted)
    return seen


@pytest.fixture
def ada(db: None) -> APIClient:
    user = User.objects.create(username="ada", is_premium=True, is_staff=True, is_superuser=True)
    tokens = accounts.open_session(user, device=accounts.Device()).tokens
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return client


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/auth/register", {**ACCOUNT, "username": LONG}),
        ("post", "/api/auth/register", {**ACCOUNT, "email": "a." * 4_000 + "a@example.org"}),
        ("post", "/api/auth/guest", {"username": LONG}),
        ("post", "/api/auth/upgrade", {**ACCOUNT, "username": LONG}),
        ("patch", "/api/me", {"username": LONG}),
        ("post", "/api/lobbies", {"name": LONG}),
        ("patch", "/api/lobbies/{lobby}", {"title": LONG}),
        ("post", "/api/lobbies/{lobby}/messages", {"content": LONG}),
        ("post", "/api/dm/{friend}/messages", {"content": LONG}),
        ("post", "/api/party/chat", {"content": LONG}),
        ("post", "/api/world/announce", {"content": LONG}),
    ],
)
def test_a_long_text_is_refused_before_the_word_filter_reads_it(
    ada: APIClient, seen: list[int], method: str, path: str, body: dict[str, Any]
) -> None:
    lobby = ada.post("/api/lobbies", {"name": "den"}).json()
    ada.post("/api/party/create")
    low = User.objects.get(username="ada")
    friend = User.objects.create(username="bob")
    Friendship.objects.create(low=low, high=friend)

    answer = getattr(ada, method)(path.format(lobby=lobby["id"], friend=friend.pk), body)

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in ("invalid", "invalid_message", "malformed")
    assert max(seen) <= speech.MAX_CHARACTERS


def test_what_is_said_on_a_socket_is_bounded_by_its_declaration_or_by_the_rule_of_all_speech() -> None:
    said = {
        (socket.name, command.type): field.schema.get("maxLength")
        for socket in sockets()
        for command in socket.commands
        for field in command.fields
        if field.name in ("message", "content")
    }

    # These refuse as ``invalid_message`` what ``speech.clean`` does not take.
    by_speech = {key for key, most in said.items() if most is None}
    assert by_speech == {("Lobby", "chat_message"), ("Direct", "chat_message")}
    assert {most for most in said.values() if most is not None} == {speech.MAX_CHARACTERS}
