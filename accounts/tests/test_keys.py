"""The keys of tokens: rotation signs nobody out, and only our keys are accepted."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Session, User
from accounts.tests.conftest import Person, client_with
from core.checks import refuse_dangerous_settings

pytestmark = pytest.mark.django_db

OLD = "an old key, long enough for all algorithms: " * 2
NEW = "a new key, long enough for all algorithms: " * 2


def restart(settings: Any, key: str, *fallbacks: Any) -> None:
    """Start with these keys and an empty token cache, as a new worker does."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, list(fallbacks)
    tokens._verified_cached.cache_clear()


@pytest.fixture(params=["HS256", "HS512", "EdDSA"])
def old_guest(request: pytest.FixtureRequest, settings: Settings, register: Callable[..., Person]) -> Any:
    """A guest signed in under the old key."""
    settings.SIMPLE_JWT = {**settings.SIMPLE_JWT, "ALGORITHM": request.param}
    restart(settings, OLD)
    return APIClient().post("/api/auth/guest").json()


def renewed(body: Any) -> Any:
    return APIClient().post("/api/token/refresh", {"refresh": body["refresh"]})


def test_a_guest_outlives_the_change_of_the_key_and_gets_tokens_of_the_new_one(
    settings: Settings, old_guest: Any
) -> None:
    restart(settings, NEW, OLD)

    assert client_with(old_guest["access"]).get("/api/me").status_code == 200
    fresh = renewed(old_guest).json()
    restart(settings, NEW)
    assert client_with(fresh["access"]).get("/api/me").status_code == 200
    assert renewed(fresh).status_code == 200


def test_a_key_that_is_gone_signs_everybody_out(settings: Settings, old_guest: Any) -> None:
    restart(settings, NEW)

    assert client_with(old_guest["access"]).get("/api/me").json()["code"] == "token_invalid"
    assert renewed(old_guest).json()["code"] == "token_invalid"


def test_workers_with_different_keys_accept_each_others_tokens_while_each_knows_both(
    settings: Settings, old_guest: Any
) -> None:
    restart(settings, NEW, OLD)
    fresh = renewed(old_guest).json()
    restart(settings, OLD, NEW)

    assert client_with(fresh["access"]).get("/api/me").status_code == 200
    assert renewed(fresh).status_code == 200


def test_a_token_names_its_key_and_is_checked_by_no_other(settings: Settings, old_guest: Any) -> None:
    restart(settings, NEW, OLD)
    new = renewed(old_guest).json()["access"]
    names = [jwt.get_unverified_header(token)["kid"] for token in (old_guest["access"], new)]
    claims = jwt.decode(old_guest["access"], options={"verify_signature": False})
    algorithm = jwt.get_unverified_header(new)["alg"]

    assert len(set(names)) == 2
    algorithm = "HS256" if algorithm == "EdDSA" else algorithm
    for kid, key in ((names[0], NEW), (names[1], OLD), ("another", NEW)):
        forged = jwt.encode(claims, key, algorithm, {"kid": kid})
        assert client_with(forged).get("/api/me").status_code == 401


def test_other_services_check_tokens_by_the_public_keys(settings: Settings, tmp_path: Any) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings.SIGNING_KEYS = [pem]
    for algorithm in ("EdDSA", "RS256"):
        settings.SIMPLE_JWT = {**settings.SIMPLE_JWT, "ALGORITHM": algorithm}
        restart(settings, NEW, OLD)
        guest = APIClient().post("/api/auth/guest").json()
        published = Client().get("/.well-known/jwks.json").json()
        assert "d" not in {name for key in published["keys"] for name in key}
        kid = jwt.get_unverified_header(guest["access"])["kid"]
        key = jwt.PyJWKSet.from_dict(published)[kid]
        claims = jwt.decode(guest["access"], key.key, algorithms=[algorithm], audience="gameplatform")
        assert claims["sub"] == str(guest["user"]["id"])
        assert client_with(guest["access"]).get("/api/me").status_code == 200
        assert renewed(guest).status_code == 200
        confused = jwt.encode(claims, NEW, "HS256", {"kid": kid})
        assert client_with(confused).get("/api/me").status_code == 401


def test_with_a_secret_there_is_no_public_key(settings: Settings) -> None:
    assert Client().get("/.well-known/jwks.json").json() == {"keys": []}


def test_who_was_signed_in_before_tokens_had_public_keys_stays_so(settings: Settings, guest: Person) -> None:
    settings.SIMPLE_JWT = {**settings.SIMPLE_JWT, "ALGORITHM": "EdDSA"}
    tokens._verified_cached.cache_clear()
    assert guest.client.get("/api/me").status_code == 200
    assert renewed({"refresh": guest.refresh}).status_code == 200


def test_tokens_of_before_keys_had_names_are_still_good(settings: Settings, old_guest: Any) -> None:
    if settings.SIMPLE_JWT["ALGORITHM"] == "EdDSA":
        pytest.skip("There were no such tokens.")
    claims = jwt.decode(old_guest["access"], options={"verify_signature": False})
    del claims["iss"], claims["aud"]
    algorithm = jwt.get_unverified_header(old_guest["access"])["alg"]
    restart(settings, NEW, OLD)

    assert client_with(jwt.encode(claims, OLD, algorithm)).get("/api/me").status_code == 200
    assert client_with(jwt.encode(claims, "x" * 64, algorithm)).get("/api/me").status_code == 401


def test_an_operator_stays_in_the_admin_when_the_key_changes(
    settings: Settings, register: Callable[..., Person]
) -> None:
    restart(settings, OLD)
    operator = User.objects.create_superuser("boss", password="correct horse battery")
    browser = Client()
    browser.force_login(operator)
    restart(settings, NEW, OLD)

    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("key", ["x" * 31, "insecure"])
def test_production_takes_no_weak_key_for_a_fallback(settings: Settings, key: str) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.INSECURE_SECRET_KEY if key == "insecure" else key]

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
        refuse_dangerous_settings()


def test_who_was_signed_in_when_a_backup_was_made_is_signed_in_when_it_is_restored(
    register: Callable[..., Person], guest: Person, ada: Person
) -> None:
    session = Session.objects.get(user=guest.id)
    backup = {"refresh_id": session.refresh_id, "last_seen": session.last_seen - timedelta(days=2)}
    since = renewed({"refresh": guest.refresh}).json()
    later = register("later")
    User.objects.filter(pk=later.id).delete()
    Session.objects.filter(pk=session.pk).update(**backup, previous_refresh_id=None, rotated_at=None)

    call_command("after_restore", stdout=io.StringIO())

    assert renewed(since).status_code == 200
    stranger = register("stranger")
    assert stranger.client.get("/api/me").status_code == 200
    assert Session.objects.get(user=stranger.id).pk > 1_000_000
    assert later.client.get("/api/me").status_code == 401
