"""Calls over HTTP, and the tokens that they and the sockets need."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from gameplatform_client.errors import ApiError

TIMEOUT_S = 10.0
RENEW_BEFORE_S = 60.0
"""A token is renewed when a tenth of its life is left, or this, whichever is less."""


@dataclass(frozen=True)
class User:
    """Whose account it is."""

    id: int
    username: str
    email: str
    is_premium: bool
    is_guest: bool


class Api:
    """The REST API of one server, for one user at a time."""

    def __init__(self, server_url: str) -> None:
        # Asks for compressed answers and follows no redirect with a token.
        self._http = httpx.AsyncClient(base_url=server_url, timeout=TIMEOUT_S)
        self._access = self._refresh = ""
        self._renewal: asyncio.Task[None] | None = None
        self.user: User | None = None

    async def close(self) -> None:
        """Let go of the connections and forget the tokens."""
        self._access = self._refresh = ""
        self.user = None
        await self._http.aclose()

    async def sign_in(self, path: str, body: Mapping[str, Any]) -> User:
        """Get tokens at one of the routes that give them."""
        answer = self._checked(await self._send("POST", path, json=body))
        self._access, self._refresh = answer["access"], answer["refresh"]
        self.user = User(**{name: answer["user"][name] for name in User.__dataclass_fields__})
        return self.user

    async def sign_out(self) -> None:
        """End the session, on the server too if it can be reached."""
        if self._access:
            await self._send("POST", "/api/auth/logout", json={"refresh": self._refresh}, token=self._access)
        self._access = self._refresh = ""
        self.user = None

    async def request(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """One call; returns its JSON answer, or None where there is none.

        A POST carries an ``Idempotency-Key`` (a new one unless given), so that it can be sent again with the
        same effect. Raises ``ApiError``.
        """
        headers = {"Idempotency-Key": idempotency_key or uuid4().hex} if method == "POST" else {}
        sent = {"json": json, "params": params, "headers": headers}
        token = await self.fresh_token()
        response = await self._send(method, path, token=token, **sent)
        if response.status_code == 401 and token == self._access and self._refresh:
            await self.renew()
        if response.status_code == 401 and token != self._access:
            response = await self._send(method, path, token=self._access, **sent)
        return self._checked(response)

    async def fresh_token(self) -> str:
        """An access token that has not run out. Raises ``ApiError``, 401 for who is not signed in."""
        if not self._access:
            raise ApiError(401, "not_signed_in", "Sign in first.")
        if self._refresh and self.renew_in() == 0:
            await self.renew()
        return self._access

    def renew_in(self) -> float:
        """Seconds until the access token should be renewed; infinity for one without times."""
        claims = _claims(self._access)
        if "exp" not in claims:
            return float("inf")
        expires_at = float(claims["exp"])
        life_s = expires_at - float(claims.get("iat", expires_at - 600))
        return max(0.0, expires_at - min(RENEW_BEFORE_S, life_s / 10) - time.time())

    async def renew(self) -> None:
        """Trade the refresh token, which works once, for new tokens. Raises ``ApiError``."""
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._renewed)
        await asyncio.shield(self._renewal)

    def _renewed(self, renewal: asyncio.Task[None]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # whoever waits is told

    async def _renew(self) -> None:
        response = await self._send("POST", "/api/token/refresh/", json={"refresh": self._refresh})
        if response.status_code in (400, 401, 403):
            self._access = self._refresh = ""
        answer = self._checked(response)
        self._access, self._refresh = answer["access"], answer["refresh"]

    async def _send(self, method: str, path: str, *, token: str = "", **sent: Any) -> httpx.Response:
        headers = dict(sent.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            return await self._http.request(method, path, headers=headers, **sent)
        except httpx.TransportError as problem:
            raise ApiError(0, "offline", str(problem) or type(problem).__name__) from problem

    @staticmethod
    def _checked(response: httpx.Response) -> Any:
        if response.is_success:
            return response.json() if response.content else None
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        retry_after = response.headers.get("Retry-After", "")
        raise ApiError(
            response.status_code,
            problem.get("code", "http_error"),
            problem.get("detail") or problem.get("title") or response.reason_phrase,
            problem.get("errors"),
            float(retry_after) if retry_after.isdigit() else None,
        )


def _claims(token: str) -> dict[str, Any]:
    """What a JSON Web Token says, unverified: only for its times."""
    try:
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims
