"""Providers and the site of passkeys, as the settings have them, for the routes."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import oidc, shapes, steam
from accounts.models import Challenge
from accounts.passkeys import Site
from accounts.refusals import ProviderRefused
from core.refusals import Invalid, NotFound


def shown() -> list[shapes.Provider]:
    """Return the configured providers."""
    return [
        shapes.Provider(
            id=one.id,
            name=one.name,
            client_id=one.client_id,
            authorize_url=oidc.authorize_url(one),
            scope=one.scope,
            response_mode=one.response_mode,
        )
        for one in oidc.providers().values()
    ]


def identify(provider_id: str, proof: shapes.ProviderProof) -> oidc.Identity:
    """Return the user for whom the provider vouches.

    Raises ``NotFound``, ``Invalid``, ``ProviderRefused`` or ``ProviderUnavailable``.
    """
    provider = oidc.providers().get(provider_id)
    if provider is None:
        raise NotFound("This server knows no such provider.")
    if proof.id_token is not None:
        found = oidc.by_id_token(provider, proof.id_token, nonce=proof.nonce)
        _use_once(found)
        return found
    if proof.code is None:
        raise Invalid("Send an id_token or a code.", details={"id_token": ["This is needed."]})
    if provider.kind == "steam":
        found = steam.identify(provider, proof.code, redirect_uri=proof.redirect_uri)
        if found.token_digest:
            _use_once(found)
        return found
    return oidc.by_code(
        provider, proof.code, redirect_uri=proof.redirect_uri, code_verifier=proof.code_verifier
    )


def _use_once(found: oidc.Identity) -> None:
    # The row is deleted once the token itself has expired.
    expires_at = datetime.fromtimestamp(found.expires_at + 2 * oidc.LEEWAY_S, UTC)
    try:
        with transaction.atomic():
            Challenge.objects.create(
                purpose=Challenge.Purpose.ID_TOKEN,
                digest=found.token_digest,
                expires_at=expires_at,
            )
    except IntegrityError:
        raise ProviderRefused("This token was used before.") from None


def site(request: HttpRequest) -> Site:
    """Return the site whose passkeys count here. The host of a request is one of ``ALLOWED_HOSTS``."""
    here = f"{request.scheme}://{request.get_host()}"
    domain = settings.PASSKEY_DOMAIN or urlsplit(here).hostname or ""
    return Site(domain, (settings.SITE_URL, here, *settings.PASSKEY_ORIGINS))
