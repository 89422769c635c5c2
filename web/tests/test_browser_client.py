"""The JavaScript client against a simulated server and clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "js"
ORIGIN = "http://client.test"

# A simulated network: sockets that the test opens, feeds and closes, and prepared responses.
STAND_INS = """
window.sockets = [];
window.calls = [];
window.answers = {"/api/auth/ticket/": () => [200, {ticket: `ticket-${calls.length}`}]};
window.Socket = class {
  constructor(url, protocols) {
    Object.assign(this, {url, protocols, readyState: 0, sent: []});
    sockets.push(this);
  }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  open() { this.readyState = 1; this.onopen?.(); }
  say(message) { this.onmessage?.({data: JSON.stringify(message)}); }
  end(code) { this.readyState = 3; this.onclose?.({code}); }
};
window.fetching = async (url, {method, headers, body}) => {
  const path = new URL(url).pathname;
  calls.push({method, path, headers, body: body && JSON.parse(body)});
  const [status, answer] = await answers[path](calls.at(-1));
  return {ok: status < 400, status, statusText: "", headers: new Headers(), json: async () => answer};
};
window.meFor = (access) => ({headers}) =>
  headers.Authorization === `Bearer ${access}` ? [200, {id: 7}] : [401, {}];
// An answer that comes when the test says so: `await later("/path/")` gives what is called with it.
window.later = (path) => {
  let answer;
  const come = new Promise((resolve) => (answer = resolve));
  answers[path] = () => come;
  return async (...given) => { answer(given); await turn(); };
};
window.turn = async () => { for (let i = 0; i < 20; i += 1) await null; };
window.refreshes = () => calls.filter(({path}) => path.includes("refresh")).map(({body}) => body.refresh);
window.token = (life) => {
  const iat = Math.floor(Date.now() / 1000);
  return `x.${btoa(JSON.stringify({iat, exp: iat + life})).replaceAll("=", "")}.y`;
};
window.begin = async (tokens = "access", options = {}) => {
  const {GameClient} = await import("/gameplatform.js");
  window.heard = [];
  window.client = new GameClient(location.origin, tokens, {WebSocket: Socket, fetch: fetching, ...options});
  client.on("*", (message) => heard.push(message));
};
window.inGame = async () => { await begin(); client.connectToGame("g1"); await turn(); sockets[0].open(); };
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.route(f"{ORIGIN}/", lambda route: route.fulfill(content_type="text/html", body="<!doctype html>"))
    context.route(
        f"{ORIGIN}/*.js", lambda route: route.fulfill(path=CLIENT / route.request.url.split("/")[-1])
    )
    context.add_init_script(STAND_INS)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{ORIGIN}/")
    # No timer fires unless the test advances the clock, however slow the machine.
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    yield page
    context.close()


def connects_again(page: Page) -> bool:
    """Return whether a second socket is tried within half a minute plus the ping timeout."""
    for milliseconds in (600, 35_000):
        page.clock.run_for(milliseconds)
        if page.evaluate("turn().then(() => sockets.length > 1)"):
            return True
    return False


def run(page: Page, script: str) -> Any:
    return page.evaluate(f"(async () => {{ {script} }})()")


def test_it_opens_the_games_socket_with_a_ticket_and_never_with_a_token(page: Page) -> None:
    url = run(page, "await inGame(); return sockets[0].url;")
    assert url == "ws://client.test/ws/game/g1/?ticket=ticket-1"
    assert run(page, "return calls[0].headers.Authorization;") == "Bearer access"


def test_what_is_done_in_a_game_goes_out_as_the_server_reads_it(page: Page) -> None:
    sent = run(
        page,
        """await inGame(); sockets[0].sent = [];
        client.sendReady(); client.sendMove({cell: 4}); client.sendAction("resign"); client.sendChat("hi");
        return sockets[0].sent;""",
    )
    ids = [message.pop("id") for message in sent]
    assert len(set(ids)) == 4
    assert sent == [
        {"type": "player_ready"},
        {"type": "player_move", "movement": {"cell": 4}},
        {"type": "game_action", "action": "resign"},
        {"type": "chat_message", "message": "hi"},
    ]


def test_a_view_kept_from_changes_is_asked_for_and_asked_for_anew_when_a_frame_is_lost(page: Page) -> None:
    heard = run(
        page,
        """await begin(); const { SyncedView } = await import("/sync.js");
        client.connectToGame("g1", { sync: new SyncedView({ binary: false }) });
        await turn();
        const [socket] = sockets;
        const [view, you] = [{ ball: { x: 1 } }, { user_id: 7 }];
        const move = (x) => ({ "~": { ball: { "=": { x } } } });
        socket.open();
        socket.say({ type: "game_state", state: "active", seq: 1, view, turn: null, you });
        socket.say({ type: "game_tick", tick: 2, full: view });
        socket.say({ type: "game_tick", tick: 4, since: 2, delta: move(2) });
        const { x } = client.game.view.ball;
        socket.say({ type: "game_tick", tick: 8, since: 6, delta: move(9) });
        return [socket.protocols, x, client.game.me, client.game.view.ball.x, socket.sent.at(-1).type];""",
    )
    assert heard == [["gp.delta"], 2, 7, 2, "resync"]


def test_it_comes_back_by_itself_only_after_codes_that_invite_it(page: Page) -> None:
    invited = {1001, 1006, 1009, 1012, 1013, 4408, 4429}
    final = {1000, 1002, 1007, 1008, 1011, 4400, 4401, 4403, 4404, 4409, 4413}
    came_back = set()
    for code in invited | final:
        run(page, f"sockets.length = 0; await inGame(); sockets[0].end({code});")
        if connects_again(page):
            came_back.add(code)
        else:
            assert run(page, "return [client.game.state, heard.at(-1).code];") == ["closed", code]
        run(page, "client.disconnect();")
    assert came_back == invited


def test_it_is_away_as_soon_as_the_network_is_and_tries_again(page: Page) -> None:
    states = "heard.filter(({type}) => type === 'connection').map(({state}) => state)"
    told = run(page, f"await inGame(); dispatchEvent(new Event('offline')); return {states};")
    assert told == ["connecting", "open", "waiting"]
    run(page, "dispatchEvent(new Event('online')); await turn(); sockets.at(-1).open();")
    assert page.evaluate(states) == [*told, "connecting", "open"]
    assert page.evaluate("sockets.length") == 2


def test_it_does_not_come_back_after_it_was_told_to_leave(page: Page) -> None:
    run(page, "await inGame(); client.leaveGame();")
    assert not connects_again(page)


def test_a_ticket_that_does_not_come_is_asked_for_again(page: Page) -> None:
    run(page, 'window.answer = later("/api/auth/ticket/"); await begin(); client.connectToGame("g1");')
    page.clock.run_for(10_000)
    assert run(page, "await turn(); return client.game.state;") == "waiting"
    run(page, 'answers["/api/auth/ticket/"] = () => [200, {ticket: "second"}];')
    page.clock.run_for(600)
    urls = run(
        page, 'await turn(); await answer(200, {ticket: "first"}); return sockets.map(({url}) => url);'
    )
    assert [url.rpartition("=")[2] for url in urls] == ["second"]


def test_a_final_answer_stays_final_while_the_connection_is_renewed(page: Page) -> None:
    states = run(
        page,
        """await inGame(); const answer = later("/api/auth/ticket/"); client.game.renew(); await turn();
        sockets[0].end(4409); await answer(200, {ticket: "late"});
        return [client.game.state, sockets.length];""",
    )
    assert states == ["closed", 1]


def test_answers_are_heard_while_the_connection_is_renewed(page: Page) -> None:
    heard = run(
        page,
        """await inGame(); const answer = later("/api/auth/ticket/"); client.game.renew(); await turn();
        sockets[0].say({type: "error", ref: 1}); sockets[0].say({type: "player_move", seq: 7});
        await answer(200, {ticket: "new"});
        sockets[0].say({type: "error", ref: 2}); sockets[0].say({type: "player_move", seq: 8});
        sockets[1].open(); sockets[1].say({type: "player_move", seq: 8});
        return [sockets[1].url.split("since=")[1], heard.map(({ref, seq}) => ref ?? seq).filter(Boolean)];""",
    )
    assert heard == ["7", [1, 7, 2, 8]]


def test_a_channel_that_is_closed_while_it_is_renewed_leaves_nothing_open(page: Page) -> None:
    states = run(
        page,
        """await inGame(); client.game.renew(); await turn(); client.leaveGame();
        return sockets.map(({readyState}) => readyState);""",
    )
    assert states == [3, 3]


@pytest.mark.parametrize("state", ["open", "waiting"])
def test_who_closes_as_soon_as_it_is_told_of_the_connection_stays_away(page: Page, state: str) -> None:
    run(
        page,
        f"""await begin(); window.game = client.connectToGame("g1"); client.sendReady();
        game.on("connection", ({{state}}) => state === "{state}" && game.close());
        await turn(); const [socket] = sockets; socket.open(); socket.end(1006);""",
    )
    page.clock.run_for(60_000)
    assert run(page, "await turn(); return [game.state, sockets.length, sockets[0].sent[0].type];") == [
        "closed",
        1,
        "player_ready",
    ]


def test_it_resumes_where_it_was(page: Page) -> None:
    run(page, 'await inGame(); sockets[0].say({type: "player_move", seq: 17}); sockets[0].end(1006);')
    assert connects_again(page)
    assert run(page, 'return new URL(sockets[1].url).searchParams.get("since");') == "17"


def test_the_announcement_of_a_resume_is_not_taken_for_what_it_announces(page: Page) -> None:
    run(
        page,
        """await inGame(); sockets[0].say({type: "player_move", seq: 3});
        sockets[0].say({type: "resumed", recovered: true, since: 3, seq: 9}); sockets[0].end(1006);""",
    )
    assert connects_again(page)
    assert run(page, 'return new URL(sockets[1].url).searchParams.get("since");') == "3"


def test_what_is_sent_while_it_is_away_goes_out_in_order_when_it_is_back(page: Page) -> None:
    run(page, "await inGame(); sockets[0].end(1006); client.sendMove({cell: 1}); client.sendChat('well');")
    assert connects_again(page)
    sent = run(page, "sockets[1].open(); return sockets[1].sent.map(({type}) => type);")
    assert sent[:2] == ["player_move", "chat_message"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_sent_to_who_is_shut_out_for_good_is_refused(page: Page, when: str) -> None:
    run(
        page,
        f"""await inGame(); window.send = () => client.sendMove({{cell: 1}}); sockets[0].end(1006);
        if ("{when}" === "before") window.id = send();""",
    )
    assert connects_again(page)
    told = run(
        page,
        f"""sockets[1].end(4403); if ("{when}" === "after") window.id = send();
        const atOnce = heard.at(-1).type; await turn(); client.game.open(); await turn(); sockets[2].open();
        const {{type, code, ref}} = heard.find(({{ref}}) => ref === id);
        return [atOnce, type, code, sockets[2].sent.map(({{type}}) => type)];""",
    )
    assert told == ["connection", "error", "closed", ["ping"]]


def test_waits_grow_and_are_spread_at_random(page: Page) -> None:
    waits = run(
        page,
        """await inGame(); Math.random = () => 0.5; const waits = [];
        sockets[0].end(1006);
        window.lose = () => sockets.at(-1).end(1006);
        return heard.at(-1).retry_ms;""",
    )
    assert waits == 250
    page.clock.run_for(300)
    assert run(page, "await turn(); lose(); return heard.at(-1).retry_ms;") == 500
    page.clock.run_for(600)
    assert run(page, "await turn(); lose(); return heard.at(-1).retry_ms;") == 1000


def test_it_pings_every_20_seconds_and_measures(page: Page) -> None:
    run(page, "await inGame();")
    pings = "return sockets[0].sent.filter(({type}) => type === 'ping').length;"
    assert run(page, pings) == 1
    page.clock.run_for(50)
    run(page, "sockets[0].say({type: 'pong', time: new Date().toISOString()});")
    assert 50 <= run(page, "return client.game.latency;") < 1000
    page.clock.run_for(20_000)
    assert run(page, pings) == 2


@pytest.mark.parametrize("minutes", [60, -60])
def test_the_servers_time_is_learnt_again_when_the_clock_here_is_set(page: Page, minutes: int) -> None:
    run(
        page,
        """window.pong = () => sockets[0].say({type: "pong", time: new Date(realNow()).toISOString()});
        window.realNow = Date.now; await inGame(); pong();""",
    )
    page.clock.run_for(20_000)
    run(
        page,
        f"window.realNow = Date.now; Date.now = () => realNow() + {minutes * 60_000}; await turn(); pong();",
    )
    page.clock.run_for(20_100)
    assert run(page, "pong(); return Math.abs(client.serverNow() - realNow());") < 1_000


def test_a_socket_that_answers_no_ping_is_given_up_and_replaced(page: Page) -> None:
    run(page, "await inGame();")
    assert connects_again(page)


IN_PLAY = """await inGame(); sockets[0].say({type: "game_state", state: "active", seq: 1});
const pong = () => sockets.at(-1).say({type: "pong", time: new Date().toISOString()}); pong();"""


@pytest.mark.parametrize("frame", ["{type: 'game_tick', tick: 1}", "{type: 'player_move', seq: 2}"])
def test_a_silence_in_play_is_noticed_within_two_seconds_and_the_socket_replaced(
    page: Page, frame: str
) -> None:
    run(page, f"{IN_PLAY} sockets[0].say({frame});")
    page.clock.run_for(1_500)
    assert run(page, "return client.game.state;") == "open"
    page.clock.run_for(150)
    assert "waiting" in run(page, "return heard.map(({state}) => state);")
    page.clock.run_for(500)
    assert run(page, "await turn(); return sockets.length;") == 2


def test_a_quiet_game_is_asked_every_second_and_stays_while_it_answers(page: Page) -> None:
    run(page, f"{IN_PLAY} window.pong = pong;")
    for _ in range(5):
        page.clock.run_for(1_000)
        run(page, "pong();")
    assert run(page, "return sockets[0].sent.filter(({type}) => type === 'ping').length;") == 6
    assert run(page, "return [client.game.state, sockets.length];") == ["open", 1]


def test_frames_alone_show_that_the_network_is_there(page: Page) -> None:
    run(page, IN_PLAY)
    for tick in range(10):
        page.clock.run_for(500)
        run(page, f"sockets[0].say({{type: 'game_tick', tick: {tick}}});")
    assert run(page, "return sockets[0].sent.filter(({type}) => type === 'ping').length;") == 1


@pytest.mark.parametrize(
    "ended", ["{type: 'game_over', winner_ids: []}", "{type: 'game_state', state: 'created', seq: 2}"]
)
def test_a_game_that_is_not_under_way_is_not_asked(page: Page, ended: str) -> None:
    run(page, f"{IN_PLAY} sockets[0].say({ended});")
    page.clock.run_for(15_000)
    assert run(page, "return sockets[0].sent.filter(({type}) => type === 'ping').length;") == 1


def test_a_silent_game_makes_the_other_sockets_ask(page: Page) -> None:
    run(page, "await begin(); client.connectToNotifications(); await turn(); sockets[0].open();")
    run(page, "sockets[0].say({type: 'pong', time: new Date().toISOString()});")
    run(page, "client.connectToGame('g1'); await turn(); sockets[1].open();")
    run(
        page, "sockets[1].say({type: 'pong'}); sockets[1].say({type: 'game_state', state: 'active', seq: 1});"
    )
    page.clock.run_for(1_650)
    assert run(page, "return [client.game.state, client.notifications.state];") == ["waiting", "open"]
    page.clock.run_for(300)
    lost = "return heard.filter(({state}) => state === 'waiting').map(({channel}) => channel);"
    assert run(page, lost)[:2] == ["game", "notifications"]


def test_a_slow_network_has_more_time_to_answer(page: Page) -> None:
    run(page, "await begin(); client.connectToGame('g1'); await turn(); sockets[0].open();")
    page.clock.run_for(450)
    run(
        page, "sockets[0].say({type: 'pong'}); sockets[0].say({type: 'game_state', state: 'active', seq: 1});"
    )
    lost = "return heard.filter(({state}) => state === 'waiting').map(({channel}) => channel);"
    page.clock.run_for(1_850)
    assert run(page, "return client.game.state;") == "open"
    assert run(page, lost) == []
    page.clock.run_for(100)
    assert run(page, lost) == ["game"]


@pytest.mark.parametrize("latency", [100, 300, 450, 700])
def test_a_silence_is_noticed_within_two_seconds_however_slow_the_first_answer_was(
    page: Page, latency: int
) -> None:
    run(page, "await begin(); client.connectToGame('g1'); await turn(); sockets[0].open();")
    page.clock.run_for(latency)
    run(page, "sockets[0].say({type: 'pong'});")
    page.clock.run_for(latency)
    run(page, "sockets[0].say({type: 'game_state', state: 'active', seq: 1});")
    page.clock.run_for(1_500)
    assert run(page, "return client.game.state;") == "open"
    page.clock.run_for(450)
    assert "waiting" in run(page, "return heard.map(({state}) => state);")


def test_a_network_slower_than_a_second_is_kept_while_it_answers(page: Page) -> None:
    run(
        page,
        """await begin(); client.connectToGame('g1'); await turn();
        sockets[0].send = () => setTimeout(() => sockets[0].say({type: 'pong'}), 1_200);
        sockets[0].open(); sockets[0].say({type: 'game_state', state: 'active', seq: 1});""",
    )
    for _ in range(10):
        page.clock.run_for(1_000)
    assert run(page, "return [client.game.state, sockets.length];") == ["open", 1]


def test_a_first_answer_that_waited_for_the_server_is_measured_again(page: Page) -> None:
    run(page, "await begin(); client.connectToGame('g1'); await turn(); sockets[0].open();")
    page.clock.run_for(1_500)
    run(page, "sockets[0].say({type: 'pong'});")
    page.clock.run_for(50)
    run(
        page, "sockets[0].say({type: 'pong'}); sockets[0].say({type: 'game_state', state: 'active', seq: 1});"
    )
    page.clock.run_for(1_650)
    assert "waiting" in run(page, "return heard.map(({state}) => state);")


def test_a_network_that_changes_is_asked_at_once(page: Page) -> None:
    run(page, "await inGame(); sockets[0].say({type: 'pong', time: new Date().toISOString()});")
    run(page, "dispatchEvent(new Event('online'));")
    assert run(page, "return sockets[0].sent.filter(({type}) => type === 'ping').length;") == 2
    page.clock.run_for(950)
    lost = "return heard.filter(({state}) => state === 'waiting').map(({channel}) => channel);"
    assert run(page, lost) == ["game"]


def test_it_renews_the_tokens_before_they_expire_and_moves_its_sockets_over(page: Page) -> None:
    run(
        page,
        """answers["/api/token/refresh/"] = () => [200, {access: token(3600), refresh: "r2"}];
        await begin({access: token(3600), refresh: "r1"});
        client.connectToGame("g1"); await turn(); sockets[0].open();
        sockets[0].say({type: "pong", time: new Date().toISOString()});
        sockets[0].say({type: "player_move", seq: 5});
        setInterval(() => sockets.at(-1).say({type: "pong", time: new Date().toISOString()}), 1000);""",
    )
    page.clock.fast_forward(3600 * 1000)
    told = run(page, "await turn(); return heard.find(({type}) => type === 'tokens').tokens.refresh;")
    assert told == "r2"
    second = run(page, "await turn(); return sockets[1].url;")
    assert "since=5" in second
    assert run(page, "sockets[1].open(); return sockets[0].readyState;") == 3
    assert run(page, "return heard.filter(({state}) => state === 'waiting').length;") == 0


def test_a_token_that_lives_for_longer_than_a_timer_can_wait_is_not_renewed_at_once(page: Page) -> None:
    run(
        page,
        """answers["/api/token/refresh/"] = () => [200, {access: token(90 * 86_400), refresh: "r2"}];
        await begin({access: token(90 * 86_400), refresh: "r1"});""",
    )
    page.clock.run_for(1_000)
    assert run(page, "await turn(); return calls.length;") == 0


@pytest.mark.parametrize("ahead", [7_200, -7_200])
def test_tokens_are_renewed_by_the_servers_clock(page: Page, ahead: int) -> None:
    run(
        page,
        f"""const here = Date.now;
        const issue = () => {{
          Date.now = () => here() - {ahead * 1000};
          try {{ return token(3600); }} finally {{ Date.now = here; }}
        }};
        answers["/api/token/refresh/"] = () => [200, {{access: issue(), refresh: "r2"}}];
        await begin({{access: issue(), refresh: "r1"}});
        client.connectToGame("g1"); await turn(); sockets[0].open();
        sockets[0].say({{type: "pong", time: new Date(here() - {ahead * 1000}).toISOString()}});""",
    )
    renewals = "await turn(); return calls.filter(({path}) => path.includes('refresh')).length;"
    page.clock.run_for(1_000)
    begun = run(page, renewals)
    assert begun <= 1
    page.clock.fast_forward(3600 * 1000)
    assert run(page, renewals) == begun + 1


def test_a_call_with_an_old_token_is_made_again_with_a_new_one(page: Page) -> None:
    answer = run(
        page,
        """answers["/api/token/refresh/"] = () => [200, {access: "new", refresh: "r2"}];
        answers["/api/me/"] = meFor("new");
        await begin({access: "old", refresh: "r1"});
        return client.request("GET", "/api/me/");""",
    )
    assert answer == {"id": 7}


def test_a_session_that_nobody_has_ended_is_kept(page: Page) -> None:
    outcome = run(
        page,
        """answers["/api/me/"] = () => [401, {}];
        answers["/api/token/refresh/"] = () => [503, {}];
        await begin({access: "old", refresh: "r1"});
        const error = await client.request("GET", "/api/me/").catch((error) => error);
        client.connectToGame("g1"); answers["/api/auth/ticket/"] = answers["/api/me/"]; await turn();
        return [error.status, error.code, client.signedIn];""",
    )
    assert outcome == [0, "offline", True]
    run(page, 'answers["/api/auth/ticket/"] = () => [200, {ticket: "t"}];')
    page.clock.run_for(600)
    assert run(page, "await turn(); return sockets.length;") == 1


@pytest.mark.parametrize("status", [200, 401])
def test_new_tokens_for_who_has_left_are_not_taken(page: Page, status: int) -> None:
    outcome = run(
        page,
        f"""const answer = later("/api/token/refresh/"); const saved = [];
        const storage = {{load: () => null, save: (tokens) => saved.push(tokens)}};
        await begin({{access: "old", refresh: "r1"}}, {{storage}});
        const renewed = client.renewTokens(); await turn();
        client.setTokens({{access: "another", refresh: "r9"}});
        await answer({status}, {{access: "new", refresh: "r2"}});
        answers["/api/me/"] = meFor("another");
        return [await renewed, saved, heard, (await client.request("GET", "/api/me/")).id];""",
    )
    assert outcome == [False, [], [], 7]


def test_tabs_that_cannot_lock_use_the_refresh_token_once(page: Page) -> None:
    run(
        page,
        """let count = 0; let stored = {access: token(3600), refresh: "r0"};
        const storage = {load: () => stored, save: (tokens) => (stored = tokens)};
        answers["/api/token/refresh/"] = async () => {
          await new Promise((resolve) => setTimeout(resolve, 500)); count += 1;
          return [200, {access: token(3600), refresh: `r${count}`}];
        };
        const chances = [0.1, 0.6]; Math.random = () => chances.shift() ?? 0.3;
        await begin(stored, {storage}); await begin(stored, {storage});""",
    )
    page.clock.fast_forward(3400 * 1000)
    page.clock.run_for(200_000)
    used = run(page, "await turn(); return refreshes();")
    assert len(used) == len(set(used)) > 0


def test_many_calls_at_once_use_the_refresh_token_once(page: Page) -> None:
    used = run(
        page,
        """answers["/api/token/refresh/"] = () => [200, {access: "new", refresh: "r2"}];
        answers["/api/me/"] = meFor("new");
        await begin({access: "old", refresh: "r1"});
        await Promise.all([1, 2, 3].map(() => client.request("GET", "/api/me/")));
        return calls.filter(({path}) => path === "/api/token/refresh/").length;""",
    )
    assert used == 1


def test_it_takes_the_tokens_that_another_tab_has_renewed(page: Page) -> None:
    used = run(
        page,
        """answers["/api/me/"] = meFor("new");
        const storage = {load: () => ({access: "new", refresh: "r2"}), save() {}};
        await begin({access: "old", refresh: "r1"}, {storage});
        await client.request("GET", "/api/me/");
        return calls.map(({path}) => path);""",
    )
    assert used == ["/api/me/", "/api/me/"]


def test_a_refused_refresh_token_means_signed_out(page: Page) -> None:
    outcome = run(
        page,
        """answers["/api/token/refresh/"] = () => [401, {code: "not_authenticated"}];
        answers["/api/me/"] = () => [401, {code: "not_authenticated", detail: "No."}];
        await begin({access: "old", refresh: "r1"});
        const error = await client.request("GET", "/api/me/").catch((error) => error);
        return [error.status, error.code, error.message, client.signedIn, heard.map(({type}) => type)];""",
    )
    assert outcome == [401, "not_authenticated", "No.", False, ["signed_out"]]


def test_a_server_out_of_reach_is_told_apart_and_signs_nobody_out(page: Page) -> None:
    outcome = run(
        page,
        """await begin({access: "old", refresh: "r1"}, {fetch: async () => { throw new TypeError("gone"); }});
        const error = await client.request("GET", "/api/me/").catch((error) => error);
        return [error.status, error.code, client.signedIn];""",
    )
    assert outcome == [0, "offline", True]


@pytest.mark.parametrize("silent", ["answer", "body"])
def test_a_request_that_is_not_answered_in_time_is_given_up(page: Page, silent: str) -> None:
    run(
        page,
        f"""AbortSignal.timeout = (ms) => {{
          const controller = new AbortController();
          setTimeout(() => controller.abort(new DOMException("Late.", "TimeoutError")), ms);
          return controller.signal;
        }};
        const never = (signal) => new Promise((_, reject) => {{
          signal.addEventListener("abort", () => reject(signal.reason));
        }});
        const fetch = async (url, {{signal}}) =>
          "{silent}" === "body" ? {{ok: true, status: 200, json: () => never(signal)}} : never(signal);
        await begin("access", {{fetch}});
        client.request("GET", "/api/me/").catch((error) => (window.error = error));""",
    )
    page.clock.run_for(29_000)
    assert run(page, "await turn(); return window.error === undefined;")
    page.clock.run_for(2_000)
    outcome = run(page, "await turn(); return [error.name, error.status, error.code];")
    assert outcome == ["ApiError", 0, "offline"]


@pytest.mark.parametrize(("status", "code"), [(200, "offline"), (502, "http_error")])
def test_an_answer_that_is_not_the_servers_is_told_as_an_error_of_the_api(
    page: Page, status: int, code: str
) -> None:
    outcome = run(
        page,
        f"""const fetch = async () => new Response("<h1>Sign in to this network</h1>", {{status: {status}}});
        await begin("access", {{fetch}});
        const error = await client.request("GET", "/api/me/").catch((error) => error);
        return [error.name, error.code];""",
    )
    assert outcome == ["ApiError", code]


def test_joining_the_queue_listens_for_the_match(page: Page) -> None:
    body = run(
        page,
        """answers["/game/join/"] = ({body}) => [200, {status: "queued", position: 1, game: body.game}];
        await begin();
        const joining = client.joinQueue("tictactoe"); await turn();
        sockets[0].open(); sockets[0].say({type: "badge", seq: 1});
        const answer = await joining; sockets[0].say({type: "match_found", game_id: "g9"});
        return [answer.game, new URL(sockets[0].url).pathname, heard.at(-1).game_id];""",
    )
    assert body == ["tictactoe", "/ws/notifications/", "g9"]


def test_a_handler_that_throws_keeps_nothing_from_the_others(page: Page) -> None:
    heard = run(
        page,
        """await inGame(); let heard = 0;
        client.on("chat_message", () => { throw new Error("mine"); });
        const off = client.on("chat_message", () => (heard += 1));
        sockets[0].say({type: "chat_message"}); off(); sockets[0].say({type: "chat_message"});
        return heard;""",
    )
    assert heard == 1


def test_people_have_sockets_of_their_own(page: Page) -> None:
    paths = run(
        page,
        """await begin(); client.connectToPresence(); client.connectToPresence(); await turn();
        client.connectToLobby(7); await turn(); client.connectToLobby("the-cave"); await turn();
        client.connectToDirectMessages(12); await turn();
        return sockets.map(({url}) => new URL(url).pathname);""",
    )
    assert paths == ["/ws/friends/status/", "/ws/lobbies/7/", "/ws/chat/lobby/the-cave/", "/ws/chat/12/"]


def test_an_input_goes_out_at_once_without_an_id_or_not_at_all(page: Page) -> None:
    sent = run(
        page,
        """await inGame(); sockets[0].sent = [];
        const told = [client.game.steer({dx: 1, n: 1})];
        sockets[0].end(1006); told.push(client.game.steer({dx: 1, n: 2}));
        return [sockets[0].sent, told, client.game.state];""",
    )
    assert sent == [[{"type": "player_move", "movement": {"dx": 1, "n": 1}}], [True, False], "waiting"]


def test_a_list_of_rooms_is_filtered_and_a_spectator_may_follow_a_player(page: Page) -> None:
    queries = run(
        page,
        """await begin(); client.connectToOpenRooms(); await turn();
        client.connectToOpenRooms({game: "arena", metadata: {map: "yard", teams: true}}); await turn();
        client.connectToGame("g", {follow: 7}); await turn();
        return sockets.map(({url}) => {
          const {pathname, searchParams} = new URL(url);
          searchParams.delete("ticket");
          return `${pathname}?${searchParams}`;
        });""",
    )
    assert queries == [
        "/ws/rooms/?",
        "/ws/rooms/?game=arena&metadata.map=yard&metadata.teams=true",
        "/ws/game/g/?follow=7",
    ]


def test_a_channel_is_heard_apart_from_others_that_say_the_same(page: Page) -> None:
    heard = run(
        page,
        """await begin(); const told = [];
        const den = client.connectToLobby(1); await turn(); sockets[0].open();
        const ada = client.connectToDirectMessages(2); await turn(); sockets[1].open();
        den.on("chat_message", ({text}) => told.push(`den: ${text}`));
        const off = ada.on("chat_message", ({text}) => told.push(`ada: ${text}`));
        sockets[0].say({type: "chat_message", text: "hi"});
        sockets[1].say({type: "chat_message", text: "psst"});
        off(); sockets[1].say({type: "chat_message", text: "unheard"});
        return told;""",
    )
    assert heard == ["den: hi", "ada: psst"]


def test_signing_out_closes_every_socket(page: Page) -> None:
    states = run(
        page,
        """await inGame();
        client.connectToNotifications(); client.connectToPresence(); client.connectToLobby(1);
        await turn(); client.disconnect();
        return [sockets.map(({readyState}) => readyState), client.channels.size, client.presence];""",
    )
    assert states == [[3, 3, 3, 3], 0, None]
