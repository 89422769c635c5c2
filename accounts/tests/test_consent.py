"""Terms, age and marketing."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.conftest import PASSWORD, Person, client_with

pytestmark = pytest.mark.django_db(transaction=True)

CONSENT = "/api/me/consent/"


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_terms_are_asked_for_again_when_they_change(ada: Person, settings: Any) -> None:
    assert ada.client.get(CONSENT).json()["terms_due"] is False
    settings.TERMS_VERSION = "1"
    assert ada.client.get(CONSENT).json()["terms_due"] is True
    assert refused(ada.client.put(CONSENT, {"terms_version": "0"})) == (422, "invalid")
    assert ada.client.put(CONSENT, {"terms_version": "1"}).json()["terms_due"] is False
    settings.TERMS_VERSION = "2"
    asked = ada.client.get(CONSENT).json()
    assert (asked["terms_due"], asked["accepted_terms"]) == (True, "1")


def test_marketing_is_agreed_to_apart_and_taken_back(ada: Person) -> None:
    assert ada.client.get(CONSENT).json()["marketing"] is False
    assert ada.client.put(CONSENT, {"marketing": True}).json()["marketing"] is True
    assert ada.client.get("/api/me/export/").json()["consent"]["marketing_consent_at"] is not None
    assert ada.client.put(CONSENT, {"marketing": False}).json()["marketing"] is False


@pytest.mark.parametrize("born", ["2999-01-01", "1815-12-10", "never", "2010-02-30"])
def test_an_impossible_date_of_birth_is_refused(ada: Person, born: str) -> None:
    assert refused(ada.client.put(CONSENT, {"birth_date": born})) == (422, "invalid")


def test_a_date_of_birth_is_given_once(ada: Person) -> None:
    for _ in range(2):
        assert ada.client.put(CONSENT, {"birth_date": "2010-05-05"}).status_code == 200
    assert refused(ada.client.put(CONSENT, {"birth_date": "1990-05-05"})) == (409, "conflict")


def test_under_age_users_say_nothing_to_strangers_and_buy_nothing(ada: Person, settings: Any) -> None:
    User.objects.filter(pk=ada.id).update(is_premium=True)
    den = {"name": "den", "is_public": True, "max_participants": 4}
    say = f"/api/lobbies/{ada.client.post('/api/lobbies/', den).json()['id']}/messages/"
    settings.ADULT_AGE = 16

    def tried(client: Any) -> list[str]:
        answers = [client.post(say, {"content": "hi"}), client.post("/api/shop/purchase", {"item_id": 1})]
        return [answer.json().get("code", "said") for answer in answers]

    with time_machine.travel("2026-05-04T12:00:00Z") as now:
        login = {"username": "ada", "password": PASSWORD}
        client = client_with(APIClient().post("/api/auth/login/", login).json()["access"])
        assert tried(client) == ["under_age"] * 2
        client.put(CONSENT, {"birth_date": "2010-05-05"})
        assert tried(client) == ["under_age"] * 2
        now.shift(24 * 3600)
        client = client_with(APIClient().post("/api/auth/login/", login).json()["access"])
        assert tried(client) == ["said", "not_for_sale"]


def test_an_erased_account_keeps_no_date_of_birth(ada: Person) -> None:
    ada.client.put(CONSENT, {"birth_date": "2010-05-05", "marketing": True})
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    erased = User.objects.get(pk=ada.id)
    assert (erased.birth_date, erased.marketing_consent_at) == (None, None)
