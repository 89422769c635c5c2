"""Two users in real browsers against a real server."""

import json
import re
from collections.abc import Callable
from itertools import zip_longest
from urllib.parse import urlsplit

import httpx
import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Route, WebSocketRoute, expect

from gameplatform.testing.processes import ServerProcess
from web.tests.person import PASSWORD, Person

pytestmark = pytest.mark.browser

TICK_BYTES = 24
"""The size of a tick of pong that has changes only."""


def matched(arrive: Callable[..., Person], title: str, *names: str) -> tuple[Person, Person]:
    """Two users matched by the queue: registered if names are given, else guests."""
    ada, bob = arrive(), arrive()
    for person, name in zip_longest((ada, bob), names):
        if name is None:
            person.comes_as_guest()
        else:
            person.registers(name)
            person.page.goto("/play")
    ada.queues_for(title)
    expect(ada.page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
    bob.queues_for(title)
    for person in (ada, bob):
        person.is_at_a_game()
    return ada, bob


def friends(arrive: Callable[..., Person], title: str) -> tuple[Person, Person]:
    """Two guests, the second of whom came by the first one's link."""
    ada, bob = arrive(), arrive()
    ada.comes_as_guest()
    ada.button(f"Friend: {title}").click()
    if title == "Pong":
        expect(ada.page.get_by_role("dialog").get_by_label("Target")).to_have_value("5")
        ada.in_dialog("Make a link")
    ada.is_at_a_game()
    expect(ada.page.get_by_role("heading", name="Waiting for your friend")).to_be_visible()
    bob.page.goto(ada.page.url)
    bob.button("Play as guest").click()
    bob.button("Join the game").click()
    return ada, bob


def first_and_second(ada: Person, bob: Person) -> tuple[Person, Person]:
    """The two in the order of their turns."""
    status = ada.page.locator(".status")
    expect(status).to_have_text(re.compile("Your turn|is thinking"))
    return (ada, bob) if status.inner_text() == "Your turn" else (bob, ada)


def test_a_stranger_registers_signs_out_and_signs_in_again(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.goto("/")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Play somebody, right now.")
    ada.registers("ada")
    ada.button("Sign out").first.click()
    expect(ada.page.get_by_role("heading", name="Who is playing?")).to_be_visible()
    ada.page.goto("/signin?next=%2Fprofile")
    ada.page.get_by_label("Name or e-mail").fill("ada")
    ada.page.get_by_label("Password").fill("wrong")
    ada.page.locator("form").get_by_role("button", name="Sign in").click()
    expect(ada.page.get_by_role("alert")).to_be_visible()
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.page.keyboard.press("Enter")
    expect(ada.page).to_have_url(re.compile("/profile$"))
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("ada")
    ada.page.reload()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("ada")


def test_a_link_never_leads_out_of_the_page_after_signing_in(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.goto("/signin?next=//evil.test/")
    ada.button("Play as guest").click()
    expect(ada.page).to_have_url(re.compile("/play$"))


def test_a_refused_registration_says_why_beside_the_field(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.page.goto("/register")
    ada.page.get_by_label("Name").fill("ada")
    ada.page.get_by_label("E-mail").fill("ada@example.org")
    ada.page.get_by_label("Password").fill("123")
    ada.page.locator("form").get_by_role("button", name="Register").click()
    expect(ada.page.locator(".field", has_text="Password").get_by_role("alert")).to_contain_text("short")


def test_two_people_meet_in_the_queue_and_play_tic_tac_toe_to_the_end(arrive: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*matched(arrive, "Tic-tac-toe", "anna", "bert"))
    for turn, cell in enumerate([0, 3, 1, 4]):
        (ada, bob)[turn % 2].picks(cell)
        (ada, bob)[1 - turn % 2].sees_mark(cell)
    ada.page.get_by_label("Write a message").fill("good game")
    ada.page.keyboard.press("Enter")
    expect(bob.page.get_by_text("good game")).to_be_visible()
    bob.page.reload()
    bob.sees_mark(4)
    ada.picks(2)
    expect(ada.page.get_by_role("heading", name="You won")).to_be_visible()
    expect(bob.page.get_by_role("heading", name="You lost")).to_be_visible()
    expect(ada.page.locator(".result .rating")).to_contain_text("+")
    expect(ada.page.locator(".result .reward")).to_contain_text("+50 XP")

    game = ada.page.url
    expect(ada.button("Rematch")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(bob.page.get_by_text("wants a rematch")).to_be_visible()
    bob.button("Rematch").click()
    for person in (ada, bob):
        expect(person.page).not_to_have_url(game)
        person.is_at_a_game()

    ada.page.goto(game.replace("/games/", "/replay/"))
    expect(ada.page.get_by_text("Move 5 of 5", exact=True)).to_be_visible()
    expect(ada.page.locator(".moves [aria-current]")).to_contain_text("Cell 3")
    ada.page.keyboard.press("ArrowLeft")
    expect(ada.page.get_by_text("Move 4 of 5", exact=True)).to_be_visible()
    expect(ada.page.locator("[data-cell='2'] .mark")).to_have_count(0)


def test_a_board_is_played_with_the_keyboard_alone(arrive: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*friends(arrive, "Tic-tac-toe"))
    ada.page.locator("[data-cell='4']").focus()
    for key in ("ArrowUp", "ArrowLeft", "Enter"):
        ada.page.keyboard.press(key)
    bob.sees_mark(0)


def test_players_see_who_watches(arrive: Callable[..., Person]) -> None:
    ada, _ = matched(arrive, "Tic-tac-toe")
    expect(ada.page.locator(".watchers")).to_have_text("")
    cyd = arrive()
    cyd.comes_as_guest()
    name = cyd.page.locator(".me").inner_text().split()[-1]
    cyd.page.goto(ada.page.url)
    expect(cyd.page.get_by_text("You are watching")).to_be_visible()
    expect(ada.page.locator(".watchers")).to_contain_text(name)


def test_whoever_watches_sees_the_moves_and_cannot_make_any(arrive: Callable[..., Person]) -> None:
    ada, bob = first_and_second(*matched(arrive, "Tic-tac-toe"))
    cyd = arrive()
    cyd.comes_as_guest()
    cyd.page.goto("/watch")
    cyd.page.locator(f".row[href='{urlsplit(ada.page.url).path}']").click()
    expect(cyd.page.get_by_text("You are watching")).to_be_visible()
    ada.picks(4)
    cyd.sees_mark(4)
    bob.sees_mark(4)
    expect(cyd.page.locator(".free")).to_have_count(0)
    expect(cyd.button("Resign")).to_have_count(0)


def test_pong_moves_and_steers_and_ends(arrive: Callable[..., Person]) -> None:
    ada, bob = friends(arrive, "Pong")
    for person in (ada, bob):
        expect(person.page.locator(".pong.playing canvas")).to_be_visible()
        picture = "document.querySelector('canvas').toDataURL()"
        person.page.wait_for_function(f"(before) => {picture} !== before", arg=person.page.evaluate(picture))
    ada.game_socket().wait_for_event(
        "framereceived", lambda frame: isinstance(frame, bytes) and len(frame) <= TICK_BYTES
    )
    with ada.game_socket().expect_event("framesent", lambda frame: '"direction":-1' in frame):
        ada.page.keyboard.down("ArrowUp")
    with ada.game_socket().expect_event("framesent", lambda frame: '"direction":0' in frame):
        ada.page.keyboard.up("ArrowUp")
    bob.button("Resign").click()
    bob.button("Yes, resign").click()
    expect(ada.page.get_by_role("heading", name="You won")).to_be_visible()


def test_the_computer_is_offered_to_who_waits_and_plays(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    ada.queues_for("Tic-tac-toe")
    offer = ada.button("Play the computer")
    expect(offer).to_be_visible()
    offer.click()
    ada.is_at_a_game()
    expect(ada.page.locator(".status")).to_have_text("Your turn")
    ada.page.locator(".free").first.click()
    expect(ada.page.locator(".status")).to_have_text("Your turn")
    expect(ada.page.locator(".board .mark:not(.preview, .sent)")).to_have_count(2)
    expect(ada.button("Resign")).to_be_visible()
    expect(ada.button("Offer draw")).to_have_count(0)


def test_a_draw_is_offered_to_somebody(arrive: Callable[..., Person]) -> None:
    ada, bob = matched(arrive, "Tic-tac-toe")
    expect(ada.button("Offer draw")).to_be_visible()

    def alone(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def tell(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] == "game_state":
                message["players"] = message["players"][:1]
            socket.send(json.dumps(message))

        server.on_message(tell)

    bob.page.route_web_socket(re.compile("/ws/game/"), alone)
    bob.page.reload()
    expect(bob.button("Resign")).to_be_visible()
    expect(bob.button("Offer draw")).to_have_count(0)


def test_a_friend_joins_by_the_link(arrive: Callable[..., Person]) -> None:
    for person in friends(arrive, "Connect Four"):
        expect(person.page.locator(".connect-four")).to_be_visible()


def test_a_hit_on_a_ship_stays_on_both_boards(arrive: Callable[..., Person]) -> None:
    people = friends(arrive, "Battleship")
    for person in people:
        person.button("Shuffle").click()
        person.button("Ready").click()
    for person in people:
        expect(person.page.get_by_text("Enemy waters")).to_be_visible()
    ada, bob = first_and_second(*people)
    ship = bob.page.locator(".sea.ship").first.get_attribute("data-cell")
    ada.page.locator(f".waters.active [data-cell='{ship}'].free").click()
    for person in (ada, bob):
        expect(person.page.locator(".sea.hit")).to_have_css("animation-name", "none")


def test_both_fleets_are_seen_at_the_end_also_after_a_resignation(arrive: Callable[..., Person]) -> None:
    people = friends(arrive, "Battleship")
    for person in people:
        person.button("Shuffle").click()
        person.button("Ready").click()
    ada, bob = first_and_second(*people)
    ada.page.locator(".waters.active .free").first.click()
    expect(bob.page.locator(".sea.last")).to_have_count(1)
    for person in (ada, bob):
        expect(person.page.locator(".waters").filter(has=person.page.locator(".ship"))).to_have_count(1)
    ada.button("Resign").click()
    ada.button("Yes, resign").click()

    def sees_both_fleets(person: Person) -> None:
        for waters in person.page.locator(".waters").all():
            expect(waters.locator(":is(.ship, .hit, .sunk)")).to_have_count(5 + 4 + 3 + 3 + 2)

    for person in (ada, bob):
        expect(person.page.locator(".waters").filter(has=person.page.locator(".ship"))).to_have_count(2)
        sees_both_fleets(person)
    ada.page.get_by_role("link", name="Replay").click()
    ada.page.wait_for_url(re.compile("/replay/"))
    expect(ada.page.locator(".waters").filter(has=ada.page.locator(".ship"))).to_have_count(2)
    sees_both_fleets(ada)


def test_a_game_without_a_board_of_its_own_is_played_by_a_form_also_while_several_may_move(
    arrive: Callable[..., Person],
) -> None:
    ada, bob = arrive(), arrive()
    generic = finders.find("web/games/generic.js")
    assert generic is not None
    ada.page.route("**/games/battleship.js", lambda route: route.fulfill(path=generic))
    ada.comes_as_guest()
    ada.button("Friend: Battleship").click()
    ada.is_at_a_game()
    bob.page.goto(ada.page.url)
    bob.button("Play as guest").click()
    bob.button("Join the game").click()
    form = ada.page.locator(".generic form")
    for ship in range(5):
        form.get_by_label("Name").nth(ship).select_option(index=ship)
        form.get_by_label("Row").nth(ship).fill(str(ship))
    move = form.get_by_role("button", name="Move", exact=True)
    move.click()
    expect(form).to_have_count(0)
    bob.button("Shuffle").click()
    bob.button("Ready").click()
    which = form.get_by_role("combobox", name="Move")
    which.select_option("Fire")
    move.click()
    bob.page.locator(".waters.active [data-cell='0'].free").click()
    expect(which.locator("option:checked")).to_have_text("Fire")


def test_the_computer_is_offered_where_it_plays(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    facts = {"title": "Rummy", "kind": "turn_based", "spectators": True, "move_schema": {}, "bots": []}
    rummy = {"name": "rummy", "min_players": 3, "max_players": 5, **facts}
    ada.page.route("**/api/games/catalog/", lambda route: route.fulfill(json=[rummy]))
    ada.comes_as_guest()
    expect(ada.button("Friend: Rummy")).to_be_visible()
    expect(ada.button("Computer: Rummy")).to_have_count(0)


def test_a_lost_connection_comes_back_and_a_move_made_meanwhile_is_played(
    arrive: Callable[..., Person],
) -> None:
    ada, bob = first_and_second(*friends(arrive, "Tic-tac-toe"))
    lines: list[WebSocketRoute] = []

    def listen_in(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    ada.page.route_web_socket(re.compile("/ws/game/"), listen_in)
    ada.page.reload()
    expect(ada.page.locator(".free").first).to_be_visible()

    waiting: list[Route] = []
    ada.page.route("**/api/auth/ticket/", lambda route: waiting.append(route))
    with ada.page.expect_request("**/api/auth/ticket/"):
        lines[-1].close(code=1012)
    expect(ada.page.locator(".badge.warn")).to_be_visible()
    ada.picks(4)
    expect(bob.page.get_by_text("to come back")).to_be_visible()
    waiting[0].continue_()
    for person in (ada, bob):
        person.sees_mark(4)
    expect(ada.page.locator(".badge.warn")).to_have_count(0)
    expect(bob.page.get_by_text("to come back")).to_have_count(0)


def test_a_move_that_was_lost_with_its_connection_can_be_made_again(arrive: Callable[..., Person]) -> None:
    ada, _ = first_and_second(*friends(arrive, "Tic-tac-toe"))
    lost: list[str | bytes] = []

    def lose_the_first_move(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if "player_move" in str(message) and not lost:
                lost.append(message)
                line.close(code=1012)
            else:
                server.send(message)

        line.on_message(pass_on)

    ada.page.route_web_socket(re.compile("/ws/game/"), lose_the_first_move)
    ada.page.reload()
    ada.picks(4)
    expect(ada.page.locator(".status")).to_have_text("Your turn")
    ada.picks(0)
    ada.sees_mark(0)
    assert lost


def test_the_other_player_sees_who_is_gone_and_for_how_long(arrive: Callable[..., Person]) -> None:
    ada, bob = friends(arrive, "Connect Four")
    expect(bob.page.locator(".connect-four")).to_be_visible()
    bob.page.goto("/profile")
    expect(ada.page.get_by_text("to come back")).to_be_visible()
    bob.page.go_back()
    expect(ada.page.get_by_text("to come back")).to_have_count(0)


def test_a_new_opponent_who_waits_already_is_played_at_once(arrive: Callable[..., Person]) -> None:
    ada = arrive()
    ada.comes_as_guest()
    games = []
    for _ in range(2):
        ada.page.goto("/play")
        ada.button("Computer: Tic-tac-toe").click()
        ada.in_dialog("Easy")
        ada.is_at_a_game()
        games.append(ada.page.url)
    ada.button("Abort").click()
    ada.button("Yes, abort").click()
    match = {"status": "matched", "game": "tictactoe", "game_id": games[0].rpartition("/")[2]}
    ada.page.route("**/game/join/", lambda route: route.fulfill(json=match))
    ada.page.get_by_text("New opponent").click()
    expect(ada.page.locator(".board")).to_be_visible()
    expect(ada.page).to_have_url(games[0])
    expect(ada.page.locator(".result")).to_have_count(0)


def test_who_could_not_leave_the_queue_sees_it(arrive: Callable[..., Person]) -> None:
    ada = arrive(viewport={"width": 390, "height": 844})
    ada.comes_as_guest()
    ada.queues_for("Pong")
    title = ada.page.get_by_role("heading", name="Looking for an opponent")
    width = "(title) => title.clientWidth"
    before = title.evaluate(width)
    ada.page.route("**/game/leave/", lambda route: route.abort(), times=1)
    ada.button("Leave the queue").click()
    expect(ada.page.locator(".queue").get_by_role("alert")).to_contain_text("can't be reached")
    assert title.evaluate(width) == before
    ada.button("Leave the queue").click()
    expect(ada.page.locator(".queue")).to_have_count(0)


def test_what_is_looked_at_anew_now_and_then_also_comes_when_answers_take_longer(
    arrive: Callable[..., Person],
) -> None:
    ada = arrive()
    ada.comes_as_guest()
    held: list[Route] = []
    ada.page.route("**/api/games/?state=active", lambda route: held.append(route))
    ada.page.clock.install()
    with ada.page.expect_request("**/api/games/?state=active"):
        ada.page.goto("/watch")
    expect(ada.page.locator("main .skeleton")).to_be_attached()
    ada.page.clock.run_for(12_000)
    held[0].continue_()
    expect(ada.page.get_by_role("heading", name="Running games")).to_be_visible()
    for route in held[1:]:
        route.abort()


def test_what_was_shown_stays_while_it_cannot_be_looked_at_anew(arrive: Callable[..., Person]) -> None:
    ada, _ = matched(arrive, "Tic-tac-toe")
    cyd = arrive()
    cyd.comes_as_guest()
    cyd.page.clock.install()
    cyd.page.goto("/watch")
    game = cyd.page.locator(f".row[href='{urlsplit(ada.page.url).path}']")
    expect(game).to_be_visible()
    cyd.page.route("**/api/games/?state=active", lambda route: route.abort())
    problem = cyd.page.locator("main").get_by_role("alert")
    for _ in range(2):
        with cyd.page.expect_event("requestfailed"):
            cyd.page.clock.run_for(5_000)
        expect(problem).to_contain_text("The server can't be reached.")
        expect(game).to_be_visible()
    # It does not flicker on updates.
    cyd.page.evaluate("document.querySelector('main [role=alert]').id = 'first'")
    with cyd.page.expect_event("requestfailed"):
        cyd.page.clock.run_for(5_000)
    expect(cyd.page.locator("#first")).to_be_visible()
    cyd.page.unroute("**/api/games/?state=active")
    cyd.button("Try again").click()
    expect(problem).to_have_count(0)
    expect(game).to_be_visible()


def test_home_leads_back_to_the_own_game_and_to_those_of_others(demo: Callable[..., Person]) -> None:
    ada, bob, cyd = demo("premium_user_1"), demo("user_1"), demo("user_2")
    for person in (ada, bob):
        person.queues_for("Connect Four")
    for person in (ada, bob):
        person.is_at_a_game()
    for person in (ada, bob):
        expect(person.page.locator(".status")).to_have_text(re.compile("Your turn|is thinking"))

    ada.page.goto("/")
    cyd.page.goto("/")
    expect(cyd.page.get_by_role("link", name=re.compile("^Watch · Connect Four.*user_1"))).to_be_visible()
    expect(cyd.page.locator(".alive .numbers")).to_contain_text(re.compile(r"[1-9]\d* online"))
    ada.page.get_by_role("link", name=re.compile("^Continue · Connect Four ?user_1$")).click()
    ada.is_at_a_game()
    ada.button("Resign").click()
    ada.button("Yes, resign").click()


def test_open_rooms_are_filtered_and_come_and_go_by_themselves(
    arrive: Callable[..., Person], new_server: ServerProcess
) -> None:
    with httpx.Client(base_url=new_server.base_url) as http:
        token = http.post("/api/auth/guest/", json={}).json()["access"]
        http.headers["Authorization"] = f"Bearer {token}"

        def room(game: str, **options: object) -> str:
            made = http.post("/api/games/", json={"game": game, **options})
            assert made.status_code == 201, made.text
            identity: str = made.json()["id"]
            return f"[data-room='{identity}']"

        hearts, yard, halls = room("hearts"), room("arena", map="yard"), room("arena", map="halls")
        cyd = arrive()
        cyd.comes_as_guest()
        rooms = cyd.page.locator(".open-rooms")
        for one in (hearts, yard, halls):
            expect(rooms.locator(one)).to_be_visible()
        rooms.get_by_label("Game").select_option(label="Arena")
        expect(rooms.locator(hearts)).to_have_count(0)
        for one in (yard, halls):
            expect(rooms.locator(one)).to_be_visible()
        rooms.get_by_label("Map").select_option(label="Yard")
        expect(rooms.locator(halls)).to_have_count(0)
        other, another = room("arena", map="halls"), room("arena", map="yard")
        expect(rooms.locator(another)).to_be_visible()
        expect(rooms.locator(yard)).to_be_visible()
        expect(rooms.locator(other)).to_have_count(0)
        cyd.can_use_the_page()
        rooms.get_by_label("Map").select_option(label="Any")
        expect(rooms.locator(other)).to_be_visible()
