"""What every part of the world's socket stands on: who it is, the character in play, and where it is."""

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from msgspec import UNSET, UnsetType

from accounts import gatekeeping, hashers, signing_in
from core import client_address, lanes, limits
from core.database import in_database, in_lane
from core.refusals import Conflict, Invalid, Unauthenticated
from realtime import addresses, topics
from realtime.beside import Beside
from realtime.consumer import Consumer, handles
from realtime.gate import close_refused
from realtime.messages import Command, Message, MessageId, Ping
from realtime.sockets import TooManySockets
from realtime.tasks import begin
from world import commands, events, selectors, services
from world.events import CharacterInfo
from world.live import sockets
from world.live.positions import Standing, positions
from world.sealing import (
    EncryptionUnavailable,
    NotEncrypted,
    Seal,
    SessionSeal,
    read_nonce,
    seal_of,
    session_key,
)

AUTHENTICATE_WITHIN_S = 10.0
UNAUTHENTICATED, RESTARTED, NORMAL = 4401, 1012, 1000
BY_USER, BY_SESSION = "1", "session"
"""How ``?encrypted=`` asks for encrypted frames: with the user's key, or with the session's."""
FOR_STRANGERS: tuple[type[Command], ...] = (Ping, commands.AuthRequest, commands.Disconnect)


class AlreadyAuthenticated(Conflict):
    """It is known already whose socket this is."""

    code = "already_authenticated"
    title = "You are signed in on this socket"


class WorldSocket(Consumer):
    """The shared world as one user's socket hears it.

    Each part of the world adds its commands by a subclass (``handlers.py`` of its package) that
    ``WorldConsumer`` inherits, and the messages that it tells by ``tells`` and
    ``tells_beside`` of its own.
    """

    opens_with: ClassVar[type[Message] | None] = events.WorldState
    tells: ClassVar[tuple[type[Message], ...]] = (
        events.AuthResponse,
        events.AreaState,
    )
    tells_beside: ClassVar[tuple[type[Message], ...]] = (events.PlayerJoinedArea, events.PlayerLeftArea)

    address = ""
    """By which every worker reaches this socket."""
    has_come = False
    """Whether the visit has begun and its place is heard."""
    character: CharacterInfo | None = None
    """Who is in play, as it was when it came to this place."""
    faction_id: int | None = None
    standing: Standing | None = None
    """Where it is, checked by this worker."""
    walk_ref: MessageId | UnsetType = UNSET
    """The ``ref`` of the walk that is under way to another place."""

    _area: Beside | None = None
    _faction: Beside | None = None
    _deadline: asyncio.TimerHandle | None = None
    _coming: asyncio.Future[str] | None = None
    _seal: Seal | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        for name in ("tells", "tells_beside"):
            told = dict.fromkeys(kind for base in cls.__mro__ for kind in vars(base).get(name, ()))
            setattr(cls, name, tuple(told))
        super().__init_subclass__(**kwargs)

    def __init__(self) -> None:
        # Not in ``opened``: who goes at once may be gone before that.
        self._tasks: set[asyncio.Task[Any]] = set()

    async def opened(self) -> None:
        self._settling = asyncio.Lock()
        self._positions = positions()
        self._read_encryption()
        if self.connection.identity is not None:
            await self._begin_sealing()
            await self._enter()
            return
        self.handlers = {  # type: ignore[misc]  # until it is known who asks
            kind: handler if kind in FOR_STRANGERS else WorldSocket._refuse_stranger
            for kind, handler in type(self).handlers.items()
        }
        self._deadline = self._here.loop.call_later(
            AUTHENTICATE_WITHIN_S, self.connection.close, UNAUTHENTICATED, "not_authenticated"
        )

    async def closed(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._coming is None:
            return
        # The database may still be at work on it.
        await asyncio.wait({self._coming})
        sockets.forget(self.address)
        at = None
        if self.standing is not None:
            at = None if self.standing.is_stored else self.standing.stored()
            await self._positions.leave(self.standing)
        await in_database(services.go, user_id=self.player.user_id, socket=self.address, at=at)

    # -- Who it is

    def _refuse_stranger(self, command: Command) -> None:
        raise Unauthenticated("Send auth_request first.")

    @handles(commands.AuthRequest)
    async def authenticate(self, command: commands.AuthRequest) -> None:
        if self.connection.identity is not None:
            raise AlreadyAuthenticated
        answer = events.AuthResponse(user_id=0, username="", ref=command.ref)
        token = command.token
        request = client_address.request_of(self.scope)
        if token is not None:
            await in_lane(lanes.STRANGERS, limits.knock, limits.AUTH_REQUEST, request)
        else:
            if not (command.username and command.password):
                raise Invalid("Give a username and a password, or a token.")
            signed_in = await in_lane(
                hashers.LANE,
                signing_in.sign_in,
                request,
                login=command.username,
                password=command.password,
            )
            token = answer.access = signed_in.tokens.access
            answer.refresh = signed_in.tokens.refresh
        identity = await gatekeeping.identify(token)
        if self.connection.closed_with is not None:
            return
        try:
            self._here.sockets.identify(self.connection, identity)
        except TooManySockets as refusal:
            close_refused(self.connection, refusal)
            return
        if self._deadline is not None:
            self._deadline.cancel()
        del self.handlers
        answer.user_id, answer.username = identity.user_id, identity.username
        if self._encrypted == BY_SESSION:
            # The client needs it to open all that follows.
            answer.encryption_key = session_key(self.player).decode()
            self.connection.tell(answer)
            await self.connection.taken()
            await self._begin_sealing()
        else:
            await self._begin_sealing()
            self.connection.tell(answer)
        try:
            await self._enter()
        except Exception:
            # Who is half in would hear nothing, and cannot sign in again.
            self.lose()
            raise

    @handles(commands.Disconnect)
    def disconnect(self, command: commands.Disconnect) -> None:
        self.connection.close(NORMAL, "disconnected")

    def _read_encryption(self) -> None:
        query = self.scope["query"]
        self._encrypted = query.get("encrypted", [""])[0]
        if self._encrypted in (BY_USER, BY_SESSION) and not settings.ENCRYPTION_KEY:
            raise EncryptionUnavailable
        if self._encrypted == BY_SESSION:
            self._nonce = read_nonce(query.get("nonce", []))

    async def _begin_sealing(self) -> None:
        if self._encrypted == BY_USER:
            self._seal = await asyncio.to_thread(seal_of, self.player.username)
        elif self._encrypted == BY_SESSION:
            self._seal = SessionSeal(session_key(self.player), self._nonce)
        if self._seal is not None:
            self.connection.seal(self._seal.close)

    def _handle(self, data: bytes | str) -> Coroutine[Any, Any, None] | None:
        if self._seal is not None:
            try:
                data = self._seal.open(data)
            except NotEncrypted as refusal:
                close_refused(self.connection, refusal)
                return None
        return super()._handle(data)

    def lose(self) -> None:
        """The visit has ended without the socket: let the client come again."""
        self.connection.close(RESTARTED, "visit_lost")

    # -- Where it is

    async def _enter(self) -> None:
        user_id = self.player.user_id
        self.address = sockets.register(self)
        self._coming = asyncio.ensure_future(in_database(services.come, user_id=user_id, socket=self.address))
        replaced = await asyncio.shield(self._coming)
        if replaced:
            addresses.replace(replaced)
        async with self._settling:
            own = await self.overhear(topics.in_world(user_id))
            await self._hear_place()
            if not await self.follow(topics.world(), self.snapshot) and self._area is not None:
                self.connection.tell(await self._area_state())
            await self.entered()
            for heard in (own, self._area, self._faction):
                if heard is not None:
                    heard.begin()
        self.has_come = True

    async def entered(self) -> None:
        """It is known how the world stands; what else concerns this user comes next, and then news of it."""

    async def _hear_place(self) -> None:
        """Hear where the character in play is, and who is of its faction; frames wait."""
        # What was told of its own coming and going is heard where it was, or not at all.
        await self._here.streams.sent()
        found = await in_database(selectors.visitor, self.player.user_id)
        for before in (self._area, self._faction):
            if before is not None:
                await self.stop_hearing(before)
        if self.standing is not None:
            await self._positions.leave(self.standing)
        self._area = self._faction = self.character = self.faction_id = self.standing = None
        if found is not None:
            # Where the socket that this one replaces has left it.
            self.character, self.faction_id = self._positions.where(found.info), found.faction_id
            self.standing = await self._positions.enter(found.info, found.size, found.rested_s)
            self._area = await self.overhear(topics.area(found.info.location_id), self._area_state)
            self._faction = await self.overhear(topics.faction(found.faction_id))

    def settle_soon(self) -> None:
        """The character, or where it is, was changed."""
        begin(self._settle(), self._tasks, "Bringing a socket of the world to another place")

    async def _settle(self) -> None:
        async with self._settling:
            ref, self.walk_ref = self.walk_ref, UNSET
            await self._hear_place()
            self.connection.tell(msgspec.structs.replace(await self._area_state(), ref=ref))
            for heard in (self._area, self._faction):
                if heard is not None:
                    heard.begin()

    async def snapshot(self) -> events.WorldState:
        """How the world stands for this user."""
        state, character = await self._positions.world(None), self.character
        if character is None:
            return state
        area = await self._positions.areas(character.location_id)
        own = (member for member in area.members if member.character_id == character.character_id)
        return msgspec.structs.replace(state, you=next(own, character), area=area)

    async def _area_state(self) -> events.AreaState:
        if self.character is None:
            return events.AreaState(area=None)
        return events.AreaState(area=await self._positions.areas(self.character.location_id))
