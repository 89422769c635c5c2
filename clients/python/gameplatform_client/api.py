"""HTTP calls, and the tokens that they and the sockets need."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from gameplatform_client.errors import ApiError
from gameplatform_client.records import OpenRecord, Record

TIMEOUT_S = 10.0
RENEW_BEFORE_S = 60.0
"""Tokens are renewed this long before they expire, or at a tenth of their lifetime, whichever is less."""


class User(Record):
    """The signed-in user."""

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
        self._received = (
            0.0,
            0.0,
        )  # when the tokens were received, by the monotonic clock and by the wall clock
        self._renewal: asyncio.Task[None] | None = None
        self.user: User | None = None

    async def close(self) -> None:
        """Close the connections and drop the tokens."""
        self._access = self._refresh = ""
        self.user = None
        await self._http.aclose()

    async def sign_in(self, path: str, body: Mapping[str, Any]) -> User:
        """Get tokens from one of the routes that issue them."""
        response = await self._send("POST", path, json=body)
        answer = self._take_tokens(response)
        try:
            self.user = User({name: answer["user"][name] for name in User.__annotations__})
        except (LookupError, TypeError):
            raise _no_answer(response) from None
        return self.user

    async def sign_out(self) -> None:
        """Sign out, on the server too if it can be reached."""
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
        """Send a request; return its JSON answer, or None if it is empty.

        A POST carries an ``Idempotency-Key`` (a new one unless given), so that it can be repeated safely.
        Raises ``ApiError``.
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

    async def request_openly(self, path: str, json: Mapping[str, Any]) -> Any:
        """Post to a route that needs no token; return its JSON answer. Raises ``ApiError``."""
        return self._checked(await self._send("POST", path, json=json))

    async def fresh_token(self) -> str:
        """Return a valid access token. Raises ``ApiError``, with 401 if nobody is signed in."""
        if not self._access:
            raise ApiError(401, "not_signed_in", "Sign in first.")
        if self._refresh and self.renew_in() == 0:
            await self.renew()
        return self._access

    def renew_in(self) -> float:
        """Return the seconds until the access token should be renewed; infinity if it has no lifetime."""
        # Measured from its receipt rather than by its expiry time: the local clock may be wrong. Of the two
        # clocks, one may stop while the machine sleeps, and the other may be set back.
        steady, wall = self._received
        age_s = max(time.monotonic() - steady, time.time() - wall)
        life_s = _life_s(self._access)
        return max(0.0, life_s - min(RENEW_BEFORE_S, life_s / 10) - age_s)

    async def renew(self) -> None:
        """Exchange the refresh token, which is valid once, for new tokens. Raises ``ApiError``."""
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._renewed)
        await asyncio.shield(self._renewal)

    def _renewed(self, renewal: asyncio.Task[None]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # marks the exception as retrieved: all waiters get it

    async def _renew(self) -> None:
        response = await self._send("POST", "/api/token/refresh/", json={"refresh": self._refresh})
        if response.status_code in (400, 401, 403):
            self._access = self._refresh = ""
        self._take_tokens(response)

    def _take_tokens(self, response: httpx.Response) -> Any:
        answer = self._checked(response)
        try:
            self._access, self._refresh = answer["access"], answer["refresh"]
        except (LookupError, TypeError):
            raise _no_answer(response) from None
        self._received = time.monotonic(), time.time()
        return answer

    async def _send(self, method: str, path: str, *, token: str = "", **sent: Any) -> httpx.Response:
        headers = dict(sent.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            return await self._http.request(method, path, headers=headers, **sent)
        except httpx.RequestError as problem:
            raise ApiError(0, "offline", str(problem) or type(problem).__name__) from problem

    @staticmethod
    def _checked(response: httpx.Response) -> Any:
        try:
            answer = response.json(object_hook=OpenRecord) if response.content else None
        except ValueError:
            answer = None
            if response.is_success:
                raise _no_answer(response) from None
        if response.is_success:
            return answer
        problem = answer if isinstance(answer, dict) else {}
        facts = problem.get("errors") or problem.get("details")
        retry_after = response.headers.get("Retry-After", "")
        raise ApiError(
            response.status_code,
            problem.get("code", "http_error"),
            problem.get("detail") or problem.get("title") or response.reason_phrase,
            facts if isinstance(facts, dict) else None,
            float(retry_after) if retry_after.isdigit() else None,
            members=problem,
        )


def _no_answer(response: httpx.Response) -> ApiError:
    """Return the error for a response that is not from the platform, such as a captive portal's page."""
    return ApiError(response.status_code, "not_an_answer", "That is no answer of this server.")


def _life_s(token: str) -> float:
    """Return the lifetime of a JSON Web Token in seconds, unverified; infinity if it has none."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"]) - float(claims["iat"])
    except (LookupError, TypeError, ValueError):
        return float("inf")
