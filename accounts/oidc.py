"""Providers that vouch for users: OpenID Connect, and OAuth 2.0 with a profile.

Everything that a provider or a client sends is verified here; nothing is stored.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
from django.conf import settings

from accounts.refusals import ProviderRefused, ProviderUnavailable

TIMEOUT_S = 5.0
MAX_BODY = 1 << 20
DOCUMENT_TTL_S = 3600
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY_S = 60
SECRET_VALID_FOR_S = 300


@dataclass(frozen=True)
class Provider:
    """A provider, as the settings describe it."""

    id: str
    name: str
    kind: str
    """``oidc``, ``oauth2`` or ``steam``."""
    client_id: str
    client_secret: str = ""
    issuer: str = ""
    authorize_url: str = ""
    token_url: str = ""
    profile_url: str = ""
    scope: str = "openid email"
    response_mode: str = ""
    """``form_post`` if the provider sends the user back by a form."""
    other_issuers: tuple[str, ...] = ()
    """Further values of ``iss`` in its tokens."""
    team_id: str = ""
    key_id: str = ""
    private_key: str = ""
    """Of Apple, which takes a token signed by this key (PEM) as the secret."""
    ticket_url: str = ""
    """Where Steam verifies the tickets of its native clients."""
    audiences: tuple[str, ...] = ()
    """Further client ids whose tokens are accepted, such as those of native apps."""


@dataclass(frozen=True)
class Identity:
    """The user for whom a provider vouches. ``email`` is empty unless the provider has verified it."""

    subject: str
    name: str = ""
    email: str = ""
    token_digest: str = ""
    """Of an id_token that a client handed over, which counts once."""
    expires_at: int = 0


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "google": {
        "name": "Google",
        "kind": "oidc",
        "issuer": "https://accounts.google.com",
        "other_issuers": ("accounts.google.com",),
    },
    "apple": {
        "name": "Apple",
        "kind": "oidc",
        "issuer": "https://appleid.apple.com",
        "scope": "openid name email",
        "response_mode": "form_post",
    },
    "discord": {
        "name": "Discord",
        "kind": "oauth2",
        "authorize_url": "https://discord.com/oauth2/authorize",
        "token_url": "https://discord.com/api/oauth2/token",
        "profile_url": "https://discord.com/api/users/@me",
        "scope": "identify email",
    },
    "github": {
        "name": "GitHub",
        "kind": "oauth2",
        "authorize_url": "https://github.com/login/oauth/authorize",
        "token_url": "https://github.com/login/oauth/access_token",
        "profile_url": "https://api.github.com/user",
        "scope": "read:user",
    },
    "steam": {
        "name": "Steam",
        "kind": "steam",
        "authorize_url": "https://steamcommunity.com/openid/login",
        "ticket_url": "https://partner.steam-api.com/ISteamUserAuth/AuthenticateUserTicket/v1/",
    },
}


def providers() -> Mapping[str, Provider]:
    """Return the configured providers by id."""
    return {one["id"]: _provider(tuple(sorted(one.items()))) for one in settings.PROVIDERS}


@lru_cache(32)
def _provider(fields: tuple[tuple[str, Any], ...]) -> Provider:
    given = dict(fields)
    return Provider(**{"kind": "oidc", "name": given["id"].title(), **PRESETS.get(given["id"], {}), **given})


def authorize_url(provider: Provider) -> str:
    """Return the address of the provider's sign-in page; empty while the provider cannot be reached."""
    if provider.kind != "oidc":
        return provider.authorize_url
    try:
        return str(_document(provider)["authorization_endpoint"])
    except (ProviderUnavailable, KeyError):
        return ""


def by_id_token(provider: Provider, token: str, *, nonce: str | None) -> Identity:
    """Verify an id_token: signature, issuer, audience, times and nonce.

    Raises ``ProviderRefused`` or ``ProviderUnavailable``.
    """
    if provider.kind != "oidc":
        raise ProviderRefused(f"{provider.name} gives no id_token; send a code.")
    claims = _verified(provider, token)
    expected = {nonce, sha256(nonce.encode()).hexdigest()} if nonce is not None else {None}
    # Apple's and Google's libraries for native apps may be given the nonce or its digest.
    if claims.get("nonce") not in expected:
        raise ProviderRefused("The token was issued for another nonce.")
    return _identity_of(claims, sha256(token.encode()).hexdigest())


def by_code(provider: Provider, code: str, *, redirect_uri: str, code_verifier: str) -> Identity:
    """Exchange an authorisation code (with PKCE), and verify what comes for it.

    Raises ``ProviderRefused`` or ``ProviderUnavailable``.
    """
    endpoint = provider.token_url or str(_document(provider).get("token_endpoint", ""))
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
        "client_id": provider.client_id,
    }
    if secret := _secret(provider):
        body["client_secret"] = secret
    answer = fetch_json(endpoint, body=body)
    if provider.kind == "oidc":
        return _identity_of(_verified(provider, str(answer.get("id_token", ""))), "")
    profile = fetch_json(provider.profile_url, bearer=str(answer.get("access_token", "")))
    if not profile.get("id"):
        raise ProviderRefused(f"{provider.name} did not say who this is.")
    return Identity(
        subject=str(profile["id"]),
        name=str(profile.get("username") or profile.get("login") or ""),
        email=str(profile.get("email") or "") if profile.get("verified") is True else "",
    )


def _secret(provider: Provider) -> str:
    """Return the client's secret; Apple's is a token that is signed for each use."""
    if not provider.private_key:
        return provider.client_secret
    now = int(time.time())
    claims = {
        "iss": provider.team_id,
        "iat": now,
        "exp": now + SECRET_VALID_FOR_S,
        "aud": provider.issuer,
        "sub": provider.client_id,
    }
    return jwt.encode(claims, provider.private_key, "ES256", headers={"kid": provider.key_id})


def _identity_of(claims: Mapping[str, Any], token_digest: str) -> Identity:
    # Apple sends the text "true".
    is_verified = claims.get("email_verified") in (True, "true")
    return Identity(
        subject=str(claims["sub"])[:255],
        name=str(claims.get("preferred_username") or claims.get("name") or ""),
        email=str(claims.get("email") or "") if is_verified else "",
        token_digest=token_digest,
        expires_at=int(claims["exp"]),
    )


def _verified(provider: Provider, token: str) -> dict[str, Any]:
    audiences = [provider.client_id, *provider.audiences]
    try:
        key = _key(provider, token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=audiences,
            issuer=[provider.issuer, *provider.other_issuers],
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise ProviderUnavailable(f"{provider.name} cannot be reached.") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise ProviderRefused("The token is not valid.") from None
    # With several audiences the token is for the party that requested it (OpenID Connect Core, 3.1.3.7).
    if claims.get("azp", audiences[0]) not in audiences:
        raise ProviderRefused("The token is for somebody else.")
    return claims


def _key(provider: Provider, token: str) -> Any:
    return _keys(str(_document(provider)["jwks_uri"])).get_signing_key_from_jwt(token).key


@lru_cache(32)
def _keys(uri: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(_checked(uri), cache_jwk_set=True, lifespan=DOCUMENT_TTL_S, timeout=TIMEOUT_S)


FAILED_FOR_S = 30.0

_documents: dict[str, dict[str, Any]] = {}
_failed_until: dict[str, float] = {}


def _document(provider: Provider) -> dict[str, Any]:
    """Return the provider's discovery document, fetched once; after a failure, not at once again."""
    found = _documents.get(provider.issuer)
    if found is None:
        if time.monotonic() < _failed_until.get(provider.issuer, 0):
            raise ProviderUnavailable(f"{provider.name} cannot be reached.")
        try:
            found = fetch_json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        except ProviderUnavailable:
            _failed_until[provider.issuer] = time.monotonic() + FAILED_FOR_S
            raise
        if found.get("issuer") != provider.issuer:
            raise ProviderRefused(f"{provider.name} says that it is another issuer.")
        _documents[provider.issuer] = found
    return found


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def fetch_json(url: str, *, body: Mapping[str, str] | None = None, bearer: str = "") -> dict[str, Any]:
    """Return the JSON object at an address. Raises ``ProviderRefused`` or ``ProviderUnavailable``."""
    try:
        answer = json.loads(fetch(url, body=body, bearer=bearer))
    except ValueError:
        raise ProviderUnavailable("The provider's answer is no JSON.") from None
    if not isinstance(answer, dict):
        raise ProviderUnavailable("The provider's answer is no object.")
    return answer


def fetch(url: str, *, body: Mapping[str, str] | None = None, bearer: str = "") -> bytes:
    """Return what a provider answers. Raises ``ProviderRefused`` or ``ProviderUnavailable``."""
    request = Request(_checked(url), data=urlencode(body).encode() if body is not None else None)
    request.add_header("Accept", "application/json")
    request.add_header("User-Agent", settings.PRODUCT)
    if bearer:
        request.add_header("Authorization", f"Bearer {bearer}")
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as response:
            return bytes(response.read(MAX_BODY))
    except HTTPError as error:
        if error.code < 500:
            raise ProviderRefused("The provider refused this sign-in.") from None
        raise ProviderUnavailable("The provider has a problem.") from None
    except (URLError, OSError):
        raise ProviderUnavailable("The provider cannot be reached.") from None


def _checked(url: str) -> str:
    # Addresses come from the settings and the providers' documents; in development a provider may run here.
    parts = urlsplit(url)
    if parts.scheme != "https" and not (settings.DEBUG or parts.hostname in {"127.0.0.1", "localhost"}):
        raise ProviderUnavailable("The provider is not reached by https.")
    return url
