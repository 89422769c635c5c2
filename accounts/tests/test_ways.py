"""Devices, links, the second factor and passkeys, through the routes."""

import json
import math
import re
from base64 import b32decode
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import own_profile, second_factor
from accounts.models import Session, SignIn, Totp, User
from accounts.second_factor import CHALLENGE_TRIES, PROOF_VALID_FOR
from accounts.tests.authenticator import Authenticator
from accounts.tests.conftest import PASSWORD, Person, person
from accounts.tests.test_recovery import NEW_PASSWORD, code, link_token, mails

pytestmark = pytest.mark.django_db(transaction=True)

DEVICE = "a-device-of-its-own-1234"


@pytest.fixture
def now() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as now:
        yield now


def post(path: str, **body: Any) -> Any:
    return APIClient().post(path, body)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def links(who: Person) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["provider"]) for one in who.client.get("/api/me/links/").json()]


def is_guest(who: Person) -> bool:
    own_profile.invalidate(who.id)
    return bool(who.client.get("/api/me/").json()["is_guest"])


# -- Devices


def test_a_device_gets_an_account_and_comes_back_to_it() -> None:
    assert refused(post("/api/auth/device/", device_id=DEVICE, create=False)) == (404, "unknown_device")
    first = post("/api/auth/device/", device_id=DEVICE, username="zoe").json()
    again = post("/api/auth/device/", device_id=DEVICE, create=False).json()
    assert first["user"]["username"] == "zoe"
    assert first["user"] == again["user"]
    assert post("/api/auth/device/", device_id="short").status_code == 422
    assert DEVICE not in str(list(person(first).client.get("/api/me/export/").json().items()))


def test_a_device_that_asks_many_times_at_once_gets_one_account(
    at_once: Callable[[Any], list[Any]],
) -> None:
    answers = at_once([lambda: post("/api/auth/device/", device_id=DEVICE).json()["user"]["id"]] * 6)
    assert len(set(answers)) == User.objects.count() == 1


def test_a_device_is_linked_to_one_account_and_unlinked(ada: Person, bob: Person) -> None:
    assert ada.client.post("/api/me/links/device/", {"device_id": DEVICE}).status_code == 204
    taken = bob.client.post("/api/me/links/device/", {"device_id": DEVICE})
    assert refused(taken) == (409, "linked_elsewhere")
    assert post("/api/auth/device/", device_id=DEVICE).json()["user"]["id"] == ada.id
    assert links(ada) == [("password", None), ("device", "device")]
    assert ada.client.delete("/api/me/links/device/").status_code == 204
    assert post("/api/auth/device/", device_id=DEVICE, create=False).status_code == 404
    assert refused(ada.client.delete("/api/me/links/device/")) == (404, "not_found")


def test_the_last_way_in_stays(ada: Person) -> None:
    assert refused(ada.client.delete("/api/me/links/password/")) == (409, "last_way_in")
    ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    assert ada.client.delete("/api/me/links/password/").status_code == 204
    assert refused(ada.client.delete("/api/me/links/device/")) == (409, "last_way_in")
    assert refused(post("/api/auth/login/", username="ada", password=PASSWORD)) == (
        401,
        "invalid_credentials",
    )
    assert ada.client.post("/api/me/links/password/", {"password": PASSWORD}).status_code == 204
    assert post("/api/auth/login/", username="ada", password=PASSWORD).status_code == 200
    again = ada.client.post("/api/me/links/password/", {"password": PASSWORD})
    assert refused(again) == (409, "already_linked")


def test_of_two_last_ways_taken_away_at_once_one_stays(
    ada: Person, at_once: Callable[[Any], list[Any]]
) -> None:
    ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    paths = ("/api/me/links/device/", "/api/me/links/password/")
    answers = at_once([lambda path=path: ada.client.delete(path).status_code for path in paths])
    assert sorted(answers) == [204, 409]


def test_a_guest_becomes_an_account_by_a_password_and_keeps_the_device() -> None:
    zoe = person(post("/api/auth/device/", device_id=DEVICE, username="zoe").json())
    assert is_guest(zoe)
    assert zoe.client.post("/api/me/links/password/", {"password": PASSWORD}).status_code == 204
    assert not is_guest(zoe)
    assert post("/api/auth/login/", username="zoe", password=PASSWORD).json()["user"]["id"] == zoe.id


# -- Second factor


def code_of(secret: str, *, steps: int = 0) -> str:
    at = timezone.now().timestamp() + 30 * steps
    made = TOTP(b32decode(secret), 6, SHA1(), 30, enforce_key_length=False).generate(int(at))
    return made.decode()


class Protected:
    """Ada with an authenticator app."""

    def __init__(self, who: Person) -> None:
        self.who = who
        begun = who.client.post("/api/me/mfa/totp/").json()
        self.secret = begun["secret"]
        assert self.secret in begun["otpauth_url"]
        confirmed = who.client.post("/api/me/mfa/totp/confirm/", {"code": code_of(self.secret)})
        self.recovery_codes = confirmed.json()["recovery_codes"]
        assert len(set(self.recovery_codes)) == 10

    def challenge(self) -> str:
        answer = post("/api/auth/login/", username="ada", password=PASSWORD)
        assert refused(answer) == (401, "mfa_required")
        assert answer.json()["methods"] == ["totp", "recovery_code"]
        return str(answer.json()["challenge"])


@pytest.fixture
def protected(ada: Person, now: Any) -> Protected:
    protected = Protected(ada)
    now.shift(60)
    return protected


def answer(challenge: str, code: str) -> Any:
    return post("/api/auth/mfa/", challenge=challenge, code=code)


def test_a_sign_in_needs_a_code_once_an_app_is_set_up(protected: Protected) -> None:
    challenge = protected.challenge()
    assert refused(answer(challenge, "000000")) == (403, "code_invalid")
    signed_in = answer(challenge, code_of(protected.secret))
    assert signed_in.json()["user"]["id"] == protected.who.id
    outcomes = [one["outcome"] for one in protected.who.client.get("/api/me/signins/").json()["results"]]
    assert outcomes == ["ok", "mfa_required", "ok"]
    for path in ("/api/token/", "/api/auth/login/"):
        assert refused(post(path, username="ada", password=PASSWORD)) == (401, "mfa_required")


def test_neither_a_new_password_nor_a_code_by_mail_gets_round_the_second_factor(
    protected: Protected, now: Any
) -> None:
    mails()
    User.objects.filter(pk=protected.who.id).update(email_verified_at=timezone.now())
    post("/api/auth/password/forgot/", email="ada@example.org")
    key = link_token()
    assert post("/api/auth/password/reset/", key=key, password=NEW_PASSWORD).status_code == 204
    assert post("/api/auth/login/", username="ada", password=NEW_PASSWORD).json()["code"] == "mfa_required"
    post("/api/auth/code/", email="ada@example.org")
    by_mail = post("/api/auth/code/confirm/", email="ada@example.org", code=code())
    assert refused(by_mail) == (401, "mfa_required")


def test_a_challenge_and_a_code_count_once(protected: Protected, now: Any) -> None:
    challenge, other = protected.challenge(), protected.challenge()
    code = code_of(protected.secret)
    assert answer(challenge, code).status_code == 200
    assert refused(answer(other, code)) == (403, "code_invalid")
    now.shift(30)
    assert refused(answer(challenge, code_of(protected.secret))) == (403, "code_invalid")
    assert answer(other, code_of(protected.secret)).status_code == 200


def test_one_code_for_many_sign_ins_at_once_opens_one(
    protected: Protected, at_once: Callable[[Any], list[Any]]
) -> None:
    challenges = [protected.challenge() for _ in range(4)]
    code = code_of(protected.secret)
    answers = at_once([lambda one=one: answer(one, code).status_code for one in challenges])
    assert sorted(answers) == [200, 403, 403, 403]


def test_one_recovery_code_for_many_sign_ins_at_once_opens_one(
    protected: Protected, at_once: Callable[[Any], list[Any]]
) -> None:
    challenges = [protected.challenge() for _ in range(4)]
    code = protected.recovery_codes[0].upper()
    answers = at_once([lambda one=one: answer(one, code).status_code for one in challenges])
    assert sorted(answers) == [200, 403, 403, 403]
    assert answer(protected.challenge(), protected.recovery_codes[1]).status_code == 200


def test_a_challenge_allows_few_tries(protected: Protected) -> None:
    challenge = protected.challenge()
    for _ in range(CHALLENGE_TRIES):
        assert answer(challenge, "000000").status_code == 403
    assert answer(challenge, code_of(protected.secret)).status_code == 403


def test_codes_of_a_clock_that_is_a_little_off_are_taken_and_of_one_far_off_not(
    protected: Protected,
) -> None:
    assert answer(protected.challenge(), code_of(protected.secret, steps=3)).status_code == 403
    assert answer(protected.challenge(), code_of(protected.secret, steps=-3)).status_code == 403
    assert answer(protected.challenge(), code_of(protected.secret, steps=1)).status_code == 200


def test_an_app_counts_once_a_first_code_is_confirmed(ada: Person) -> None:
    ada.client.post("/api/me/mfa/totp/")
    wrong = ada.client.post("/api/me/mfa/totp/confirm/", {"code": "000000"})
    assert refused(wrong) == (403, "code_invalid")
    assert post("/api/auth/login/", username="ada", password=PASSWORD).status_code == 200


def test_a_recovery_code_has_112_bits_or_more(ada: Person) -> None:
    for one in Protected(ada).recovery_codes:
        assert len(one.replace("-", "")) * math.log2(len(second_factor._LETTERS)) >= 112


def test_the_secret_is_stored_encrypted_and_survives_a_change_of_the_key(
    protected: Protected, settings: Any, now: Any
) -> None:
    stored = bytes(Totp.objects.get().secret)
    assert b32decode(protected.secret) not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough for all algorithms: " * 2
    assert answer(protected.challenge(), code_of(protected.secret)).status_code == 200
    assert answer(protected.challenge(), protected.recovery_codes[0]).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    now.shift(60)
    assert answer(protected.challenge(), code_of(protected.secret)).status_code == 200


def test_a_device_that_came_meanwhile_survives_a_change_of_the_key(settings: Any) -> None:
    first = post("/api/auth/device/", device_id=DEVICE).json()["user"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough for all algorithms: " * 2
    assert post("/api/auth/device/", device_id=DEVICE).json()["user"] == first
    settings.SECRET_KEY_FALLBACKS = []
    assert post("/api/auth/device/", device_id=DEVICE).json()["user"] == first


def test_who_resets_the_password_by_an_address_that_was_only_claimed_takes_all_ways_in_away(
    ada: Person,
) -> None:
    mails()
    ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    post("/api/auth/password/forgot/", email="ada@example.org")
    post("/api/auth/password/reset/", key=link_token(), password=NEW_PASSWORD)
    assert post("/api/auth/device/", device_id=DEVICE, create=False).status_code == 404


def test_sensitive_changes_need_a_fresh_second_factor(protected: Protected, now: Any) -> None:
    client = protected.who.client
    now.shift(PROOF_VALID_FOR)
    changes: list[Callable[[], Any]] = [
        lambda: client.post("/api/me/email/", {"email": "new@example.org", "password": PASSWORD}),
        lambda: client.post(
            "/api/me/password/", {"old_password": PASSWORD, "new_password": "another horse entirely"}
        ),
        lambda: client.delete("/api/me/mfa/totp/", {"password": PASSWORD}),
        lambda: client.delete("/api/me/", {"password": PASSWORD}),
        lambda: client.post("/api/me/links/device/", {"device_id": DEVICE}),
        lambda: client.post("/api/me/passkeys/begin/"),
        lambda: client.post("/api/me/mfa/recovery-codes/"),
    ]
    for change in changes:
        assert refused(change()) == (403, "proof_required")
    wrong = client.post("/api/me/proof/", {"password": PASSWORD})
    assert refused(wrong) == (403, "code_invalid")
    assert client.post("/api/me/proof/", {"code": code_of(protected.secret)}).status_code == 204
    assert client.delete("/api/me/mfa/totp/", {"password": "wrong horse"}).status_code == 403
    assert client.delete("/api/me/mfa/totp/", {"password": PASSWORD}).status_code == 204
    assert post("/api/auth/login/", username="ada", password=PASSWORD).status_code == 200


def test_adding_a_way_in_needs_the_password_again_after_a_while(ada: Person, now: Any) -> None:
    now.shift(PROOF_VALID_FOR)
    late = ada.client.post("/api/me/links/device/", {"device_id": DEVICE})
    assert (refused(late), late.json()["methods"]) == ((403, "proof_required"), ["password"])
    assert ada.client.post("/api/me/proof/", {"password": "wrong horse"}).status_code == 403
    assert ada.client.post("/api/me/proof/", {"password": PASSWORD}).status_code == 204
    assert ada.client.post("/api/me/links/device/", {"device_id": DEVICE}).status_code == 204


def test_another_device_is_signed_out_by_a_fresh_proof_and_the_own_one_at_any_time(
    ada: Person, now: Any
) -> None:
    assert post("/api/auth/login/", username="ada", password=PASSWORD).status_code == 200
    theirs, own = (row["id"] for row in ada.client.get("/api/me/sessions/").json()["results"])
    now.shift(PROOF_VALID_FOR)

    assert refused(ada.client.delete(f"/api/me/sessions/{theirs}/")) == (403, "proof_required")
    assert refused(ada.client.delete("/api/me/sessions/")) == (403, "proof_required")
    assert ada.client.post("/api/me/proof/", {"password": PASSWORD}).status_code == 204
    assert ada.client.delete(f"/api/me/sessions/{theirs}/").status_code == 204
    now.shift(PROOF_VALID_FOR)
    assert ada.client.delete(f"/api/me/sessions/{own}/").status_code == 204


def test_players_can_only_set_up_a_second_factor_while_they_need_one_and_have_none(
    ada: Person, guest: Person, settings: Any, now: Any
) -> None:
    settings.PLAYER_MFA = True

    assert refused(ada.client.get("/api/player/me/")) == (403, "mfa_setup_required")
    assert refused(ada.client.get("/api/users/profile/")) == (403, "mfa_setup_required")
    assert ada.client.get("/api/me/").json()["mfa"] is False
    assert guest.client.get("/api/player/me/").status_code == 200
    Protected(ada)
    assert ada.client.get("/api/player/me/").status_code == 200
    assert ada.client.get("/api/users/profile/").status_code == 200
    own_profile.invalidate(ada.id)
    assert ada.client.delete("/api/me/mfa/totp/", {"password": PASSWORD}).status_code == 204
    assert refused(ada.client.get("/api/player/me/")) == (403, "mfa_setup_required")


def test_operators_need_a_second_factor_for_the_admin(
    protected: Protected, bob: Person, settings: Any
) -> None:
    settings.STAFF_MFA = True
    User.objects.update(is_staff=True, is_superuser=True)

    def is_in(name: str, code: str = "") -> bool:
        door = Client()
        door.post("/admin/login/", {"username": name, "password": PASSWORD, "code": code})
        return door.get("/admin/").status_code == 200

    assert not is_in("bob")
    assert not is_in("ada")
    assert not is_in("ada", "000000")
    assert 'name="code"' in Client().get("/admin/login/").text
    assert is_in("ada", code_of(protected.secret))
    assert not is_in("ada", code_of(protected.secret))
    settings.STAFF_MFA = False
    assert is_in("bob")
    assert not is_in("ada")


def test_grants_and_rights_need_a_sign_in_of_the_last_minutes(
    protected: Protected, bob: Person, settings: Any, now: Any
) -> None:
    settings.STAFF_MFA = True
    User.objects.filter(pk=protected.who.id).update(is_staff=True, is_superuser=True)
    bob.client.get("/api/player/me")
    door = Client()

    def enter() -> None:
        body = {"username": "ada", "password": PASSWORD, "code": code_of(protected.secret)}
        assert door.post("/admin/login/", body).status_code == 302

    def give() -> Any:
        grant = {"give_xp": 0, "give_gold": 7, "give_gems": 0, "reason": "sorry", "key": str(uuid4())}
        inlines = dict.fromkeys(management, 0)
        return door.post(page, {**grant, **inlines})

    def gold() -> int:
        return int(bob.client.get("/api/player/me").json()["gold"])

    had = gold()
    enter()
    page = f"/admin/progression/player/{bob.id}/change/"
    management = re.findall(r'name="(\w+-(?:TOTAL|INITIAL)_FORMS)"', door.get(page).text)
    assert give().status_code == 302
    assert gold() == had + 7
    now.shift(601)
    asked = give()
    assert asked["Location"].startswith("/admin/login/?next=/admin/progression/player/")
    assert gold() == had + 7
    enter()
    give()
    assert gold() == had + 14


def test_an_erased_account_leaves_no_way_in(protected: Protected) -> None:
    protected.who.client.post("/api/me/links/device/", {"device_id": DEVICE})
    assert protected.who.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    assert not Totp.objects.exists()
    assert not SignIn.objects.exists()
    assert post("/api/auth/device/", device_id=DEVICE, create=False).status_code == 404


# -- Passkeys


def add_passkey(who: Person, authenticator: Authenticator, **extra: Any) -> Any:
    options = who.client.post("/api/me/passkeys/begin/").json()
    return who.client.post("/api/me/passkeys/finish/", {**authenticator.create(options), **extra})


def enter_by(authenticator: Authenticator, **how: Any) -> Any:
    options = post("/api/auth/passkey/begin/").json()
    return APIClient().post("/api/auth/passkey/finish/", authenticator.get(options, **how))


def test_a_passkey_signs_in_whole_and_is_taken_away(protected: Protected) -> None:
    ada = protected.who
    ada.client.post("/api/me/proof/", {"code": code_of(protected.secret)})
    key = Authenticator()
    assert add_passkey(ada, key, name="phone").json()["name"] == "phone"
    assert enter_by(key).json()["user"]["id"] == ada.id
    (row,) = ada.client.get("/api/me/passkeys/").json()
    assert row["last_used_at"] is not None
    assert ("passkey", None) in links(ada)
    login = post("/api/auth/login/", username="ada", password=PASSWORD).json()
    assert login["methods"] == ["totp", "recovery_code", "passkey"]
    assert ada.client.delete(f"/api/me/passkeys/{row['id']}/").status_code == 204
    assert refused(enter_by(key)) == (401, "invalid_credentials")


def test_a_guest_becomes_an_account_by_a_passkey(guest: Person) -> None:
    key = Authenticator()
    assert add_passkey(guest, key).status_code == 201
    assert not is_guest(guest)
    assert enter_by(key).json()["user"]["id"] == guest.id
    (row,) = guest.client.get("/api/me/passkeys/").json()
    assert refused(guest.client.delete(f"/api/me/passkeys/{row['id']}/")) == (409, "last_way_in")


@pytest.mark.parametrize(
    "how",
    [{"origin": "https://evil.example"}, {"is_verified": False}, {"domain": "evil.example"}, {"key": 1}],
)
def test_a_credential_of_another_site_or_key_or_without_the_users_consent_is_refused(
    ada: Person, how: dict[str, Any]
) -> None:
    key = Authenticator()
    add_passkey(ada, key)
    assert refused(enter_by(key, **how)) == (401, "invalid_credentials")
    assert enter_by(key).status_code == 200


def test_an_answer_to_a_challenge_counts_once_and_in_time(
    ada: Person, now: Any, at_once: Callable[[Any], list[Any]]
) -> None:
    key = Authenticator()
    add_passkey(ada, key)
    given = key.get(post("/api/auth/passkey/begin/").json())
    answers = at_once([lambda: APIClient().post("/api/auth/passkey/finish/", given).status_code] * 3)
    assert sorted(answers) == [200, 403, 403]
    late = key.get(post("/api/auth/passkey/begin/").json())
    now.shift(301)
    assert refused(APIClient().post("/api/auth/passkey/finish/", late)) == (403, "passkey_refused")


def test_a_challenge_for_one_user_adds_no_passkey_to_another(ada: Person, bob: Person) -> None:
    options = ada.client.post("/api/me/passkeys/begin/").json()
    stolen = bob.client.post("/api/me/passkeys/finish/", Authenticator().create(options))
    assert refused(stolen) == (403, "passkey_refused")


def test_a_passkey_that_was_copied_and_counts_backwards_is_refused(ada: Person) -> None:
    key = Authenticator()
    add_passkey(ada, key)
    key.count = 10
    assert enter_by(key).status_code == 200
    key.count = 3
    assert refused(enter_by(key)) == (401, "invalid_credentials")


@pytest.mark.parametrize(
    "body", [{}, {"response": 1}, {"response": {"clientDataJSON": "!"}}, {"id": {}, "response": {}}]
)
def test_what_is_no_credential_is_refused(ada: Person, body: Any) -> None:
    for client, path in (
        (APIClient(), "/api/auth/passkey/finish/"),
        (ada.client, "/api/me/passkeys/finish/"),
    ):
        assert refused(client.post(path, body)) == (403, "passkey_refused")
        challenge = post("/api/auth/passkey/begin/").json()["challenge"]
        data = Authenticator.client_data("webauthn.get", challenge, "http://testserver")
        half = {"id": "x", "rawId": "eA", "response": {"clientDataJSON": data}, "type": "public-key"}
        assert client.post(path, half).status_code in {401, 403}


def test_sessions_remember_when_the_user_was_proven(ada: Person) -> None:
    assert Session.objects.get(user=ada.id).proven_at is not None
    assert json.dumps(ada.client.get("/api/me/export/").json())
