"""Authentication of sockets: by access token, or by a single-use ticket."""

import secrets

import msgspec

from accounts import live, second_factor, tokens
from accounts.refusals import TicketInvalid
from core import redis
from core.namespace import key
from realtime import worker
from realtime.wire.identity import Identity

TICKET_TTL_S = 30

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Identity).decode


async def identify(token: str) -> Identity:
    """Return the identity of an access token.

    Raises a subclass of ``Unauthenticated``, or ``MfaSetupRequired``.
    """
    return await _current(tokens.identify_uncached(token))


async def redeem_ticket(ticket: str) -> Identity:
    """Return the identity of a ticket and consume it. Raises what :func:`identify` raises."""
    held = await worker.current().redis.getdel(_key(ticket))
    if held is None:
        raise TicketInvalid("This ticket was used before, or is too old.")
    return await _current(_decode(held))


async def _current(identity: Identity) -> Identity:
    await live.aadmit(identity)
    identity = live.current_identity(identity)
    second_factor.check_set_up(identity)
    return identity


def issue_ticket(identity: Identity) -> str:
    """Return a ticket for one socket of this session, valid for ``TICKET_TTL_S`` seconds."""
    ticket = secrets.token_urlsafe(24)
    redis.sync_client().set(_key(ticket), _encode(identity), ex=TICKET_TTL_S)
    return ticket


def _key(ticket: str) -> str:
    return key(f"ticket:{ticket}")
