"""The consumer of a battle's socket."""

import asyncio

import msgspec

from accounts import consent
from core import speech, words
from core.database import in_database
from game.battles import commands, events, selectors, services
from game.battles.refusals import UnknownBattle
from realtime import worker
from realtime.connections import limits
from realtime.publishing import publish_now
from realtime.socket import addresses
from realtime.socket.consumer import Consumer, handles

CHAT_ALLOWED, CHAT_WINDOW_S = 3, 2.0


class BattleConsumer(Consumer):
    """A battle's socket, for users who have joined it."""

    opens_with = events.Connected
    emits = (
        events.PlayerJoined,
        events.PlayerLeft,
        events.Attack,
        events.EnemyAttack,
        events.EnemyDefeated,
        events.BattleWon,
        events.BattleLost,
        events.Chat,
    )
    battle_id: int
    socket: str | None = None
    _connecting: asyncio.Future[str] | None = None

    async def opened(self) -> None:
        given = self.scope["url_route"]["kwargs"]["battle_id"]
        if not (given.isascii() and given.isdigit() and len(given) < 19):
            raise UnknownBattle
        self.battle_id = int(given)
        await self._snapshot()  # first of all, because it refuses users who have not joined
        self.socket = addresses.register(self.connection)
        await self.follow(events.in_battle(self.battle_id), self._snapshot)
        self._connecting = asyncio.ensure_future(
            in_database(
                services.connect, user_id=self.player.user_id, battle_id=self.battle_id, socket=self.socket
            )
        )
        before = await asyncio.shield(self._connecting)
        if before:
            addresses.replace(before)

    async def closed(self) -> None:
        if self.socket is None:
            return
        addresses.forget(self.socket)
        if self._connecting is not None:
            # The database may still be working on it.
            await asyncio.wait({self._connecting})
            await in_database(
                services.disconnect, user_id=self.player.user_id, battle_id=self.battle_id, socket=self.socket
            )

    async def _snapshot(self) -> events.Connected:
        state = await in_database(selectors.battle_state, self.battle_id, self.player.user_id)
        return events.Connected(**msgspec.structs.asdict(state))

    @handles(commands.Attack)
    async def attack(self, command: commands.Attack) -> None:
        await in_database(
            services.attack,
            user_id=self.player.user_id,
            battle_id=self.battle_id,
            enemy_id=command.enemy_id,
        )

    @handles(commands.Chat)
    async def chat(self, command: commands.Chat) -> None:
        player, message = self.player, speech.clean(command.message)
        await consent.check_speech_among_strangers(player.user_id)
        await limits.enforce(
            worker.current().redis,
            f"battle_chat:{player.user_id}",
            allowed=CHAT_ALLOWED,
            window_s=CHAT_WINDOW_S,
        )
        message = await words.amask(message)
        publish_now(
            events.Chat(
                battle_id=self.battle_id, user_id=player.user_id, username=player.username, message=message
            )
        )
