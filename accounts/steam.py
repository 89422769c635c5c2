"""Steam: OpenID 2.0 on the web, and tickets of native clients."""

import re
import time
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from accounts.oidc import Identity, Provider, fetch, fetch_json
from accounts.refusals import ProviderRefused

IDENTITY = "gameplatform"
"""The argument of ``GetAuthTicketForWebApi`` in clients: tickets for other services do not count here."""
TICKET_KEPT_FOR_S = 24 * 3600

_ID = re.compile(r"https://steamcommunity\.com/openid/id/(\d{17})")
_TICKET = re.compile(r"[0-9A-Fa-f]{32,}")
_SIGNED = {"op_endpoint", "claimed_id", "identity", "return_to", "response_nonce"}


def identify(provider: Provider, code: str, *, redirect_uri: str) -> Identity:
    """Return the user of a ticket (hexadecimal), or of the query with which Steam sent the user back.

    Raises ``ProviderRefused`` or ``ProviderUnavailable``.
    """
    if _TICKET.fullmatch(code):
        return _by_ticket(provider, code)
    return _by_query(provider, code, redirect_uri)


def _by_query(provider: Provider, query: str, redirect_uri: str) -> Identity:
    fields = dict(parse_qsl(query.lstrip("?"), max_num_fields=40))
    signed = set(fields.get("openid.signed", "").split(","))
    claimed = _ID.fullmatch(fields.get("openid.claimed_id", ""))
    if (
        claimed is None
        or not signed >= _SIGNED
        or fields.get("openid.op_endpoint") != provider.authorize_url
        or fields.get("openid.return_to", "").partition("?")[0] != redirect_uri.partition("?")[0]
    ):
        raise ProviderRefused("Steam did not send this user here.")
    # Steam answers once for each response_nonce.
    answer = fetch(provider.authorize_url, body={**fields, "openid.mode": "check_authentication"})
    if "is_valid:true" not in answer.decode(errors="replace").split("\n"):
        raise ProviderRefused("Steam does not vouch for this user.")
    return Identity(subject=claimed[1])


def _by_ticket(provider: Provider, ticket: str) -> Identity:
    if not provider.client_secret:
        raise ProviderRefused("This server takes no tickets of Steam.")
    asked = {
        "key": provider.client_secret,
        "appid": provider.client_id,
        "ticket": ticket,
        "identity": IDENTITY,
    }
    answer = fetch_json(f"{provider.ticket_url}?{urlencode(asked)}").get("response")
    found = answer.get("params") if isinstance(answer, dict) else None
    if not isinstance(found, dict) or found.get("result") != "OK":
        raise ProviderRefused("Steam does not vouch for this ticket.")
    if found.get("publisherbanned") is True:
        raise ProviderRefused("The publisher has banned this user on Steam.")
    return Identity(
        subject=str(found.get("steamid", "")),
        token_digest=sha256(ticket.lower().encode()).hexdigest(),
        expires_at=int(time.time()) + TICKET_KEPT_FOR_S,
    )
