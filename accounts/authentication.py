"""Who calls over HTTP: the claims of a verified token whose session lives, with no row read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import structlog
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import live, tokens
from accounts.models import User
from accounts.refusals import SessionEnded, TokenInvalid
from realtime.identity import Identity


@dataclass
class Caller:
    """``request.user``: what the token says; ``row`` is read from the database when first asked for."""

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
        """The account itself. Raises ``SessionEnded`` if it is gone."""
        user = User.objects.filter(pk=self.pk, is_active=True).first()
        if user is None:
            raise SessionEnded("This account is gone.")
        return user


def identity(request: Request) -> Identity:
    """Who calls, in a view that asks for a token."""
    return cast(Identity, request.auth)


class SessionTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``. ``request.auth`` is the :class:`Identity`."""

    def authenticate(self, request: Request) -> tuple[Caller, Identity] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenInvalid("The Authorization header is not a bearer token.")
        who = tokens.identify(token.strip())
        live.check(who.session_id)
        who = live.as_now(who)
        structlog.contextvars.bind_contextvars(session_id=who.session_id, user_id=who.user_id)
        return Caller(who), who

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BearerScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes it."""

    target_class = SessionTokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
