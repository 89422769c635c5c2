"""HTTP authentication by a verified token of an open session, without reading a row."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import structlog
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts import live, second_factor, selectors, tokens
from accounts.models import User
from accounts.refusals import MfaSetupRequired, SessionEnded, TokenInvalid
from accounts.server_keys import rules
from accounts.server_keys import services as server_keys
from core import replica
from core.ids import UserId
from core.refusals import Unauthenticated
from realtime.wire.identity import Identity


@dataclass
class Caller:
    """``request.user``: the claims of the token. ``row`` reads the account on first access."""

    identity: Identity

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __post_init__(self) -> None:
        self.id = self.pk = self.identity.user_id
        self.username = self.identity.username
        self.is_premium = self.identity.is_premium
        self.is_guest = self.identity.is_guest

    @cached_property
    def row(self) -> User:
        """The account's row. Raises ``SessionEnded`` if it was deleted or deactivated."""
        user = selectors.active_user.first(self.pk)
        if user is None:
            raise SessionEnded("This account is gone.")
        return user


def identity(request: Request) -> Identity:
    """Return the caller's identity, in a view that requires a token."""
    return cast(Identity, request.auth)


class SessionTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``, or ``Key <server key>`` with the user in ``X-User-Id``.

    ``request.auth`` is the :class:`Identity`.
    """

    def authenticate(self, request: Request) -> tuple[Caller, Identity] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "key":
            who = _identity_by_key(request, token.strip())
            structlog.contextvars.bind_contextvars(user_id=who.user_id)
            _note_change(request, who)
            return Caller(who), who
        if scheme.lower() != "bearer":
            raise TokenInvalid("The Authorization header is not a bearer token.")
        who = tokens.identify(token.strip())
        live.admit(who)
        who = live.current_identity(who)
        if not rules.is_of_the_account(request.path):
            second_factor.check_set_up(who)
        structlog.contextvars.bind_contextvars(session_id=who.session_id, user_id=who.user_id)
        _note_change(request, who)
        return Caller(who), who

    @staticmethod
    def identify_at_once(header: str) -> Identity | None:
        """Return ``request.auth`` for an ``Authorization`` header, or None if :meth:`authenticate` decides.

        Does not block: the session has to be known here as open.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            who = tokens.identify(token.strip())
            if not live.is_live_here(who.session_id):
                return None
            who = live.current_identity(who)
            second_factor.check_set_up(who)
        except (Unauthenticated, MfaSetupRequired):
            return None
        structlog.contextvars.bind_contextvars(session_id=who.session_id, user_id=who.user_id)
        return who

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _note_change(request: Request, who: Identity) -> None:
    if request.method not in SAFE_METHODS:
        replica.note_change([who.user_id])


def _identity_by_key(request: Request, key: str) -> Identity:
    """Return the identity of the user for whom another system calls; it is of no session."""
    user = server_keys.user_of(
        secret=key,
        user_id=request.META.get("HTTP_X_USER_ID", ""),
        method=str(request.method),
        path=request.path,
    )
    return Identity(UserId(user.pk), user.username, user.is_premium, user.is_guest, 0, math.inf)


class BearerScheme(OpenApiAuthenticationExtension):
    """The scheme's description in the OpenAPI document."""

    target_class = SessionTokenAuthentication
    name = ["bearer", "server_key", "user_of_server_key"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Key gpk_...`, of another system that calls for the user of X-User-Id",
            },
            {"type": "apiKey", "in": "header", "name": "X-User-Id"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        bearer, *of_a_key = self.name
        ways: list[dict[str, list[Any]]] = [{bearer: []}]
        if not rules.is_of_the_account(auto_schema.path):
            ways.append({name: [] for name in of_a_key})
        return ways
