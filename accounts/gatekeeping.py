"""Who opens a socket: by access token, or by a ticket that is good once."""

import secrets

import msgspec

from accounts import live, tokens
from accounts.refusals import TicketInvalid
from core.namespace import key
from realtime import redis
from realtime.identity import Identity

TICKET_LIVES_S = 30

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Identity).decode


async def identify(token: str) -> Identity:
    """Whose access token this is. Raises ``Unauthenticated`` (a subclass says why)."""
    identity = tokens.identify_anew(token)
    await live.acheck(identity.session_id)
    return live.as_now(identity)


async def redeem_ticket(ticket: str) -> Identity:
    """Who asked for this ticket, which is used up by it. Raises ``Unauthenticated``."""
    held = await redis.client().getdel(_key(ticket))
    if held is None:
        raise TicketInvalid("This ticket was used before, or is too old.")
    identity = _decode(held)
    await live.acheck(identity.session_id)
    return live.as_now(identity)


def issue_ticket(identity: Identity) -> str:
    """A ticket for one socket of this session, good for ``TICKET_LIVES_S`` seconds."""
    ticket = secrets.token_urlsafe(24)
    redis.sync_client().set(_key(ticket), _encode(identity), ex=TICKET_LIVES_S)
    return ticket


def _key(ticket: str) -> str:
    return key(f"ticket:{ticket}")
