"""What every part of the world's socket stands on: who it is, the character in play, and where it is."""

import asyncio
from typing import Any, ClassVar

from msgspec import UNSET

from accounts import gatekeeping, signing_in
from core.refusals import Conflict, Invalid, Unauthenticated
from realtime import topics
from realtime.beside import Beside
from realtime.consumer import Consumer, handles
from realtime.messages import Command, Message, Ping
from realtime.worker import in_database
from world import commands, events, live, selectors, services
from world.events import CharacterInfo

AUTHENTICATE_WITHIN_S = 10.0
UNAUTHENTICATED, REPLACED, NORMAL = 4401, 4409, 1000
FOR_STRANGERS: tuple[type[Command], ...] = (Ping, commands.AuthRequest, commands.Disconnect)


class AlreadyAuthenticated(Conflict):
    """It is known already whose socket this is."""

    code = "already_authenticated"
    title = "You are signed in on this socket"


class WorldSocket(Consumer):
    """The shared world as one user's socket hears it.

    Each part of the world adds its commands by a subclass (``handlers.py`` of its package) that
    ``WorldConsumer`` inherits, and the messages that it tells by ``tells`` of its own.
    """

    opens_with: ClassVar[type[Message] | None] = events.WorldState
    tells: ClassVar[tuple[type[Message], ...]] = (
        events.AuthResponse,
        events.AreaState,
        events.PlayerJoinedArea,
        events.PlayerLeftArea,
    )

    name = ""
    """Of this socket, among those of all workers."""
    character: CharacterInfo | None = None
    """Who is in play, as it was when it came to this place."""

    _area: Beside | None = None
    _faction: Beside | None = None
    _deadline: asyncio.TimerHandle | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.tells = tuple(dict.fromkeys(told for base in cls.__mro__ for told in vars(base).get("tells", ())))
        super().__init_subclass__(**kwargs)

    async def opened(self) -> None:
        self._settling = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        if self.connection.identity is not None:
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
        if self.name:
            live.forget(self.name)
            await in_database(services.go, user_id=self.player.user_id, socket=self.name)

    # -- Who it is

    def _refuse_stranger(self, command: Command) -> None:
        raise Unauthenticated("Send auth_request first.")

    @handles(commands.AuthRequest)
    async def authenticate(self, command: commands.AuthRequest) -> None:
        if self.connection.identity is not None:
            raise AlreadyAuthenticated
        answer = events.AuthResponse(user_id=0, username="", ref=UNSET if command.id is None else command.id)
        token = command.token
        if token is None:
            if not (command.username and command.password):
                raise Invalid("Give a username and a password, or a token.")
            client = self.scope.get("client") or (None,)
            signed_in = await in_database(
                signing_in.sign_in_over_socket,
                login=command.username,
                password=command.password,
                ip=client[0],
                user_agent=self._user_agent(),
            )
            token = answer.access = signed_in.tokens.access
            answer.refresh = signed_in.tokens.refresh
        identity = await gatekeeping.identify(token)
        if self.connection.closed_with is not None:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        del self.handlers
        self._here.sockets.identify(self.connection, identity)
        answer.user_id, answer.username = identity.user_id, identity.username
        self.connection.tell(answer)
        await self._enter()

    def _user_agent(self) -> str:
        headers = dict(self.scope["headers"])
        return bytes(headers.get(b"user-agent", b"")).decode("latin-1")

    @handles(commands.Disconnect)
    def disconnect(self, command: commands.Disconnect) -> None:
        self.connection.close(NORMAL, "disconnected")

    def replace(self) -> None:
        """The user has opened another socket."""
        self.connection.close(REPLACED, "replaced")

    # -- Where it is

    async def _enter(self) -> None:
        user_id = self.player.user_id
        self.name = live.register(self)
        replaced = await in_database(services.come, user_id=user_id, socket=self.name)
        if replaced:
            live.replace(replaced)
        async with self._settling:
            own = await self.overhear(topics.in_world(user_id))
            await self._hear_place()
            if not await self.follow(topics.world(), self.snapshot) and self._area is not None:
                self.connection.tell(await self._area_state())
            for heard in (own, self._area, self._faction):
                if heard is not None:
                    heard.begin()
        await self.entered()

    async def entered(self) -> None:
        """It is known how the world stands; what else concerns this user comes next."""

    async def _hear_place(self) -> None:
        """Hear where the character in play is, and who is of its faction; frames wait."""
        # What was told of its own coming and going is heard before, where it was, or not at all.
        await self._here.streams.sent()
        found = await in_database(selectors.visitor, self.player.user_id)
        self.character = None if found is None else found.info
        for before in (self._area, self._faction):
            if before is not None:
                await self.stop_hearing(before)
        self._area = self._faction = None
        if found is not None:
            self._area = await self.overhear(topics.area(found.info.location_id), self._area_state)
            self._faction = await self.overhear(topics.faction(found.faction_id))

    def settle_soon(self) -> None:
        """The character, or where it is, was changed."""
        task = asyncio.create_task(self._settle())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        async with self._settling:
            await self._hear_place()
            self.connection.tell(await self._area_state())
            for heard in (self._area, self._faction):
                if heard is not None:
                    heard.begin()

    async def snapshot(self) -> events.WorldState:
        """How the world stands for this user."""
        return await in_database(selectors.world_state, self.player.user_id)

    async def _area_state(self) -> events.AreaState:
        character = self.character
        if character is None:
            return events.AreaState(area=None)
        return events.AreaState(area=await in_database(selectors.area, character.location_id))
