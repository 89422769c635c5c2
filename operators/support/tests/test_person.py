"""A player's page in the admin, and what operators do there."""

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import Ban, SignIn, User
from core.operators import MAX_REASON_LENGTH
from operators.support import services
from operators.support.models import Erasure, Message, Note
from operators.support.tests.conftest import PASSWORD, act, page, registered
from progression import ledger, seeding
from progression import services as progression
from progression.models import Entry, Item, Offer, Player, Stack
from progression.refusals import RefundedBefore

Operators = Callable[[str], Client]
JSON = "application/json"


def on_record() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.order_by("pk").select_related("user")
    return [(entry.user.username, entry.object_id, entry.get_change_message()) for entry in entries]


@pytest.fixture
def shop(db: None) -> dict[str, int]:
    seeding.seed()
    return dict(Item.objects.values_list("slug", "pk"))


def gold(user: User) -> int:
    return Player.objects.get(pk=user.pk).gold


def payment(user: User) -> Entry:
    return Entry.objects.filter(player=user.pk, cause=ledger.PURCHASE, currency="gold").latest("pk")


def test_one_page_shows_who_they_are_and_what_they_have(
    operator: Operators, ada: User, shop: dict[str, int]
) -> None:
    progression.grant(ada.pk, gold=1000, items=[("speckled-egg", 1)], cause="test")
    progression.purchase(ada.pk, item_id=shop["iron-sword"])
    progression.hatch(ada.pk, stack_id=Stack.objects.get(player=ada.pk, item=shop["speckled-egg"]).pk)
    support = operator("support")
    act(support, ada.pk, "note", text="Was polite.")
    act(support, ada.pk, "mute", until="2100-01-01T12:00")

    shown = page(support, ada.pk)

    for words in (
        "ada@example.org",
        "192.0.2.7",
        "Signed in",
        "Iron sword",
        "purchase",
        "Was polite.",
        "2100-01-01",
    ):
        assert words.lower() in shown.lower(), words
    assert f"entry_id={payment(ada).pk}" in shown


def test_every_line_of_the_ledger_can_be_reached(operator: Operators, ada: User) -> None:
    for number in range(60):
        progression.grant(ada.pk, gold=1, cause=f"line {number:02}")
    economist = operator("economist")

    shown = "".join(page(economist, ada.pk, f"?ledger={start}") for start in (0, 25, 50))

    assert all(f"line {number:02}" in shown for number in range(60))
    assert "?ledger=25#ledger" in page(economist, ada.pk)
    assert "line 59" in page(economist, ada.pk, "?ledger=-1")


def test_each_role_sees_and_does_its_part(operator: Operators, ada: User) -> None:
    parts = {
        "support": ("Sign-ins", "Ask to erase", "Grant"),
        "moderator": ("Bans and mutes", "Rename", "Sign-ins"),
        "economist": ("Ledger", "Grant", "Ask to erase"),
    }
    for role, (seen, offered, hidden) in parts.items():
        shown = page(operator(role), ada.pk)
        found = [f">{words}<" in shown for words in (seen, offered, hidden)]
        assert found == [True, True, False], role
        assert ("ada@example.org" in shown) is (role != "economist")


def test_a_ban_has_an_end_and_a_reason_and_is_lifted(operator: Operators, client: Client, ada: User) -> None:
    moderator = operator("moderator")
    login = {"username": "ada", "password": PASSWORD}

    assert "This is in the past." in act(moderator, ada.pk, "ban", until="2001-01-01T12:00")
    act(moderator, ada.pk, "ban", until="2100-01-01T12:00", reason="spam")
    refused = client.post("/api/auth/login", login, content_type=JSON).json()
    assert (refused["code"], refused["reason"], refused["until"]) == (
        "banned",
        "spam",
        "2100-01-01T12:00:00Z",
    )

    act(moderator, ada.pk, "lift", ban_id=Ban.objects.get().pk, reason="sorry")
    assert client.post("/api/auth/login", login, content_type=JSON).status_code == 200
    assert [what for _, _, what in on_record()] == [
        "Ban: until 2100-01-01 12:00 UTC: spam",
        "Lift the ban: sorry",
    ]


def test_an_act_needs_a_reason_and_leaves_a_line_with_who_and_why(operator: Operators, ada: User) -> None:
    support = operator("support")

    assert "This field is required." in act(support, ada.pk, "rename", username="ida", reason=" ")
    act(support, ada.pk, "rename", username="ida")

    ada.refresh_from_db()
    assert ada.username == "ida"
    assert on_record() == [("the_support", str(ada.pk), "Rename: ticket 12")]
    assert "Was called ada." in page(support, ada.pk)


def test_a_name_that_is_taken_is_refused(operator: Operators, ada: User, bob: User) -> None:
    assert "The name BOB is taken." in act(operator("support"), ada.pk, "rename", username="BOB")
    assert on_record() == []


def test_a_message_waits_until_it_is_read(operator: Operators, client: Client, db: None) -> None:
    ada = registered("ada")
    token = {"authorization": f"Bearer {ada.tokens.access}"}
    act(operator("support"), ada.user.pk, "message", text="Your refund is on its way.")

    [got] = client.get("/api/me/messages", headers=token).json()["results"]
    assert (got["text"], got["read_at"]) == ("Your refund is on its way.", None)
    read = client.post("/api/me/messages/read", {"id": got["id"]}, content_type=JSON, headers=token)
    assert read.status_code == 204
    [got] = client.get("/api/me/messages", headers=token).json()["results"]
    assert got["read_at"] is not None


def test_nobody_reads_the_messages_of_others(operator: Operators, client: Client, ada: User) -> None:
    act(operator("support"), ada.pk, "message", text="For you.")
    bob = {"authorization": f"Bearer {registered('bob').tokens.access}"}

    assert client.get("/api/me/messages", headers=bob).json()["results"] == []
    client.post("/api/me/messages/read", {"id": Message.objects.get().pk}, content_type=JSON, headers=bob)
    assert Message.objects.get().read_at is None


def test_goods_are_given_and_taken_once_however_often_the_form_is_sent(
    operator: Operators, ada: User, shop: dict[str, int]
) -> None:
    economist = operator("economist")
    money = {"money_gold": 50, "money_gems": 0, "quantity": 2, "item": "berries"}
    given, taken = uuid.uuid4(), uuid.uuid4()

    for _ in range(2):
        act(economist, ada.pk, "grant", **money, xp=5, key=given)
    assert (gold(ada), Stack.objects.get(player=ada.pk).quantity) == (150, 2)
    for _ in range(2):
        act(economist, ada.pk, "take", **{**money, "money_gold": 30, "quantity": 1}, key=taken)
    assert (gold(ada), Stack.objects.get(player=ada.pk).quantity) == (120, 1)
    refused = act(economist, ada.pk, "take", **{**money, "money_gold": 500}, key=uuid.uuid4())

    assert "It takes 500 gold" in refused
    assert gold(ada) == 120
    assert on_record()[0] == ("the_economist", str(ada.pk), "Grant: 5 xp, 50 gold, 2 berries: ticket 12")
    assert list(ledger.audit()) == []


def test_a_purchase_is_refunded_once_and_the_shop_gets_its_stock_back(
    operator: Operators, ada: User, shop: dict[str, int]
) -> None:
    Offer.objects.filter(item=shop["iron-sword"]).update(stock=5)
    progression.grant(ada.pk, gold=1000, cause="test")
    before = gold(ada)
    progression.purchase(ada.pk, item_id=shop["iron-sword"], quantity=2)
    progression.equip(ada.pk, stack_id=Stack.objects.get(player=ada.pk).pk)
    support, entry = operator("support"), payment(ada).pk

    act(support, ada.pk, "refund", entry_id=entry)
    again = act(support, ada.pk, "refund", entry_id=entry)

    assert "This purchase has been refunded" in again
    assert (gold(ada), Stack.objects.filter(player=ada.pk).count()) == (before, 0)
    assert Offer.objects.get(item=shop["iron-sword"]).stock == 5
    assert list(ledger.audit()) == []


def test_what_is_no_purchase_of_theirs_or_used_up_is_not_refunded(
    operator: Operators, ada: User, bob: User, shop: dict[str, int]
) -> None:
    progression.grant(ada.pk, gold=1000, cause="test")
    progression.purchase(ada.pk, item_id=shop["berries"], quantity=3)
    entry, support = payment(ada).pk, operator("support")
    granted = Entry.objects.get(player=ada.pk, cause="test").pk

    for who, what in ((bob, entry), (ada, granted), (ada, entry + 1), (ada, 2**62)):
        assert "This is not the payment" in act(support, who.pk, "refund", entry_id=what)
    progression.take(ada.pk, money={}, items=[("berries", 1)], cause="eaten")
    assert "no longer has 3 of" in act(support, ada.pk, "refund", entry_id=entry)
    assert on_record() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_operators_at_once_refund_once(
    shop: dict[str, int], at_once: Callable[[Sequence[Callable[..., Any]]], list[Any]]
) -> None:
    ada = registered("ada").user
    root = User.objects.create(username="the_root", is_staff=True, is_superuser=True)
    progression.grant(ada.pk, gold=1000, cause="test")
    before = gold(ada)
    progression.purchase(ada.pk, item_id=shop["iron-sword"])
    entry = payment(ada).pk

    def refund() -> str:
        try:
            services.refund(user=ada, by=root, entry_id=entry, reason="both")
        except RefundedBefore:
            return "refused"
        return "done"

    assert sorted(at_once([refund] * 4)) == ["done", "refused", "refused", "refused"]

    assert gold(ada) == before
    assert len(on_record()) == 1


def test_the_export_is_a_file_with_everything(operator: Operators, ada: User) -> None:
    support = operator("support")
    answer = support.post(f"/admin/support/person/{ada.pk}/export/act/", {"reason": "asked by mail"})

    assert answer["Content-Disposition"] == 'attachment; filename="ada.json"'
    data = json.loads(answer.content)
    assert data["account"]["email"] == "ada@example.org"
    assert {"sessions", "ledger", "games", "operator_messages"} <= set(data)
    assert on_record() == [("the_support", str(ada.pk), "Export the data: asked by mail")]


def approve(client: Client, pk: Any, **more: Any) -> str:
    form = {"action": "approve", "_selected_action": pk, **more}
    return client.post("/admin/support/erasure/", form, follow=True).content.decode()


def test_it_takes_two_operators_and_the_name_twice_to_erase_somebody(operator: Operators, ada: User) -> None:
    one, other = operator("support"), operator("root")

    assert "That is not the name." in act(one, ada.pk, "ask_to_erase", typed="adb")
    act(one, ada.pk, "ask_to_erase", typed="ada")
    assert "waits for another operator" in act(one, ada.pk, "ask_to_erase", typed="ada")
    asked = Erasure.objects.get()
    assert "Another operator has to approve this" in approve(one, asked.pk, typed="ada")
    assert "Erase the person: ada. This cannot be undone." in approve(other, asked.pk)
    assert "That is not the name." in approve(other, asked.pk, typed="adb")
    assert User.objects.get(pk=ada.pk).erased_at is None

    approve(other, asked.pk, typed="ada")

    assert User.objects.get(pk=ada.pk).erased_at is not None
    assert not Note.objects.exists()
    assert not SignIn.objects.filter(user=ada.pk).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.update(decided_by=User.objects.get(username="the_support"))


def test_an_erased_person_is_not_let_in_again_and_not_named_in_the_audit_trail(
    operator: Operators, ada: User
) -> None:
    support, root = operator("support"), operator("root")
    act(support, ada.pk, "ban", reason="x" * MAX_REASON_LENGTH)
    act(support, ada.pk, "ban", reason="x" * (MAX_REASON_LENGTH + 1))
    act(support, ada.pk, "ask_to_erase", typed="ada")
    approve(root, Erasure.objects.get().pk, typed="ada")

    refused = act(support, ada.pk, "rename", username="ada")

    assert "This account is erased" in refused
    assert "This account is erased" in act(support, ada.pk, "note", text="was ada@example.org")
    assert not Note.objects.exists()
    by_form = {"username": "ada", "is_active": "on"}
    assert root.post(f"/admin/accounts/user/{ada.pk}/change/", by_form).status_code == 403
    assert not User.objects.get(pk=ada.pk).is_active
    assert not LogEntry.objects.filter(object_repr__contains="ada").exists()
    assert next(what for _, _, what in on_record()) == "Ban: for good: " + "x" * MAX_REASON_LENGTH


@pytest.mark.parametrize("everybody", [{"select_across": "1"}, {}])
def test_nobody_is_erased_by_choosing_many(
    operator: Operators, ada: User, bob: User, everybody: dict[str, Any]
) -> None:
    one, other = operator("support"), operator("root")
    for user in (ada, bob):
        act(one, user.pk, "ask_to_erase", typed=user.username)
    asked = list(Erasure.objects.values_list("pk", flat=True))

    shown = approve(other, asked[:1] if everybody else asked, typed="ada", **everybody)

    assert "choose one at a time" in shown
    assert not User.objects.exclude(erased_at=None).exists()


def test_a_request_that_was_withdrawn_is_not_approved(operator: Operators, ada: User) -> None:
    one, other = operator("support"), operator("root")
    act(one, ada.pk, "ask_to_erase", typed="ada")
    asked = Erasure.objects.get().pk
    one.post("/admin/support/erasure/", {"action": "withdraw", "_selected_action": asked})

    assert "This request has been decided" in approve(other, asked, typed="ada")
    assert User.objects.get(pk=ada.pk).erased_at is None


def test_nobody_acts_on_operators_on_themselves_or_beyond_their_role(operator: Operators, ada: User) -> None:
    support = operator("support")
    boss = User.objects.create(username="boss", is_staff=True)
    me = User.objects.get(username="the_support")

    assert "for superusers alone" in act(support, boss.pk, "ban")
    assert "This is your own account." in act(support, me.pk, "ban")
    for name, status in (("grant", 403), ("nothing", 404)):
        assert support.post(f"/admin/support/person/{ada.pk}/{name}/act/").status_code == status
    assert support.get(f"/admin/support/person/{2**70}/change/").status_code == 404
    assert User.objects.filter(is_active=False).count() == 0


@pytest.mark.parametrize("name", ["export", "ban", "refund", "ask_to_erase"])
def test_dangerous_acts_ask_for_a_fresh_sign_in(
    operator: Operators, ada: User, settings: Any, name: str
) -> None:
    settings.STAFF_MFA = True
    support = operator("support")
    session = support.session
    session["proven_at"] = 0
    session.save()

    answer = support.post(f"/admin/support/person/{ada.pk}/{name}/act/", {"reason": "x"})

    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
    assert on_record() == []
