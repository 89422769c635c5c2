"""Creating, joining, leaving and closing lobbies over REST."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from chat import services
from chat.events import LobbyId
from chat.models import Lobby
from chat.tests.conftest import Person
from core.ids import UserId
from game.models import Game

pytestmark = pytest.mark.django_db


def test_only_premium_users_open_lobbies_as_the_database_has_it(ada: Person, bob: Person) -> None:
    made = ada.post("lobbies/", name="den", is_public=True, max_participants=10, game="tictactoe")
    assert (made["name"], made["max_participants"], made["game"], made["status"]) == (
        "den",
        10,
        "tictactoe",
        "open",
    )
    assert (made["owner"]["username"], made["role"], made["member_count"]) == ("ada", "owner", 1)
    # Ada's token was issued before she became premium, so both tokens say the same.
    assert bob.refused("lobbies/", name="nest") == (403, "premium_required")
    assert [lobby["name"] for lobby in bob.get("lobbies/?public=1&status=open")["results"]] == ["den"]


def test_a_name_is_taken_while_a_lobby_of_it_is_open(ada: Person) -> None:
    first = ada.open("den")
    assert ada.refused("lobbies/", name="DEN") == (409, "lobby_name_taken")
    assert ada.call("delete", f"lobbies/{first}/").status_code == 204
    assert ada.open("den") != first


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My Gaming Lobby", "my-gaming-lobby"),
        ("My_Den-2", "My_Den-2"),
        ("  Café   d'Été! ", "cafe-d-ete"),
        ("Fun 🎮", "fun"),
        ("-den", "den"),
        ("d/en", "d-en"),
        ("long " * 20, "long-long-long-long-long-long-long-long-long-long"),
        ("Клуб 7", "7-a7d33166"),
        ("ゲーム部屋", "lobby-c427fd1c"),
        ("🎮🎮", "lobby-abeacdd2"),
    ],
)
def test_a_lobby_gets_a_slug_and_keeps_its_title(ada: Person, bob: Person, title: str, name: str) -> None:
    made = ada.post("lobbies/", name=title)
    kept = " ".join(title.split())
    assert (made["name"], made["title"]) == (name, kept)
    (listed,) = bob.get("lobbies/")["results"]
    assert (listed["name"], listed["title"]) == (name, kept)
    joined = bob.post(f"lobbies/{made['id']}/join/")
    assert (joined["name"], joined["title"]) == (name, kept)


def test_titles_of_one_slug_clash_while_a_lobby_of_it_is_open_and_others_do_not(ada: Person) -> None:
    first = ada.open("My Gaming Lobby")
    assert ada.refused("lobbies/", name="my gaming lobby?") == (409, "lobby_name_taken")
    ada.open("Клуб")
    assert ada.refused("lobbies/", name="клуб") == (409, "lobby_name_taken")
    ada.open("Бар")
    ada.call("delete", f"lobbies/{first}/")
    ada.open("my-gaming-lobby")


def test_a_title_is_changed_and_found_by_and_the_name_stays(ada: Person, bob: Person, den: LobbyId) -> None:
    changed = ada.call("patch", f"lobbies/{den}/", {"title": "The  Lion's Den"}).json()
    assert (changed["name"], changed["title"]) == ("den", "The Lion's Den")
    assert [lobby["id"] for lobby in bob.get("lobbies/?search=lion")["results"]] == [den]
    for title in ("shit", "", " ", "x" * 101, "\u202e", 7):
        assert ada.call("patch", f"lobbies/{den}/", {"title": title}).status_code == 422
    assert ada.get(f"lobbies/{den}/")["title"] == "The Lion's Den"


def test_a_lobby_of_before_there_were_titles_is_shown_by_its_name(ada: Person, den: LobbyId) -> None:
    Lobby.objects.filter(pk=den).update(title="")
    assert ada.get(f"lobbies/{den}/")["title"] == "den"


@pytest.mark.parametrize("method", ["patch", "post"])
def test_who_may_not_is_told_so_before_what_is_wrong_with_the_request(
    ada: Person, bob: Person, cyd: Person, den: LobbyId, method: str
) -> None:
    """Bob is a member without a role, Cyd a stranger."""
    refused = {
        "patch": [(f"lobbies/{den}/", "owner_only")],
        "post": [
            (f"lobbies/{den}/start/", "owner_only"),
            (f"lobbies/{den}/moderators/", "owner_only"),
            *(
                (f"lobbies/{den}/{act}/", "rank_too_low")
                for act in ("kick", "ban", "unban", "mute", "unmute")
            ),
        ],
    }
    odd = {"user_id": "odd", "until": "odd", "max_participants": "odd", "options": "odd", "name": 7}
    for path, code in refused[method]:
        for who, expected in ((bob, code), (cyd, "not_a_member")):
            answer = who.call(method, path, odd)
            assert (answer.status_code, answer.json()["code"]) == (403, expected), path
        assert ada.call(method, path, odd).status_code == 422


def test_who_may_not_open_a_lobby_or_speak_is_told_so_before_what_is_wrong_with_the_request(
    bob: Person, cyd: Person, den: LobbyId
) -> None:
    assert bob.refused("lobbies/", name=7) == (403, "premium_required")
    assert cyd.refused(f"lobbies/{den}/messages/", content="") == (403, "not_a_member")
    assert cyd.refused(f"lobbies/{den}/messages/1/report/", reason=7) == (403, "not_a_member")
    assert cyd.refused(f"dm/{bob.id}/messages/", content="") == (403, "not_friends")
    assert cyd.refused(f"dm/{bob.id}/read/", up_to="odd") == (403, "not_friends")


def test_who_is_sent_out_of_a_private_lobby_while_asking_for_it_is_told_so(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    den = ada.open("den")
    bob.call("post", f"lobbies/{den}/join/")
    ada.call("patch", f"lobbies/{den}/", {"is_public": False})
    join_lobby = services.join_lobby

    def and_kicked(*, user_id: UserId, lobby_id: Any) -> None:
        join_lobby(user_id=user_id, lobby_id=lobby_id)
        services.kick(actor_id=ada.id, lobby_id=lobby_id, user_id=user_id)

    monkeypatch.setattr(services, "join_lobby", and_kicked)

    assert bob.refused(f"lobbies/{den}/join/") == (403, "not_a_member")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " \u200e "},
        {"name": "\u202eden"},
        {"name": "d\x07en"},
        {"name": "x" * 101},
        {"name": 7},
        {"name": "shit"},
        {"name": "What a shit lobby"},
        {"name": "den", "max_participants": 1},
        {"name": "den", "max_participants": 1001},
        {"name": "den", "max_participants": "ten"},
        {"name": "den", "is_public": "yes"},
    ],
)
def test_what_is_no_lobby_is_refused_with_the_field(ada: Person, body: dict[str, Any]) -> None:
    answer = ada.call("post", "lobbies/", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert not Lobby.objects.exists()


def test_a_lobby_is_asked_for_an_unknown_game(ada: Person) -> None:
    assert ada.refused("lobbies/", name="den", game="poker") == (404, "unknown_game")


def test_a_lobby_is_made_once_for_one_idempotency_key(ada: Person) -> None:
    answers = [
        ada.call("post", "lobbies/", {"name": "den"}, HTTP_IDEMPOTENCY_KEY="one").json()["id"]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_nobody_owns_more_open_lobbies_than_is_good(ada: Person) -> None:
    lobbies = [ada.open(f"den-{n}") for n in range(10)]
    assert ada.refused("lobbies/", name="one-more") == (409, "too_many_lobbies")
    ada.call("delete", f"lobbies/{lobbies[0]}/")
    ada.open("one-more")


def test_lobbies_are_found_by_part_of_their_name_and_by_what_they_are(ada: Person, bob: Person) -> None:
    ada.open("red-den")
    ada.open("blue-den", is_public=False)
    closed = ada.open("old-den")
    ada.call("delete", f"lobbies/{closed}/")

    def names(who: Person, query: str) -> set[Any]:
        return {lobby["name"] for lobby in who.get(f"lobbies/?{query}")["results"]}

    assert names(ada, "") == {"red-den", "blue-den", "old-den"}
    assert names(ada, "public=&status=&search=&mine=") == {"red-den", "blue-den", "old-den"}
    assert names(ada, "status=open") == {"red-den", "blue-den"}
    assert names(ada, "public=0") == {"blue-den"}
    assert names(ada, "search=RED") == {"red-den"}
    assert names(bob, "") == {"red-den", "old-den"}
    assert names(bob, "mine=1") == set()
    assert bob.call("get", "lobbies/?status=ajar").status_code == 422


def test_a_lobby_is_joined_once_and_left_once(ada: Person, bob: Person) -> None:
    lobby = ada.open()
    joined = bob.post(f"lobbies/{lobby}/join/")
    assert (joined["role"], joined["member_count"]) == ("member", 2)
    assert bob.post(f"lobbies/{lobby}/join/")["member_count"] == 2
    assert [(each["username"], each["role"]) for each in joined["members"]] == [
        ("ada", "owner"),
        ("bob", "member"),
    ]
    assert bob.post(f"lobbies/{lobby}/leave/") == {"status": "left"}
    assert bob.post(f"lobbies/{lobby}/leave/") == {"status": "not_a_member"}
    assert ada.get(f"lobbies/{lobby}/")["member_count"] == 1


def test_a_full_lobby_lets_nobody_in_until_somebody_leaves(ada: Person, bob: Person, cyd: Person) -> None:
    lobby = ada.open(max_participants=2)
    bob.post(f"lobbies/{lobby}/join/")
    assert cyd.refused(f"lobbies/{lobby}/join/") == (409, "lobby_full")
    bob.post(f"lobbies/{lobby}/leave/")
    cyd.post(f"lobbies/{lobby}/join/")


def test_a_closed_lobby_stays_closed(ada: Person, bob: Person, den: LobbyId) -> None:
    assert ada.call("delete", f"lobbies/{den}/").status_code == 204
    assert ada.get(f"lobbies/{den}/")["status"] == "closed"
    assert bob.refused(f"lobbies/{den}/join/") == (409, "lobby_closed")
    assert bob.refused(f"lobbies/{den}/messages/", content="hi") == (409, "lobby_closed")
    assert ada.call("patch", f"lobbies/{den}/", {"is_public": False}).json()["code"] == "lobby_closed"


def test_a_private_lobby_is_entered_by_invitation(ada: Person, bob: Person) -> None:
    lobby = ada.open(is_public=False)
    assert bob.refused(f"lobbies/{lobby}/join/") == (403, "invitation_needed")
    assert bob.call("get", f"lobbies/{lobby}/").json()["code"] == "not_a_member"
    services.join_lobby(user_id=bob.id, lobby_id=lobby, is_invited=True)
    assert bob.get(f"lobbies/{lobby}/")["role"] == "member"


def test_what_is_not_there_is_unknown(ada: Person) -> None:
    for path in ("lobbies/999/", "lobbies/99999999999999999999/"):
        answer = ada.call("get", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_lobby")


def test_the_owner_edits_all_but_the_name(ada: Person, bob: Person, den: LobbyId) -> None:
    changed = ada.call(
        "patch", f"lobbies/{den}/", {"is_public": False, "max_participants": 3, "game": "pong"}
    )
    assert changed.status_code == 200
    assert (changed.json()["is_public"], changed.json()["max_participants"], changed.json()["game"]) == (
        False,
        3,
        "pong",
    )
    assert ada.call("patch", f"lobbies/{den}/", {"name": "lair"}).status_code == 422
    assert bob.call("patch", f"lobbies/{den}/", {"game": ""}).json()["code"] == "owner_only"
    Lobby.objects.filter(pk=den).update(max_participants=50)


def test_a_lobby_gets_no_smaller_than_it_is_full(ada: Person, bob: Person, cyd: Person, den: LobbyId) -> None:
    cyd.post(f"lobbies/{den}/join/")
    answer = ada.call("patch", f"lobbies/{den}/", {"max_participants": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "lobby_full")


def test_the_owner_hands_over_to_a_moderator_then_to_the_eldest_and_the_last_one_closes(
    ada: Person, bob: Person, cyd: Person, dan: Person, den: LobbyId
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    dan.post(f"lobbies/{den}/join/")
    ada.post(f"lobbies/{den}/moderators/", user_id=cyd.id)

    ada.post(f"lobbies/{den}/leave/")
    assert bob.get(f"lobbies/{den}/")["owner"]["username"] == "cyd"
    cyd.post(f"lobbies/{den}/leave/")
    assert bob.get(f"lobbies/{den}/")["role"] == "owner"
    bob.post(f"lobbies/{den}/leave/")
    dan.post(f"lobbies/{den}/leave/")
    assert dan.get(f"lobbies/{den}/")["status"] == "closed"


def test_the_owner_starts_a_game_with_as_many_as_it_seats(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    cyd.post(f"lobbies/{den}/join/")
    started = ada.post(f"lobbies/{den}/start/", game="tictactoe")
    game = Game.objects.get(pk=started["game_id"])
    assert started["ws_url"] == f"/ws/game/{game.pk}/"
    assert [seat.user_id for seat in game.seats.order_by("number")] == [ada.id, bob.id]
    assert (game.state, game.rated, game.private) == ("waiting_for_players", False, False)


def test_a_game_that_is_started_twice_is_the_one_game_until_it_is_over(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    first = ada.post(f"lobbies/{den}/start/", game="tictactoe")
    assert ada.post(f"lobbies/{den}/start/", game="tictactoe") == first
    assert ada.post(f"lobbies/{den}/start/", game="pong") != first
    again = ada.post(f"lobbies/{den}/start/", game="pong")
    assert Game.objects.count() == 2
    Game.objects.update(state=Game.State.FINISHED)
    assert ada.post(f"lobbies/{den}/start/", game="pong") != again


def test_an_option_that_starting_does_not_know_is_refused_by_its_name(
    ada: Person, bob: Person, den: LobbyId
) -> None:
    assert ada.refused(f"lobbies/{den}/start/", game="tictactoe", seat=2) == (422, "invalid")
    assert not Game.objects.exists()


@pytest.mark.parametrize("seats", [1, 3, 8, 0, "2", None])
def test_a_game_is_not_started_with_seats_that_it_cannot_have(
    ada: Person, bob: Person, den: LobbyId, seats: Any
) -> None:
    assert ada.refused(f"lobbies/{den}/start/", game="tictactoe", seats=seats) == (422, "invalid")
    assert not Game.objects.exists()


def test_a_lobby_opens_more_seats_than_it_has_members(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    started = ada.post(f"lobbies/{den}/start/", game="hearts", seats=4)
    game = Game.objects.get(pk=started["game_id"])
    assert (game.state, game.seats_wanted, game.seats.count()) == ("created", 4, 2)
    assert [room["id"] for room in cyd.get("games/?open=1")["results"]] == [str(game.pk)]
    assert cyd.post(f"games/{game.pk}/join/")["free_seats"] == 1


def test_a_private_lobby_opens_seats_to_those_who_have_the_link(
    ada: Person, bob: Person, cyd: Person, den: LobbyId
) -> None:
    Lobby.objects.filter(pk=den).update(is_public=False)
    game_id = ada.post(f"lobbies/{den}/start/", game="hearts", seats=4)["game_id"]
    assert cyd.get("games/?open=1")["results"] == []
    assert cyd.post(f"games/{game_id}/join/")["free_seats"] == 1


def test_a_game_needs_a_name_players_and_the_owner(ada: Person, bob: Person, den: LobbyId) -> None:
    assert ada.refused(f"lobbies/{den}/start/") == (422, "no_game_chosen")
    assert ada.refused(f"lobbies/{den}/start/", game="poker") == (404, "unknown_game")
    assert bob.refused(f"lobbies/{den}/start/", game="pong") == (403, "owner_only")
    bob.post(f"lobbies/{den}/leave/")
    assert ada.refused(f"lobbies/{den}/start/", game="pong") == (409, "not_enough_players")
    assert not Game.objects.exists()


def test_the_lobbys_own_game_is_started_if_no_other_is_named(ada: Person, bob: Person, den: LobbyId) -> None:
    ada.call("patch", f"lobbies/{den}/", {"game": "connect_four"})
    started = ada.post(f"lobbies/{den}/start/")
    assert Game.objects.get(pk=started["game_id"]).name == "connect_four"


def test_history_comes_newest_first_by_pages(ada: Person, den: LobbyId) -> None:
    for number in range(3):
        services.post_message(lobby_id=den, sender_id=ada.id, content=f"line {number}")
    page = ada.get(f"lobbies/{den}/messages/?limit=2")
    assert [message["content"] for message in page["results"]] == ["line 2", "line 1"]
    rest = ada.api.get(page["next"]).json()
    assert [message["content"] for message in rest["results"]] == ["line 0"]
    assert rest["next"] is None
    assert {"id", "content", "sender", "created_at"} <= set(page["results"][0])
    assert page["results"][0]["sender"] == {"id": ada.id, "username": "ada", "is_premium": True}


@pytest.mark.parametrize(
    "content",
    ["", "   ", "\u200b\u200b", "x" * 501, "bell \x07", "\u202egnirts", "\x1b[31mred", None, 7, ["a"]],
)
def test_what_is_no_message_is_refused(
    ada: Person, den: LobbyId, content: int | list[str] | str | None
) -> None:
    answer = ada.call("post", f"lobbies/{den}/messages/", {"content": content})
    assert answer.status_code == 422
    assert ada.get(f"lobbies/{den}/messages/")["results"] == []


@pytest.mark.parametrize("content", ["x" * 500, "two\nlines", "👩‍👩‍👧 hi", "e\u0301te\u0301", "שלום"])
def test_what_people_write_is_taken(ada: Person, den: LobbyId, content: str) -> None:
    said = ada.post(f"lobbies/{den}/messages/", content=f"  {content} ")
    assert said["content"] == content


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
def test_marks_that_right_to_left_keyboards_insert_are_left_out(ada: Person, den: LobbyId, mark: Any) -> None:
    said = ada.post(f"lobbies/{den}/messages/", content=f"{mark} שלום {mark}ada{mark} {mark}")
    assert said["content"] == "שלום ada"
    alone = ada.call("post", f"lobbies/{den}/messages/", {"content": mark})
    assert alone.status_code == 422


def test_listed_words_are_masked_before_they_are_stored(ada: Person, den: LobbyId) -> None:
    assert ada.post(f"lobbies/{den}/messages/", content="oh sh1t")["content"] == "oh ****"
    assert ada.get(f"lobbies/{den}/messages/")["results"][0]["content"] == "oh ****"


def test_reading_lobbies_takes_few_queries(
    ada: Person, bob: Person, cyd: Person, den: LobbyId, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada.post(f"lobbies/{den}/messages/", content="hi")
    ada.post(f"lobbies/{den}/ban/", user_id=cyd.id)

    for path, queries in (
        ("lobbies/", 1),
        (f"lobbies/{den}/", 2),
        (f"lobbies/{den}/messages/", 3),
        (f"lobbies/{den}/sanctions/", 2),
    ):
        with django_assert_num_queries(queries):
            ada.get(path)
