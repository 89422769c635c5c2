"""Users in real browsers, with microphones that beep, talk with each other.

Somebody counts as speaking where their sound arrives: the volume is that of the stream which was received.
"""

import base64
import hmac
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from playwright.sync_api import Browser, Locator, WebSocketRoute, expect, sync_playwright

from gameplatform.testing.processes import ServerProcess, fresh_database
from tests import browser as chromium
from web.tests.conftest import door_of, server_with
from web.tests.person import Person
from web.tests.test_browser_people import enters, opens_a_lobby

Demo = Callable[..., Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium with a microphone that beeps once a second."""
    path = chromium.executable()
    if path is None:
        pytest.skip("There is no Chromium for the browser tests.")
    devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        handle = playwright.chromium.launch(executable_path=path, args=[*chromium.ARGUMENTS, *devices])
        yield handle
        handle.close()


def bar(person: Person) -> Locator:
    return person.page.locator(".voice-bar")


def member(person: Person, name: str) -> Locator:
    return bar(person).locator(".voice-member", has=person.page.get_by_label(f"Mute {name} for yourself"))


def test_two_hear_each_other_hold_a_key_to_talk_and_mute(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5", viewport={"width": 390, "height": 844})
    opens_a_lobby(ada, "the-den")
    enters(bob, ada.page.url)
    ada.button("Talk to the others here").click()
    expect(bar(ada).locator(".voice-member")).to_have_count(1)
    bob.button("Talk with premium_user_1").click()

    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    expect(member(ada, "user_5")).to_contain_class("speaks")
    ada.can_use_the_page()
    bob.can_use_the_page()

    # While the key is not held nothing is heard, nor while it is typed.
    ada.chooses("Use push-to-talk", "Voice settings")
    expect(member(bob, "premium_user_1")).not_to_contain_class("speaks")
    ada.page.locator(".composer input").press("v")
    expect(ada.button("Hold V to talk")).to_have_attribute("aria-pressed", "false")
    ada.button("Leave the voice channel").focus()
    ada.page.keyboard.down("v")
    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    ada.page.keyboard.up("v")

    # The talk goes on at another place; whoever is muted by oneself alone is still heard by others.
    bob.page.get_by_role("link", name="Friends").first.click()
    bob.page.wait_for_url("**/friends")
    expect(member(ada, "user_5")).to_contain_class("speaks")
    ada.page.get_by_label("Mute user_5 for yourself").click()
    expect(member(ada, "user_5")).to_contain_class("silent")
    expect(member(ada, "user_5")).not_to_contain_class("speaks")
    bob.button("Leave the voice channel").click()
    expect(bar(bob)).to_have_count(0)
    expect(bar(ada).locator(".voice-member")).to_have_count(1)


def test_the_players_of_a_game_talk_and_go_on_in_the_rematch(demo: Demo) -> None:
    ada, bob = demo("premium_user_1"), demo("user_5", viewport={"width": 390, "height": 844})
    for person in (ada, bob):
        person.page.goto("/play")
        person.queues_for("Tic-tac-toe")
    for person in (ada, bob):
        person.is_at_a_game()
    ada.button("Talk to the others here").click()
    bob.button("Talk with premium_user_1").click()
    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    expect(member(ada, "user_5")).to_contain_class("speaks")
    ada.can_use_the_page()
    bob.can_use_the_page()

    first = ada.page.url
    status = ada.page.locator(".status")
    expect(status).to_have_text(re.compile("Your turn|is thinking"))
    starts, follows = (ada, bob) if status.inner_text() == "Your turn" else (bob, ada)
    starts.picks(0)
    follows.picks(1)
    starts.sees_mark(1)
    starts.button("Resign").click()
    starts.button("Yes, resign").click()
    for person in (ada, bob):
        person.button("Rematch").click()
    for person in (ada, bob):
        person.page.wait_for_url(lambda url: "/games/" in url and url != first)
        path = person.page.url.partition("/games/")[2]
        expect(bar(person).locator(f"a[href='/games/{path}']")).to_be_visible()
    expect(member(bob, "premium_user_1")).to_contain_class("speaks")
    expect(member(ada, "user_5")).to_contain_class("speaks")


def test_who_has_no_microphone_is_told_and_listens(demo: Demo) -> None:
    ada = demo("premium_user_1")
    ada.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    opens_a_lobby(ada, "the-attic")
    ada.button("Talk to the others here").click()

    expect(bar(ada).get_by_role("alert")).to_contain_text("you only listen")
    expect(bar(ada).locator(".voice-member")).to_have_count(1)
    expect(ada.button("Mute your microphone")).to_have_count(0)


LIVEKIT = "wss://livekit.example.com"
SECRET = "a secret of at least thirty-two bytes"
TURN = "turn:turn.example.com:3478"
NOTE_CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    window.connections.push(configuration);
  }
};
"""
STAND_IN = """
globalThis.LivekitClient = {
  Room: class {
    hears = {};
    localParticipant = {
      publishTrack: async (track, { source }) => { window.published = [track.kind, source]; },
      setTrackSubscriptionPermissions: (all, some) => {
        window.allowed = [all, some.map(({ participantIdentity }) => participantIdentity)];
      },
    };
    on(event, hear) {
      this.hears[event] = hear;
      return this;
    }
    async connect(url) {
      window.connected = url;
      window.speaks = (identity) => {
        const audio = new AudioContext();
        const tone = audio.createOscillator();
        const to = audio.createMediaStreamDestination();
        tone.connect(to);
        tone.start();
        const [mediaStreamTrack] = to.stream.getTracks();
        this.hears.trackSubscribed({ mediaStreamTrack }, {}, { identity });
      };
    }
    async disconnect() {
      window.connected = null;
    }
  },
};
"""
"""LiveKit's client without a server: whoever ``speaks`` is heard."""


@pytest.fixture(scope="module")
def livekit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the demo data whose larger channels talk through LiveKit, and the others through TURN."""
    folder = tmp_path_factory.mktemp("livekit")
    voice = {
        "VOICE_LIVEKIT_URL": LIVEKIT,
        "VOICE_LIVEKIT_KEY": "key",
        "VOICE_LIVEKIT_SECRET": SECRET,
        "VOICE_TURN_URLS": TURN,
        "VOICE_TURN_SECRET": SECRET,
        "VOICE_RELAY_ONLY": "true",
    }
    with (
        fresh_database(os.environ["DATABASE_URL"], folder, demo=True) as database_url,
        server_with(folder, DATABASE_URL=database_url, **voice) as server,
    ):
        yield server


@pytest.fixture
def among_many(
    browser: Browser, livekit_server: ServerProcess, people: list[Person], collected: Path
) -> Callable[[str], Person]:
    """``among_many("user_1")``: a signed-in demo user of that server."""

    def enter(name: str) -> Person:
        person = door_of(livekit_server, browser, people, collected)()
        person.signs_in(name)
        return person

    return enter


def test_all_goes_through_turn_where_participants_must_not_learn_addresses(
    among_many: Callable[[str], Person],
) -> None:
    ada, bob = among_many("premium_user_1"), among_many("user_5")
    for person in (ada, bob):
        person.page.add_init_script(NOTE_CONNECTIONS)
    opens_a_lobby(ada, "the-cellar", most=8)
    enters(bob, ada.page.url)
    ada.button("Talk to the others here").click()
    bob.button("Talk with premium_user_1").click()

    for person in (ada, bob):
        person.page.wait_for_function("() => window.connections.length")
        [connection] = person.page.evaluate("window.connections")
        assert connection["iceTransportPolicy"] == "relay"
        [server] = connection["iceServers"]
        assert server["urls"] == [TURN]
        digest = hmac.digest(SECRET.encode(), server["username"].encode(), "sha1")
        assert base64.b64decode(server["credential"]) == digest
    assert ada.page.evaluate("window.connections[0]") != bob.page.evaluate("window.connections[0]")


def test_the_client_of_livekit_is_loaded_with_the_first_and_comes_with_the_token(
    among_many: Callable[[str], Person],
) -> None:
    ada = among_many("premium_user_1")
    asked: list[str] = []

    def refuse(socket: WebSocketRoute) -> None:
        asked.append(socket.url)
        socket.close(code=1011)

    ada.page.route_web_socket(re.compile(f"^{LIVEKIT}/rtc"), refuse)
    ada.page.route(re.compile("^https://livekit.example.com/"), lambda route: route.fulfill(status=503))
    loaded: list[str] = []
    ada.page.on("request", lambda request: loaded.append(request.url))
    opened = ada.page.goto("/play")
    assert opened is not None
    origins = f"connect-src 'self' {LIVEKIT} {LIVEKIT.replace('wss', 'https')}"
    assert origins in opened.headers["content-security-policy"]
    opens_a_lobby(ada, "the-square", most=12)
    assert [url for url in loaded if "livekit" in url] == []

    ada.button("Talk to the others here").click()

    expect(ada.page.get_by_text("The server that carries this channel cannot be reached.")).to_be_visible()
    expect(bar(ada)).to_have_count(0)
    [token] = parse_qs(urlsplit(asked[0]).query)["access_token"]
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], issuer="key")
    assert (claims["name"], claims["video"]["room"]) == ("premium_user_1", "lobby_the-square")


def key(person: Person) -> dict[str, str]:
    """Return the header with which the user's own requests come."""
    return {"Authorization": f"Bearer {json.loads(person.page.evaluate('localStorage.tokens'))['access']}"}


def test_through_livekit_one_hears_speaks_is_muted_and_blocks(among_many: Callable[[str], Person]) -> None:
    ada, bob = among_many("premium_user_1"), among_many("user_5")
    for person in (ada, bob):
        person.page.route(re.compile("livekit-client.js"), lambda route: route.fulfill(body=STAND_IN))
    opens_a_lobby(ada, "the-forum", most=12)
    enters(bob, ada.page.url)
    ada.button("Talk to the others here").click()
    bob.button("Talk with premium_user_1").click()
    expect(member(ada, "user_5")).to_be_visible()
    for person in (ada, bob):
        person.page.wait_for_function("() => window.published")
        assert person.page.evaluate("[connected, ...published]") == [LIVEKIT, "audio", "microphone"]
    me, other = (
        str(person.page.request.get("/api/me/", headers=key(person)).json()["id"]) for person in (ada, bob)
    )
    ada.page.wait_for_function("(id) => window.allowed?.[1].includes(id)", arg=other)

    ada.page.evaluate("(id) => window.speaks(id)", other)
    expect(member(ada, "user_5")).to_contain_class("speaks")

    # A moderator's mute keeps him from being heard, though LiveKit still carries his sound.
    ada.page.get_by_role("button", name="Do something with user_5").click()
    ada.page.get_by_role("menuitem", name="Mute", exact=True).click()
    ada.in_dialog("Mute")
    expect(bar(bob).get_by_role("alert")).to_contain_text("you only listen")
    expect(member(ada, "user_5")).to_contain_class("silent")
    expect(member(ada, "user_5")).not_to_contain_class("speaks")
    ada.page.get_by_role("button", name="Do something with user_5").click()
    ada.page.get_by_role("menuitem", name="Let speak again").click()
    expect(member(ada, "user_5")).to_contain_class("speaks")

    ada.page.request.post(f"/api/friends/{other}/block/", headers=key(ada))
    expect(member(ada, "user_5")).not_to_contain_class("speaks")
    ada.page.wait_for_function("([me]) => String(window.allowed) === `false,${me}`", arg=[me])
    bob.button("Leave the voice channel").click()
    bob.page.wait_for_function("() => window.connected === null")
