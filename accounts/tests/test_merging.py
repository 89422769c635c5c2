"""Two accounts of one person become one, through the routes."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db.models import Sum
from django.utils import timezone

from accounts import bans
from accounts.models import Ban, SignIn, User
from accounts.second_factor import PROOF_VALID_FOR
from accounts.tests.conftest import PASSWORD, Person, person
from accounts.tests.test_recovery import code_in, mails, verify
from accounts.tests.test_ways import DEVICE, Protected, post, refused
from chat.models import DirectMessage, Lobby, LobbyMessage, Membership, Report, Sanction, Thread
from core.refusals import NotFound
from friends import services as friends
from friends.models import Block, Friendship, Standing
from game.models import Game, Rating, Seat
from matchmaking.models import Penalty
from operators.support.models import Message, Note
from progression import ledger, seeding, services
from progression.models import Balance, Currency, Entry, Item, Pet, Player, Stack
from storage.models import Folder
from world.combat.models import Reward

pytestmark = pytest.mark.django_db(transaction=True)


def merge(kept: Person, former: Person) -> Any:
    return kept.client.post("/api/me/merge/", {"access": former.access})


def merged(kept: Person, former: Person) -> None:
    answer = merge(kept, former)
    assert answer.status_code == 200, answer.content


# -- Proofs and refusals


def test_two_accounts_of_one_person_become_one(ada: Person, bob: Person) -> None:
    answer = merge(ada, bob)
    assert answer.status_code == 200
    assert answer.json()["username"] == "ada"
    assert bob.client.get("/api/me/").status_code == 401
    assert refused(post("/api/auth/login/", username="bob", password=PASSWORD)) == (
        401,
        "invalid_credentials",
    )
    assert ada.client.get("/api/me/").status_code == 200
    log = ada.client.get("/api/me/signins/").json()["results"][0]
    assert (log["method"], log["outcome"]) == ("merge", "ok")
    assert SignIn.objects.filter(user=bob.id, method="merge").exists()


def test_both_accounts_need_a_fresh_proof(ada: Person, bob: Person) -> None:
    with time_machine.travel(timezone.now() + PROOF_VALID_FOR + timedelta(seconds=1)):
        assert refused(merge(ada, bob)) == (403, "proof_required")
        assert ada.client.post("/api/me/proof/", {"password": PASSWORD}).status_code == 204
        assert refused(merge(ada, bob)) == (403, "other_proof_required")
        again = person(post("/api/auth/login/", username="bob", password=PASSWORD).json())
        merged(ada, again)


def test_a_second_factor_of_the_other_account_is_needed_as_well(ada: Person, bob: Person) -> None:
    protected = Protected(ada)
    with time_machine.travel(timezone.now() + PROOF_VALID_FOR + timedelta(seconds=1)):
        bob = person(post("/api/auth/login/", username="bob", password=PASSWORD).json())
        assert refused(merge(bob, ada)) == (403, "other_proof_required")
        code = protected.recovery_codes[0]
        answer = post("/api/auth/mfa/", challenge=protected.challenge(), code=code)
        merged(bob, person(answer.json()))


@pytest.mark.parametrize("access", ["", "nonsense", "a.b.c"])
def test_what_is_no_token_proves_nothing(ada: Person, access: str) -> None:
    answer = ada.client.post("/api/me/merge/", {"access": access})
    assert refused(answer) == (403, "other_proof_required")


def test_a_session_that_has_ended_proves_nothing(ada: Person, bob: Person) -> None:
    bob.client.post("/api/auth/logout/")
    assert refused(merge(ada, bob)) == (403, "other_proof_required")
    assert User.objects.get(pk=bob.id).merged_into is None


def test_some_accounts_cannot_be_merged(ada: Person, bob: Person, guest: Person) -> None:
    assert refused(merge(ada, ada)) == (409, "not_mergeable")
    assert refused(merge(guest, ada)) == (409, "not_mergeable")
    User.objects.filter(pk=bob.id).update(is_staff=True)
    assert refused(merge(ada, bob)) == (409, "not_mergeable")


def test_an_account_takes_over_three_others_at_most(register: Callable[..., Person], ada: Person) -> None:
    for name in ("bob", "cyd", "dan"):
        merged(ada, register(name))
    assert refused(merge(ada, register("eve"))) == (409, "not_mergeable")


def test_of_two_merges_in_both_directions_at_once_one_happens(
    ada: Person, bob: Person, at_once: Callable[[Any], list[Any]]
) -> None:
    answers = at_once([lambda: merge(ada, bob).status_code, lambda: merge(bob, ada).status_code])
    assert sorted(answers)[0] == 200
    assert sorted(answers)[1] > 400
    assert User.objects.filter(is_active=True).count() == 1


def test_an_account_that_still_plays_is_not_merged(ada: Person, bob: Person) -> None:
    game = bob.client.post("/api/games/", {"game": "tictactoe", "opponent": "bot"})
    assert game.status_code == 201
    assert refused(merge(ada, bob)) == (409, "still_playing")
    assert bob.client.get("/api/me/").status_code == 200


def test_a_merged_account_is_not_opened_again(ada: Person, bob: Person) -> None:
    merged(ada, bob)
    with pytest.raises(NotFound):
        bans.lift(User.objects.get(pk=bob.id))


def test_both_addresses_are_told(ada: Person, bob: Person) -> None:
    codes = {mail.to[0]: code_in(mail) for mail in mails()}
    for who in (ada, bob):
        assert verify(who, codes[who.user["email"]]) == 204
    merged(ada, bob)
    told = {mail.to[0] for mail in mails() if "are one now" in mail.subject}
    assert told == {"ada@example.org", "bob@example.org"}


# -- What moves


def test_ways_in_move_and_the_kept_password_stays(ada: Person) -> None:
    zoe = person(post("/api/auth/device/", device_id=DEVICE, username="zoe").json())
    merged(ada, zoe)
    assert post("/api/auth/device/", device_id=DEVICE).json()["user"]["id"] == ada.id
    assert post("/api/auth/login/", username="ada", password=PASSWORD).status_code == 200


def test_a_mute_holds_for_the_kept_account(ada: Person, bob: Person) -> None:
    bans.impose(Ban(user_id=bob.id, kind=Ban.Kind.MUTE))
    merged(ada, bob)
    assert bans.in_force().filter(user=ada.id, kind=Ban.Kind.MUTE).exists()


def holdings() -> Counter[Any]:
    """Return all money and items that there are, by kind."""
    there: Counter[Any] = Counter()
    for currency in Currency.values:
        there[currency] = Player.objects.aggregate(sum=Sum(currency))["sum"] or 0
    for name, amount in Balance.objects.values_list("currency").annotate(Sum("amount")):
        there[name] += amount
    for item, quantity in Stack.objects.values_list("item").annotate(Sum("quantity")):
        there[item] += quantity
    there["pets"] = Pet.objects.count()
    return there


@pytest.mark.parametrize("seed", range(4))
def test_nothing_of_money_and_items_is_lost_or_doubled(
    seed: int, ada: Person, bob: Person, register: Callable[..., Person]
) -> None:
    seeding.seed_content()
    dice = random.Random(seed)
    items = list(Item.objects.order_by("pk"))
    for who in (ada, bob, register("cyd")):
        given = [(item.slug, dice.randint(1, 9)) for item in dice.sample(items, 4)]
        gold, gems, xp = (dice.choice([0, dice.randint(1, 5000)]) for _ in range(3))
        services.grant(who.id, items=given, gold=gold, gems=gems, xp=xp, cause="test")
        for stack in Stack.objects.filter(player=who.id, item__kind="gear"):
            services.equip(who.id, stack_id=stack.pk)
        egg = services.grant(who.id, items=[("speckled-egg", 1)], cause="test")
        assert egg.items
        services.hatch(who.id, stack_id=Stack.objects.get(player=who.id, item__slug="speckled-egg").pk)
    before = holdings()
    lines = Entry.objects.count()
    merged(ada, bob)
    assert +holdings() == +before
    assert list(ledger.audit()) == []
    assert Entry.objects.count() > lines
    former = Player.objects.get(pk=bob.id)
    assert (former.gold, former.gems, former.xp) == (0, 0, 0)
    assert not Stack.objects.filter(player=former).exists()
    assert not Pet.objects.filter(player=former).exists()


def test_friends_and_blocks_move_and_a_block_of_either_holds(
    register: Callable[..., Person], ada: Person, bob: Person
) -> None:
    cyd, dan, eve, fay = (register(name) for name in ("cyd", "dan", "eve", "fay"))
    befriend(bob, cyd)
    befriend(ada, dan)
    befriend(ada, eve)
    befriend(ada, bob)
    friends.block(user_id=eve.id, blocked_id=bob.id)
    friends.block(user_id=bob.id, blocked_id=fay.id)
    merged(ada, bob)
    found = ada.client.get("/api/friends/").json()["results"]
    names = {row["username"] for row in found}
    assert names == {"cyd", "dan"}
    pairs = set(Block.objects.values_list("by", "blocked"))
    assert pairs == {(eve.id, ada.id), (ada.id, fay.id)}


def befriend(one: Person, other: Person) -> None:
    low, high = sorted((one.id, other.id))
    Friendship.objects.create(low_id=low, high_id=high)


def test_conversations_move_and_join(register: Callable[..., Person], ada: Person, bob: Person) -> None:
    cyd, dan = register("cyd"), register("dan")
    for one, other in ((ada, cyd), (bob, cyd), (bob, dan), (ada, bob)):
        befriend(one, other)
        one.client.post(f"/api/dm/{other.id}/messages/", {"content": f"from {one.user['username']}"})
        other.client.post(f"/api/dm/{one.id}/messages/", {"content": "an answer"})
    merged(ada, bob)
    said = ada.client.get(f"/api/dm/{cyd.id}/messages/").json()["results"]
    assert [row["content"] for row in said] == ["an answer", "from bob", "an answer", "from ada"]
    assert {row["sender"]["id"] for row in said} == {ada.id, cyd.id}
    assert len(ada.client.get(f"/api/dm/{dan.id}/messages/").json()["results"]) == 2
    assert Thread.objects.count() == 2
    assert DirectMessage.objects.count() == 6


def test_lobbies_and_their_sanctions_move(ada: Person, bob: Person) -> None:
    den = Lobby.objects.create(name="den", owner_id=bob.id)
    Membership.objects.create(lobby=den, user_id=bob.id, role="owner")
    Membership.objects.create(lobby=den, user_id=ada.id)
    hall = Lobby.objects.create(name="hall")
    Membership.objects.create(lobby=hall, user_id=ada.id, role="owner")
    Sanction.objects.create(lobby=hall, user_id=bob.id, kind="mute")
    merged(ada, bob)
    den.refresh_from_db()
    assert den.owner_id == ada.id
    assert Membership.objects.get(lobby=den).role == "owner"
    assert Sanction.objects.get(lobby=hall).user_id == ada.id


def test_support_finds_notes_messages_and_reports_with_the_kept_account(
    ada: Person, bob: Person, register: Callable[..., Person]
) -> None:
    cyd, dan = register("cyd"), register("dan")
    for reporter, about in ((ada, cyd), (bob, cyd), (bob, dan), (cyd, bob), (ada, bob)):
        sent = reporter.client.post(
            "/api/reports/", {"kind": "name", "user_id": about.id, "reason": "a reason"}
        )
        assert sent.status_code == 201, sent.content
    Note.objects.create(user_id=bob.id, text="has two accounts")
    Message.objects.create(user_id=bob.id, text="please choose one")

    merged(ada, bob)

    reports = set(Report.objects.values_list("reporter__username", "about__username"))
    assert reports == {("ada", "cyd"), ("ada", "dan"), ("cyd", "ada")}
    assert [one["text"] for one in ada.client.get("/api/me/messages/").json()["results"]] == [
        "please choose one"
    ]
    assert Note.objects.get().user_id == ada.id


def test_operators_find_flags_with_the_kept_account(
    ada: Person, bob: Person, register: Callable[..., Person]
) -> None:
    cyd, sign = register("cyd"), Report.Sign.ALIKE_ADDRESSES
    for about, other in ((cyd, bob), (bob, cyd), (ada, bob)):
        Report.objects.create(kind=Report.Kind.CHEATING, sign=sign, about_id=about.id, other_id=other.id)

    merged(ada, bob)

    flags = set(Report.objects.values_list("about__username", "other__username"))
    assert flags == {("cyd", "ada"), ("ada", "cyd"), ("ada", None)}


def test_of_two_ratings_the_more_played_one_is_kept(ada: Person, bob: Person) -> None:
    for who, game, shown, played in (
        (ada, "pong", 1500, 3),
        (bob, "pong", 1400, 9),
        (ada, "chess", 1600, 9),
        (bob, "chess", 1700, 3),
        (bob, "hearts", 1300, 1),
    ):
        Rating.objects.create(user_id=who.id, game=game, mu=25, sigma=8, shown=shown, played=played)
    merged(ada, bob)
    rows = Rating.objects.order_by("game").values_list("user", "game", "shown")
    assert list(rows) == [(ada.id, "chess", 1600), (ada.id, "hearts", 1300), (ada.id, "pong", 1400)]


def test_finished_games_are_listed_under_the_name_that_played(ada: Person, bob: Person) -> None:
    game = Game.objects.create(
        name="tictactoe", state=Game.State.FINISHED, seats_wanted=2, seed=1, private=True
    )
    Seat.objects.create(game=game, number=0, user_id=bob.id, is_open=False)
    assert ada.client.get(f"/api/games/{game.pk}/").status_code == 404
    merged(ada, bob)
    (listed,) = ada.client.get("/api/games/?mine=1").json()["results"]
    assert [player["username"] for player in listed["players"]] == ["bob"]
    assert ada.client.get(f"/api/games/{game.pk}/").status_code == 200


def test_documents_move_where_the_kept_account_has_none(ada: Person, bob: Person) -> None:
    assert bob.client.put("/api/storage/saves/one/", {"value": {"of": "bob"}}).status_code in (200, 201)
    merged(ada, bob)
    assert ada.client.get("/api/storage/saves/one/").json()["value"] == {"of": "bob"}
    assert Folder.objects.filter(user=ada.id).count() == 1


# -- Personal data


def test_the_export_holds_what_stayed_and_an_erasure_takes_it_along(ada: Person, bob: Person) -> None:
    services.grant(bob.id, gold=7, cause="test")
    merged(ada, bob)
    (former,) = ada.client.get("/api/me/export/").json()["former_accounts"]
    assert former["account"]["username"] == "bob"
    assert {"currency": "gold", "item__name": None, "amount": 7, "balance": 107, "cause": "test"}.items() <= {
        **former["ledger"][1]
    }.items()
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    gone = User.objects.get(pk=bob.id)
    assert gone.erased_at is not None
    assert gone.username != "bob"
    assert not Player.objects.filter(pk=bob.id).exists()


STAYS = {
    "accounts.Session",
    "accounts.SignIn",
    "accounts.User",
    "game.Game",
    "game.Seat",
    "progression.Player",
    "chat.LobbyMessage",
}
"""Rows that keep pointing to the former account; they are exported and erased with the kept one."""


def test_nothing_else_points_to_a_former_account(
    ada: Person, bob: Person, register: Callable[..., Person]
) -> None:
    cyd, dan = register("cyd"), register("dan")
    befriend(bob, cyd)
    cyd.client.post(f"/api/dm/{bob.id}/messages/", {"content": "hello"})
    dan.client.post("/api/friends/requests/", {"user_id": bob.id})
    cyd.client.post("/api/invites/", {"to_user_id": bob.id, "game": "chess"})
    bob.client.post("/api/party/create/")
    bob.client.post("/api/me/links/device/", {"device_id": DEVICE})
    bob.client.put("/api/storage/saves/one/", {"value": {}})
    bob.client.post("/api/me/mfa/totp/")
    bob.client.post("/api/game/join/", {"game": "chess"})
    Block.objects.create(by_id=bob.id, blocked_id=dan.id)
    Standing.objects.create(user_id=bob.id)
    Penalty.objects.create(user_id=bob.id, times=1, until=timezone.now())
    Rating.objects.create(user_id=bob.id, game="chess", mu=25, sigma=8, shown=1500)
    Reward.objects.create(winner_id=bob.id, loser_id=cyd.id, at=timezone.now())
    lobby = Lobby.objects.create(name="den", owner_id=bob.id)
    Membership.objects.create(lobby=lobby, user_id=bob.id, role="owner")
    Sanction.objects.create(lobby=lobby, user_id=bob.id, kind="mute")
    LobbyMessage.objects.create(lobby=lobby, sender_id=bob.id, content="hi")
    merged(ada, bob)
    left = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is User
        if model._default_manager.filter(**{field.name: bob.id}).exists()
    }
    assert left <= STAYS
