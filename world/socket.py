"""The base of the world's socket: authentication, the character in play, and its place."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ClassVar, TypeVar

import msgspec
from django.conf import settings
from msgspec import UNSET, UnsetType

from accounts import gatekeeping, hashers, signing_in
from core import client_address, lanes, limits
from core.database import in_database, in_lane
from core.ids import UserId
from core.refusals import Conflict, Invalid, Unauthenticated
from core.tasks import begin, both
from realtime.connections.registry import TooManySockets
from realtime.socket import addresses
from realtime.socket.consumer import Consumer, handles
from realtime.socket.gate import close_refused
from realtime.socket.subscription import Subscription
from realtime.wire import topics
from realtime.wire.close_codes import CloseCode
from realtime.wire.messages import Command, CommandDecoder, Message, MessageId, Ping
from world import commands, events, selectors, services
from world.events import CharacterInfo
from world.live import sockets
from world.live.positions import TrackedCharacter, positions
from world.live.sight import SeenArea
from world.sealing import (
    EncryptionUnavailable,
    NotEncrypted,
    Seal,
    SessionSeal,
    read_nonce,
    seal_of,
    session_key,
)

AUTH_TIMEOUT_S = 10.0
BY_USER, BY_SESSION = "1", "session"
"""Values of ``?encrypted=``: encrypt with the user's key, or with the session's."""
BEFORE_SIGN_IN: tuple[type[Command], ...] = (Ping, commands.AuthRequest, commands.Disconnect)


class AlreadyAuthenticated(Conflict):
    """The socket has been authenticated already."""

    code = "already_authenticated"
    title = "You are signed in on this socket"


Handler = TypeVar("Handler", bound=Callable[..., Any])
State = Callable[[UserId, CharacterInfo], list[Message]]


class Part:
    """The commands of one part of the world, and the messages that it sends."""

    def __init__(
        self, *, emits: tuple[type[Message], ...] = (), emits_unsequenced: tuple[type[Message], ...] = ()
    ) -> None:
        self.emits = emits
        self.emits_unsequenced = emits_unsequenced
        self.handlers: dict[type[Command], Callable[..., Any]] = {}
        self.states: list[State] = []

    def handles(self, kind: type[Command]) -> Callable[[Handler], Handler]:
        """Make a function the handler of this command: ``def handler(socket, command)``, sync or async."""

        def register(function: Handler) -> Handler:
            self.handlers[kind] = function
            return function

        return register

    def on_entering(self, read: State) -> State:
        """Send what this function returns for the user's character between the first frame and live events.

        It is called on a database thread.
        """
        self.states.append(read)
        return read


class WorldSocket(Consumer):
    """The consumer of one user's socket in the shared world.

    ``WorldConsumer`` adds the commands of each part of the world (``handlers.py`` of its package).
    """

    parts: ClassVar[tuple[Part, ...]] = ()

    emits: ClassVar[tuple[type[Message], ...]] = (
        events.AuthResponse,
        events.AreaState,
    )
    emits_unsequenced: ClassVar[tuple[type[Message], ...]] = (events.PlayerJoinedArea, events.PlayerLeftArea)

    address = ""
    """The address by which every worker reaches this socket."""
    has_entered = False
    """Whether the visit has begun and the socket receives the events of its place."""
    character: CharacterInfo | None = None
    """The character in play, as it was on arrival in this place."""
    faction_id: int | None = None
    tracked: TrackedCharacter | None = None
    """The character's position, validated by this worker."""
    walk_ref: MessageId | UnsetType = UNSET
    """The ``ref`` of the walk to another place that is in progress."""

    _area: Subscription | None = None
    _faction: Subscription | None = None
    _deadline: asyncio.TimerHandle | None = None
    _entering: asyncio.Future[tuple[str, selectors.Visitor | None]] | None = None
    _seal: Seal | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for part in cls.parts:
            cls.handlers |= part.handlers
            cls.emits += part.emits
            cls.emits_unsequenced += part.emits_unsequenced
        cls.decoder = CommandDecoder(tuple(cls.handlers))

    def __init__(self) -> None:
        # Not in ``opened``: the socket may be closed before that runs.
        self._tasks: set[asyncio.Task[Any]] = set()

    async def opened(self) -> None:
        self.refresh_lock = asyncio.Lock()
        self._positions = positions()
        self._read_encryption()
        if self.connection.identity is not None:
            await self._begin_sealing()
            await self._enter()
            return
        self._deadline = self._here.loop.call_later(
            AUTH_TIMEOUT_S, self.connection.close, CloseCode.UNAUTHENTICATED, "not_authenticated"
        )

    async def closed(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._entering is None:
            return
        # The database may still be working on it.
        await asyncio.wait({self._entering})
        sockets.forget(self.address)
        at = None
        if self.tracked is not None:
            at = None if self.tracked.is_saved else self.tracked.as_position()
            await self._positions.leave(self.tracked)
        await in_database(services.leave_world, user_id=self.player.user_id, socket=self.address, at=at)

    # -- Authentication

    def _call_handler(self, command: Command) -> Any:
        if self.connection.identity is None and not isinstance(command, BEFORE_SIGN_IN):
            raise Unauthenticated("Send auth_request first.")
        return super()._call_handler(command)

    @handles(commands.AuthRequest)
    async def authenticate(self, command: commands.AuthRequest) -> None:
        if self.connection.identity is not None:
            raise AlreadyAuthenticated
        answer = events.AuthResponse(user_id=UserId(0), username="", ref=command.ref)
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
        answer.user_id, answer.username = identity.user_id, identity.username
        if self._encrypted == BY_SESSION:
            # The client needs the key to decrypt everything that follows.
            answer.encryption_key = session_key(self.player).decode()
            self.reply(answer)
            await self.connection.drain()
            await self._begin_sealing()
        else:
            await self._begin_sealing()
            self.reply(answer)
        try:
            await self._enter()
        except Exception:
            # A socket that entered only in part would receive nothing and could not sign in again.
            self.close_lost()
            raise

    @handles(commands.Disconnect)
    def disconnect(self, command: commands.Disconnect) -> None:
        self.connection.close(CloseCode.NORMAL, "disconnected")

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

    def close_lost(self) -> None:
        """Close the socket because its visit ended elsewhere; the client should reconnect."""
        self.connection.close(CloseCode.RESTARTED, "visit_lost")

    # -- The character's place

    async def _enter(self) -> None:
        user_id = self.player.user_id
        # Held from the start, so that a refresh finds the place that was read here.
        async with self.refresh_lock:
            self.address = sockets.register(self)
            self._entering = asyncio.ensure_future(
                in_database(services.enter_world, user_id=user_id, socket=self.address)
            )
            own, (replaced, found) = await both(
                self.subscribe(topics.in_world(user_id)), asyncio.shield(self._entering)
            )
            if replaced:
                addresses.replace(replaced)
            await self._subscribe_to_place(found)
            has_snapshot = await self.follow(events.world_topic(), self.snapshot)
            if not has_snapshot and self._area is not None:
                self.connection.tell(await self._area_state())
            # Not beside the snapshot: that would delay the first frame.
            for told in await in_database(self._current_state, self.character):
                self.connection.tell(told)
            for heard in (own, self._area, self._faction):
                if heard is not None:
                    heard.begin()
        self.has_entered = True

    def _current_state(self, character: CharacterInfo | None) -> list[Message]:
        if character is None:
            return []
        user_id = self.player.user_id
        return [state for part in self.parts for read in part.states for state in read(user_id, character)]

    async def _subscribe_to_place(self, found: selectors.Visitor | None) -> None:
        """Subscribe to the character's place and faction; frames are held until the subscriptions begin."""
        # Events about its own arrival and departure belong to the previous place, or to none.
        await self._here.streams.sent()
        for before in (self._area, self._faction):
            if before is not None:
                await self.unsubscribe(before)
        if self.tracked is not None:
            await self._positions.leave(self.tracked)
        self._area = self._faction = self.character = self.faction_id = self.tracked = None
        if found is not None:
            # Use the position at which the replaced socket left it.
            self.character, self.faction_id = self._positions.with_live_position(found.info), found.faction_id
            self.tracked = await self._positions.enter(found)
            self._area, self._faction = await asyncio.gather(
                self._subscribe_to_area(found.info),
                self.subscribe(events.faction_topic(found.faction_id)),
            )

    async def _subscribe_to_area(self, character: CharacterInfo) -> Subscription:
        topic = events.area_topic(character.location_id)
        sight = self._positions.sight(character.location_id)
        if sight is None:
            return await self.subscribe(topic, self._area_state)
        seen = partial(SeenArea, sight=sight, character_id=character.character_id)
        return await self.subscribe(topic, self._area_state, seen)

    def refresh_soon(self) -> None:
        """Refresh the subscriptions after the character or its location changed."""
        begin(self._refresh(), self._tasks, "Refreshing a world socket's place")

    async def _refresh(self) -> None:
        async with self.refresh_lock:
            ref, self.walk_ref = self.walk_ref, UNSET
            await self._subscribe_to_place(await in_database(selectors.visitor, self.player.user_id))
            self.connection.tell(msgspec.structs.replace(await self._area_state(), ref=ref))
            for heard in (self._area, self._faction):
                if heard is not None:
                    heard.begin()

    async def snapshot(self) -> Message:
        """Return the state of the world for this user: the frame that ``opens_with`` names."""
        raise NotImplementedError

    async def _area_state(self) -> events.AreaState:
        if self.character is None:
            return events.AreaState(area=None)
        return events.AreaState(area=await self.area(self.character))

    async def area(self, character: CharacterInfo) -> events.Area:
        """Return the place of the character in play, with the characters that it sees."""
        area = await self._positions.areas(character.location_id)
        return self._area.seen(area) if isinstance(self._area, SeenArea) else area
