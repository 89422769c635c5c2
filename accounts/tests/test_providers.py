"""Signing in by providers: a real OpenID Connect provider, and stand-ins for those on the internet."""

import hashlib
import json
import re
import secrets
import socket
import subprocess
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm
from rest_framework.test import APIClient

from accounts import oidc
from accounts.models import User
from accounts.tests.conftest import Person, person
from tests import node

pytestmark = pytest.mark.django_db(transaction=True)

BACK = "https://play.example.org/signed-in"
SECRET = "a secret of the client"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running provider."""
    port = free_port()
    script = Path(__file__).with_name("provider.mjs")
    with subprocess.Popen(
        [node.executable(), str(script), str(port), BACK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.kill()


@pytest.fixture(autouse=True)
def _providers(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "_documents", {})
    monkeypatch.setattr(oidc, "_failed_until", {})
    if "issuer" in request.fixturenames:
        acme = {"id": "acme", "client_id": "gameplatform", "client_secret": SECRET, "audiences": ()}
        settings.PROVIDERS = [{**acme, "issuer": request.getfixturevalue("issuer"), "scope": "openid email"}]


class SignedInThere:
    """A user who has signed in at the provider; ``code`` is what the provider sent back."""

    def __init__(self, issuer: str, name: str, *, client_id: str = "gameplatform") -> None:
        self.issuer, self.client_id = issuer, client_id
        self.verifier = secrets.token_urlsafe(48)
        self.nonce = secrets.token_urlsafe(12)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "client_id": client_id,
            "response_type": "code",
            "scope": "openid email profile",
            "redirect_uri": BACK,
            "nonce": self.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        with httpx.Client(base_url=issuer) as browser:
            answer = browser.get("/auth", params=asked)
            while not (to := answer.headers.get("location", "")).startswith(BACK):
                if to:
                    answer = browser.get(to)
                    continue
                (form,) = re.findall(r'<form[^>]*action="([^"]+)"', answer.text)
                (prompt,) = re.findall(r'name="prompt" value="(\w+)"', answer.text)
                answer = browser.post(form, data={"prompt": prompt, "login": name, "password": "any"})
        (self.code,) = parse_qs(urlsplit(to).query)["code"]

    def id_token(self) -> str:
        """Exchange the code, as a native client does itself."""
        body = {
            "grant_type": "authorization_code",
            "code": self.code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
            "client_id": self.client_id,
            "client_secret": SECRET,
        }
        return str(httpx.post(f"{self.issuer}/token", data=body).json()["id_token"])

    def by_code(self, **change: Any) -> dict[str, Any]:
        return {"code": self.code, "redirect_uri": BACK, "code_verifier": self.verifier, **change}


def enter(body: dict[str, Any], provider: str = "acme") -> Any:
    return APIClient().post(f"/api/auth/provider/{provider}/", body)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


REFUSED = (401, "provider_refused")


def test_the_providers_say_where_their_sign_in_is(issuer: str) -> None:
    (shown,) = APIClient().get("/api/auth/providers/").json()
    assert shown["client_id"] == "gameplatform"
    assert shown["authorize_url"] == f"{issuer}/auth"
    assert "secret" not in json.dumps(shown)


def test_a_code_with_its_verifier_makes_an_account_and_comes_back_to_it(issuer: str) -> None:
    first = enter(SignedInThere(issuer, "zoe_1").by_code())
    again = enter(SignedInThere(issuer, "zoe_1").by_code())
    assert first.status_code == 200, first.content
    assert first.json()["user"]["username"] == "zoe_1"
    assert first.json()["user"] == again.json()["user"]
    zoe = person(first.json())
    assert zoe.client.get("/api/me/").json()["email_verified"] is True
    assert zoe.client.get("/api/me/").json()["is_guest"] is False
    kinds = [(one["kind"], one["provider"]) for one in zoe.client.get("/api/me/links/").json()]
    assert sorted(kinds) == [("email", None), ("provider", "acme")]


def test_a_code_counts_once_and_with_its_verifier_alone(issuer: str) -> None:
    there = SignedInThere(issuer, "zoe")
    assert refused(enter(there.by_code(code_verifier="w" * 50))) == REFUSED
    there = SignedInThere(issuer, "zoe")
    assert enter(there.by_code()).status_code == 200
    assert refused(enter(there.by_code())) == REFUSED


def test_a_token_handed_over_counts_once_and_with_its_nonce_alone(issuer: str) -> None:
    there = SignedInThere(issuer, "zoe")
    token = there.id_token()
    assert refused(enter({"id_token": token})) == REFUSED
    assert refused(enter({"id_token": token, "nonce": "another"})) == REFUSED
    signed_in = enter({"id_token": token, "nonce": there.nonce})
    assert signed_in.json()["user"]["username"] == "zoe"
    assert refused(enter({"id_token": token, "nonce": there.nonce})) == REFUSED


def test_one_token_handed_over_many_times_at_once_signs_in_once(
    issuer: str, at_once: Callable[[Any], list[Any]]
) -> None:
    there = SignedInThere(issuer, "zoe")
    body = {"id_token": there.id_token(), "nonce": there.nonce}
    answers = at_once([lambda: enter(body).status_code] * 4)
    assert sorted(answers) == [200, 401, 401, 401]
    assert User.objects.count() == 1


def test_a_token_for_another_service_is_refused(issuer: str) -> None:
    there = SignedInThere(issuer, "zoe", client_id="another-service")
    assert refused(enter({"id_token": there.id_token(), "nonce": there.nonce})) == REFUSED


def test_a_token_that_is_forged_or_unsigned_is_refused(issuer: str) -> None:
    there = SignedInThere(issuer, "zoe")
    token = there.id_token()
    claims = jwt.decode(token, options={"verify_signature": False})
    head, payload, signature = token.split(".")
    others = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    altered = {**claims, "sub": "ada"}
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    forged = [
        jwt.encode(altered, others, "RS256", headers={"kid": "tests"}),
        jwt.encode(altered, others, "RS256", headers={"kid": "unknown"}),
        jwt.encode(altered, "", "none"),
        jwt.encode(altered, "public key as a secret, as long as needed", "HS256", headers={"kid": "tests"}),
        f"{head}.{payload}.{flipped}",
        f"{head}.{payload}.",
        "x.y.z",
        "",
    ]
    for one in forged:
        assert refused(enter({"id_token": one, "nonce": there.nonce})) == REFUSED
    assert enter({"id_token": token, "nonce": there.nonce}).status_code == 200


def test_a_token_that_has_expired_is_refused(issuer: str) -> None:
    there = SignedInThere(issuer, "zoe")
    token = there.id_token()
    with time_machine.travel(timezone.now()) as now:
        now.shift(24 * 3600)
        assert refused(enter({"id_token": token, "nonce": there.nonce})) == REFUSED


def test_a_token_of_another_issuer_with_the_same_keys_is_refused(issuer: str, settings: Any) -> None:
    there = SignedInThere(issuer, "zoe")
    token = there.id_token()
    settings.PROVIDERS = [{**settings.PROVIDERS[0], "issuer": issuer.replace("127.0.0.1", "localhost")}]
    assert enter({"id_token": token, "nonce": there.nonce}).status_code in {401, 503}


def test_an_address_that_somebody_has_here_is_not_taken_over(
    issuer: str, register: Callable[..., Person]
) -> None:
    ada = register("ada")
    there = person(enter(SignedInThere(issuer, "ada").by_code()).json())
    assert there.id != ada.id
    assert there.user["email"] == ""
    unverified = person(enter(SignedInThere(issuer, "unverified_1").by_code()).json())
    assert unverified.user["email"] == ""


def test_an_account_is_linked_by_its_owner_and_found_by_the_provider(
    issuer: str, register: Callable[..., Person], guest: Person
) -> None:
    ada = register("ada")
    assert ada.client.post("/api/me/links/acme/", SignedInThere(issuer, "a1").by_code()).status_code == 204
    assert enter(SignedInThere(issuer, "a1").by_code()).json()["user"]["id"] == ada.id
    taken = guest.client.post("/api/me/links/acme/", SignedInThere(issuer, "a1").by_code())
    assert refused(taken) == (409, "linked_elsewhere")
    second = ada.client.post("/api/me/links/acme/", SignedInThere(issuer, "a2").by_code())
    assert refused(second) == (409, "already_linked")
    assert guest.client.post("/api/me/links/acme/", SignedInThere(issuer, "g").by_code()).status_code == 204
    assert guest.client.get("/api/me/links/").json()[0]["provider"] == "acme"
    entered = enter(SignedInThere(issuer, "g").by_code()).json()["user"]
    assert (entered["id"], entered["is_guest"]) == (guest.id, False)
    assert refused(guest.client.delete("/api/me/links/acme/")) == (409, "last_way_in")
    assert ada.client.delete("/api/me/links/acme/").status_code == 204
    assert ada.client.post("/api/me/links/acme/", {"id_token": "forged"}).status_code == 401


def test_a_provider_that_is_unknown_or_away_is_said_to_be(settings: Any) -> None:
    assert refused(enter({"id_token": "x"}, "nobody")) == (404, "not_found")
    away = {"id": "away", "client_id": "x", "issuer": f"http://127.0.0.1:{free_port()}", "audiences": ()}
    settings.PROVIDERS = [away]
    assert refused(enter({"id_token": "x"}, "away")) == (503, "provider_unavailable")
    assert APIClient().get("/api/auth/providers/").json()[0]["authorize_url"] == ""
    assert refused(enter({}, "away")) == (422, "invalid")


APPLES_KEY = ec.generate_private_key(ec.SECP256R1())
KEY_OF_PROVIDERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TICKET = "0f" * 40


class TheirServer(ThreadingHTTPServer):
    """A server of :class:`Others`."""

    is_verified = True
    """Whether Discord has verified the user's address."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Others(BaseHTTPRequestHandler):
    """The servers of Google, Apple, Discord, GitHub and Steam, as their documentation describes them."""

    server: TheirServer

    def do_POST(self) -> None:
        body = {
            name: value
            for name, (value,) in parse_qs(
                self.rfile.read(int(self.headers["Content-Length"])).decode()
            ).items()
        }
        if self.path == "/openid":
            good = body["openid.mode"] == "check_authentication" and body["openid.sig"] == "right"
            self._answer(f"ns:http://specs.openid.net/auth/2.0\nis_valid:{str(good).lower()}\n")
        elif self.path == "/apple/token":
            self._apple(body)
        elif self.path == "/discord/token":
            # Discord answers 400, and takes forms only.
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            good = body["code"] == "right" and body["grant_type"] == "authorization_code"
            self._answer(
                {"access_token": "of zoe"} if good else {"error": "invalid_grant"}, 200 if good else 400
            )
        elif body["code"] == "right" and body["client_secret"] == SECRET:
            self._answer({"access_token": "of zoe", "token_type": "bearer"})
        else:
            # GitHub answers 200.
            self._answer({"error": "bad_verification_code"})

    def _apple(self, body: dict[str, str]) -> None:
        signed = body["client_secret"]
        head = jwt.get_unverified_header(signed)
        claims = jwt.decode(signed, APPLES_KEY.public_key(), ["ES256"], audience=self._issuer("apple"))
        assert (head["alg"], head["kid"]) == ("ES256", "key-of-team")
        assert (claims["iss"], claims["sub"]) == ("team", body["client_id"])
        assert 0 < claims["exp"] - claims["iat"] < 15_777_000
        if body["code"] != "right":
            self._answer({"error": "invalid_grant"}, 400)
            return
        token = self._token("apple", "com.example.game", email="zoe@example.org", email_verified="true")
        self._answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _issuer(self, name: str) -> str:
        return f"{self.server.url}/{name}"

    def _token(self, name: str, client_id: str, **claims: Any) -> str:
        now = int(timezone.now().timestamp())
        whole = {"iss": self._issuer(name), "sub": "001.zoe", "aud": client_id, "iat": now, "exp": now + 600}
        return jwt.encode({**whole, **claims}, KEY_OF_PROVIDERS, "RS256", headers={"kid": "theirs"})

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        name = path.path.split("/")[1]
        if path.path.endswith("/.well-known/openid-configuration"):
            issuer = self._issuer(name)
            self._answer(
                {"issuer": issuer, "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys"}
            )
        elif path.path.endswith("/keys"):
            public = RSAAlgorithm.to_jwk(KEY_OF_PROVIDERS.public_key(), as_dict=True)
            self._answer({"keys": [{**public, "kid": "theirs", "alg": "RS256", "use": "sig"}]})
        elif path.path == "/google/native":
            asked = dict(parse_qsl(path.query))
            self._answer(self._token("google", "app-of-google", **asked))
        elif path.path == "/steam/ticket":
            asked = dict(parse_qsl(path.query))
            good = asked == {"key": SECRET, "appid": "480", "ticket": TICKET, "identity": "gameplatform"}
            found = {"result": "OK", "steamid": "76561198000000001", "ownersteamid": "76561198000000001"}
            error = {"error": {"errorcode": 101, "errordesc": "Invalid ticket"}}
            self._answer({"response": {"params": {**found, "publisherbanned": False}} if good else error})
        elif self.headers["Authorization"] != "Bearer of zoe":
            self._answer({"message": "401: Unauthorized"}, 401)
        elif path.path == "/discord/user":
            self._answer(
                {
                    "id": "80351110224678912",
                    "username": "zoe-of-discord",
                    "global_name": "Zoe",
                    "email": "zoe@example.org",
                    "verified": self.server.is_verified,
                }
            )
        else:
            self._answer({"id": 4711, "login": "zoe-of-github"})

    def _answer(self, answer: Any, status: int = 200) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[TheirServer]:
    with TheirServer(("127.0.0.1", 0), Others) as server:
        url = server.url
        ours = {"client_id": "gameplatform", "client_secret": SECRET, "audiences": ()}
        pem = APPLES_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        apple = {"team_id": "team", "key_id": "key-of-team", "private_key": pem}
        settings.PROVIDERS = [
            {"id": "github", **ours, "token_url": f"{url}/token", "profile_url": f"{url}/user"},
            {
                "id": "discord",
                **ours,
                "token_url": f"{url}/discord/token",
                "profile_url": f"{url}/discord/user",
            },
            {"id": "google", **ours, "issuer": f"{url}/google", "audiences": ("app-of-google",)},
            {"id": "apple", "client_id": "com.example.game", **apple, "issuer": f"{url}/apple"},
            {
                "id": "steam",
                "client_id": "480",
                "client_secret": SECRET,
                "authorize_url": f"{url}/openid",
                "ticket_url": f"{url}/steam/ticket",
            },
        ]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def others(server: TheirServer) -> str:
    return server.url


def test_apple_gets_a_secret_that_is_signed_with_the_teams_key(others: str) -> None:
    proof = {"code": "right", "redirect_uri": BACK, "code_verifier": "v" * 43}
    first = enter(proof, "apple")
    assert first.status_code == 200, first.content
    assert first.json()["user"]["email"] == "zoe@example.org"
    assert enter(proof, "apple").json()["user"] == first.json()["user"]
    assert refused(enter({**proof, "code": "wrong"}, "apple")) == REFUSED


def test_apple_sends_the_user_back_by_a_form(others: str) -> None:
    shown = {one["id"]: one["response_mode"] for one in APIClient().get("/api/auth/providers/").json()}
    assert shown == {"github": "", "discord": "", "google": "", "apple": "form_post", "steam": ""}
    sent = {"code": "c&d", "state": "s", "user": '{"name": {}}', "id_token": "x"}
    back = Client(enforce_csrf_checks=True).post("/signed-in", sent)
    assert (back.status_code, back["Location"]) == (303, "/signed-in?code=c%26d&state=s")


@pytest.mark.parametrize("issuer_of_token", ["https", "short"])
def test_googles_apps_hand_over_tokens_of_either_issuer(others: str, issuer_of_token: str) -> None:
    claims = {
        "nonce": "n",
        "iss": "accounts.google.com" if issuer_of_token == "short" else f"{others}/google",
    }
    token = httpx.get(f"{others}/google/native", params=claims).text
    assert enter({"id_token": token, "nonce": "n"}, "google").status_code == 200
    foreign = httpx.get(f"{others}/google/native", params={"nonce": "n", "iss": "evil.example"}).text
    assert refused(enter({"id_token": foreign, "nonce": "n"}, "google")) == REFUSED


@pytest.mark.parametrize("is_verified", [True, False])
def test_discords_address_counts_once_discord_has_verified_it(
    server: TheirServer, others: str, is_verified: bool
) -> None:
    server.is_verified = is_verified
    proof = {"code": "right", "redirect_uri": BACK, "code_verifier": "v" * 43}
    there = enter(proof, "discord").json()["user"]
    assert there["username"] == "zoe-of-discord"
    assert there["email"] == ("zoe@example.org" if is_verified else "")
    assert refused(enter({**proof, "code": "wrong"}, "discord")) == REFUSED


def test_a_ticket_of_steams_native_client_counts_once_and_for_this_service(others: str) -> None:
    assert refused(enter({"code": "ab" * 40}, "steam")) == REFUSED
    assert enter({"code": TICKET}, "steam").status_code == 200
    assert refused(enter({"code": TICKET}, "steam")) == REFUSED


def test_a_provider_without_openid_connect_is_asked_for_the_profile(others: str) -> None:
    proof = {"code": "right", "redirect_uri": BACK, "code_verifier": "v" * 43}
    first, again = enter(proof, "github").json(), enter(proof, "github").json()
    assert first["user"] == again["user"]
    assert first["user"]["username"] == "zoe-of-github"
    assert refused(enter({**proof, "code": "wrong"}, "github")) == REFUSED
    assert refused(enter({"id_token": "x"}, "github")) == REFUSED


def test_steam_vouches_for_what_it_signed_for_this_page(others: str) -> None:
    def query(**change: str) -> str:
        fields = {
            "openid.ns": "http://specs.openid.net/auth/2.0",
            "openid.mode": "id_res",
            "openid.op_endpoint": f"{others}/openid",
            "openid.claimed_id": "https://steamcommunity.com/openid/id/76561198000000001",
            "openid.identity": "https://steamcommunity.com/openid/id/76561198000000001",
            "openid.return_to": BACK,
            "openid.response_nonce": "2026-01-01T00:00:00Zx",
            "openid.signed": "signed,op_endpoint,claimed_id,identity,return_to,response_nonce",
            "openid.sig": "right",
        }
        return urlencode({**fields, **change})

    def by(code: str) -> Any:
        return enter({"code": code, "redirect_uri": BACK}, "steam")

    first = by(query())
    assert first.status_code == 200
    assert by(query()).json()["user"] == first.json()["user"]
    for change in (
        {"openid.sig": "wrong"},
        {"openid.claimed_id": "https://evil.example/openid/id/76561198000000001"},
        {"openid.return_to": "https://evil.example/"},
        {"openid.op_endpoint": "https://evil.example/"},
        {"openid.signed": "signed,op_endpoint"},
    ):
        assert refused(by(query(**change))) == REFUSED
