"""Sessions: signing in, token renewal, and the open sockets."""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from gameplatform_client.api import Api, User
from gameplatform_client.channel import Channel
from gameplatform_client.encryption import Cipher, FrameCipher, SessionCipher
from gameplatform_client.errors import ApiError
from gameplatform_client.handlers import Handlers

logger = logging.getLogger("gameplatform_client")

DEFAULT_URL = "http://localhost:8000"
RENEW_RETRY_S = 10.0
LOOK_EVERY_S = 60.0

AnyChannel = TypeVar("AnyChannel", bound=Channel)


class Session(Handlers):
    """A signed-in user with sockets. Handlers registered here receive messages from all of them."""

    def __init__(self, server_url: str | None = None, *, encryption_key: str | None = None) -> None:
        """``server_url`` is ``http(s)://host``, by default the environment's ``SERVER_URL``, else localhost.

        ``encryption_key`` is the server's ``ENCRYPTION_KEY``, by default that of the environment; with one,
        the world's frames are encrypted with the user's key.
        """
        super().__init__()
        self.server_url: str = (server_url or os.environ.get("SERVER_URL") or DEFAULT_URL).rstrip("/")
        self._encryption_key = encryption_key or os.environ.get("ENCRYPTION_KEY", "")
        self.encryption_enabled: bool = bool(self._encryption_key)
        """Whether the world's frames are encrypted; it counts when the world is entered. Without the server's
        ``ENCRYPTION_KEY`` they are encrypted with a key that the server hands over for the session.
        """
        self._api = Api(self.server_url)
        self._channels: list[Channel] = []
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    @property
    def user(self) -> User | None:
        """The signed-in user."""
        return self._api.user

    async def sign_in(self, username: str, password: str) -> User:
        """Sign in by name or e-mail. Raises ``ApiError``."""
        return await self._enter("/api/auth/login", {"username": username, "password": password})

    async def sign_in_as_guest(self, username: str = "") -> User:
        """Sign in as a guest; a name is generated unless given. Raises ``ApiError``."""
        return await self._enter("/api/auth/guest", {"username": username} if username else {})

    async def register(self, username: str, email: str, password: str) -> User:
        """Create an account and sign in. Raises ``ApiError``."""
        body = {"username": username, "email": email, "password": password}
        return await self._enter("/api/auth/register", body)

    async def request_email_code(self) -> None:
        """Have a code sent that verifies the user's address. Raises ``ApiError``."""
        await self.request("POST", "/api/auth/email/resend/")

    async def verify_email(self, code: str) -> None:
        """Verify the user's address. Raises ``ApiError`` with ``code_invalid``."""
        await self.request("POST", "/api/auth/email/verify/", {"key": code})

    async def change_email(self, email: str, password: str) -> None:
        """Give the account another address, which counts once it is verified. Raises ``ApiError``."""
        await self.request("POST", "/api/me/email/", {"email": email, "password": password})

    async def request_sign_in_code(self, email: str) -> None:
        """Have a code sent that signs in; nothing tells whether there is such an account."""
        await self._api.request_openly("/api/auth/code/", {"email": email})

    async def sign_in_by_code(self, email: str, code: str) -> User:
        """Sign in with the code that was sent. Raises ``ApiError``."""
        return await self._enter("/api/auth/code/confirm/", {"email": email, "code": code})

    async def sign_in_by_device(self, device_id: str, *, create: bool = True) -> User:
        """Sign in by a random id that this device keeps; an unknown one gets a new account."""
        return await self._enter("/api/auth/device/", {"device_id": device_id, "create": create})

    async def sign_in_by_provider(self, provider: str, proof: Mapping[str, Any]) -> User:
        """Sign in by what a provider gave: ``id_token`` and ``nonce``, or ``code`` and what belongs to it.

        Raises ``ApiError``.
        """
        return await self._enter(f"/api/auth/provider/{provider}/", proof)

    async def answer_challenge(self, challenge: str, code: str) -> User:
        """Finish a sign-in refused with ``mfa_required``, whose ``members`` have the challenge."""
        return await self._enter("/api/auth/mfa/", {"challenge": challenge, "code": code})

    async def links(self) -> list[dict[str, Any]]:
        """Return the ways in which the user can sign in. Raises ``ApiError``."""
        return list(await self.request("GET", "/api/me/links/"))

    async def link(self, way: str, proof: Mapping[str, Any]) -> None:
        """Add a way to sign in; a guest becomes a full account by all but a device.

        It is ``device`` with ``device_id``, ``password`` with ``password``, or a provider with its proof.
        Raises ``ApiError``, such as ``proof_required``: then call :meth:`prove`.
        """
        await self.request("POST", f"/api/me/links/{way}/", proof)

    async def unlink(self, way: str) -> None:
        """Take a way to sign in away. Raises ``ApiError``, such as ``last_way_in``."""
        await self.request("DELETE", f"/api/me/links/{way}/")

    async def prove(self, *, password: str = "", code: str = "") -> None:
        """Prove afresh who the user is, by a code of the second factor or else the password.

        Raises ``ApiError``.
        """
        await self.request("POST", "/api/me/proof/", {"password": password, "code": code})

    async def begin_totp(self) -> dict[str, Any]:
        """Begin to set up an authenticator app: return ``secret``, ``otpauth_url`` and ``qr``."""
        return dict(await self.request("POST", "/api/me/mfa/totp/"))

    async def confirm_totp(self, code: str) -> list[str]:
        """Turn the second factor on by a first code; return the recovery codes. Raises ``ApiError``."""
        answer = await self.request("POST", "/api/me/mfa/totp/confirm/", {"code": code})
        return list(answer["recovery_codes"])

    async def remove_totp(self, password: str = "") -> None:
        """Turn the second factor off; an account with a password needs it. Raises ``ApiError``."""
        await self.request("DELETE", "/api/me/mfa/totp/", {"password": password})

    async def access_token(self) -> str:
        """Return a valid access token of the user, such as for :meth:`merge`. Raises ``ApiError``."""
        return await self._api.fresh_token()

    async def merge(self, access: str) -> dict[str, Any]:
        """Merge the account of another client, by its access token, into this one's, and close it.

        Both have signed in within the last minutes. Returns the kept account. Raises ``ApiError``, such as
        ``proof_required`` or ``other_proof_required``.
        """
        return dict(await self.request("POST", "/api/me/merge/", {"access": access}))

    async def begin_passkey_sign_in(self) -> dict[str, Any]:
        """Return the options for the platform's WebAuthn API to sign in by a passkey."""
        return dict(await self._api.request_openly("/api/auth/passkey/begin/", {}))

    async def sign_in_by_passkey(self, credential: Mapping[str, Any]) -> User:
        """Sign in with the credential that the platform's WebAuthn API returned. Raises ``ApiError``."""
        return await self._enter("/api/auth/passkey/finish/", credential)

    async def begin_passkey(self) -> dict[str, Any]:
        """Return the options for the platform's WebAuthn API to make a passkey. Raises ``ApiError``."""
        return dict(await self.request("POST", "/api/me/passkeys/begin/"))

    async def add_passkey(self, credential: Mapping[str, Any], *, name: str = "") -> dict[str, Any]:
        """Add the passkey that the platform's WebAuthn API made. Raises ``ApiError``."""
        return dict(await self.request("POST", "/api/me/passkeys/finish/", {**credential, "name": name}))

    async def request_password_reset(self, email: str) -> None:
        """Have a link sent to set a new password; nothing tells whether there is such an account."""
        await self._api.request_openly("/api/auth/password/forgot/", {"email": email})

    async def reset_password(self, key: str, password: str) -> None:
        """Set a new password with the key of the link. Raises ``ApiError`` with ``reset_invalid``."""
        body = {"key": key, "password": password}
        await self._api.request_openly("/api/auth/password/reset/", body)

    async def request(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Send a REST request; return its JSON answer, or None if it is empty.

        A POST carries an ``Idempotency-Key`` (a new one unless given), so that it can be repeated safely.
        Raises ``ApiError``.
        """
        return await self._api.request(method, path, json, params=params, idempotency_key=idempotency_key)

    async def disconnect(self) -> None:
        """Close all sockets and sign out."""
        renewing, self._renewing = self._renewing, None
        if renewing is not None:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        await self._close_channels()
        try:
            await self._api.sign_out()
        except ApiError as problem:
            logger.info("The server was not told of the sign-out: %s", problem)
        await self._api.close()
        self._api = Api(self.server_url)

    async def _enter(self, path: str, body: Mapping[str, Any]) -> User:
        user = await self._api.sign_in(path, body)
        await self._close_channels()
        if self._renewing is not None:
            self._renewing.cancel()
        self._renewing = asyncio.create_task(self._keep_fresh())
        return user

    async def _close_channels(self) -> None:
        channels, self._channels = self._channels, []
        for channel in channels:
            await channel.close()

    async def _keep_fresh(self) -> None:
        """Renew the tokens before they expire, and the connections that use them."""
        while True:
            wait_s = self._api.renew_in()
            if wait_s > 0:
                # Short sleeps, so that waking from suspension is noticed soon.
                await asyncio.sleep(min(wait_s, LOOK_EVERY_S))
                continue
            try:
                await self._api.renew()
            except ApiError as problem:
                if problem.status == 401:
                    return
                logger.info("The tokens could not be renewed: %s", problem)
                await asyncio.sleep(RENEW_RETRY_S)
                continue
            for channel in self._channels:
                channel.renew()

    async def _cipher(self) -> Cipher:
        """Return the cipher for this user or session. Raises ``ApiError`` if the server offers none."""
        if self._encryption_key and self.user is not None:
            return FrameCipher(self._encryption_key, self.user.username)
        answer = await self.request("POST", "/api/world/encryption-key")
        return SessionCipher(answer["key"])

    async def _open(self, path: str, kind: type[AnyChannel], **given: Any) -> AnyChannel:
        url = self.server_url.replace("http", "ws", 1) + path
        channel = kind(url, token=self._api.fresh_token, told=self._dispatch, **given)
        self._channels = [one for one in self._channels if one.state != "closed"] + [channel]
        try:
            await channel.open()
        except BaseException:
            await channel.close()
            raise
        return channel
