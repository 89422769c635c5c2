"""The queue, games, battles, chat and notifications."""

import asyncio
import struct
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gameplatform_client.channel import Channel
from gameplatform_client.errors import ApiError, ProtocolError
from gameplatform_client.messages import MessageType
from gameplatform_client.protocol import Id, Message
from gameplatform_client.records import OpenRecord
from gameplatform_client.session import Session
from gameplatform_client.state import SUBPROTOCOLS, SyncedState

_SHOWING = {
    MessageType.GAME_STATE,
    MessageType.PLAYER_MOVE,
    MessageType.GAME_UPDATE,
    MessageType.GAME_TICK,
    MessageType.GAME_OVER,
}

_NOT_BEGUN = {"created", "waiting_for_players", "waiting_for_ready"}


class GameChannel(Channel):
    """The socket of one game. Refusals arrive as ``MessageType.ERROR``, with the ``id`` as ``ref``."""

    newest: Message | None = None
    """The newest frame with a view: a state, a move, an update, a tick or the end of the game."""

    def __init__(self, url: str, *, sync: SyncedState | None = None, **given: Any) -> None:
        super().__init__(url, **given)
        self.sync = sync
        """The view kept from changes, or None where whole ones are sent."""
        if sync is not None:
            self._subprotocols = SUBPROTOCOLS

    async def _understood(self, frame: str | bytes) -> Message | None:
        if self.sync is None:
            return await super()._understood(frame)
        was_lost = self.sync.is_lost
        try:
            message = self.sync.read(frame)
        except (ArithmeticError, LookupError, TypeError, ValueError, struct.error) as problem:
            raise ProtocolError("The frame is not of this game's view.") from problem
        if self.sync.is_lost and not was_lost:
            await self.send({"type": MessageType.RESYNC})
        return None if message["type"] == MessageType.GAME_TICK and "view" not in message else message

    def _note(self, message: Message) -> None:
        kind = message["type"]
        if kind in {MessageType.GAME_START, MessageType.GAME_TICK} or message.get("state") == "active":
            self._is_in_play.set()
        elif kind in {MessageType.GAME_STATE, MessageType.GAME_OVER}:
            self._is_in_play.clear()
        if message["type"] in _SHOWING:
            self.newest = message

    async def begin(self) -> bool:
        """Set this player ready and wait until the game begins; return False if it ends before that."""
        while self.newest is None or self.newest.get("state") in _NOT_BEGUN:
            changes = [self.expect(kind) for kind in (MessageType.GAME_STATE, MessageType.GAME_OVER)]
            if self._is_awaited():
                await self.ready()
            await asyncio.wait(changes, return_when=asyncio.FIRST_COMPLETED)
            for change in changes:
                if change.done():
                    change.result()
                change.cancel()
        is_over = self.newest["type"] == MessageType.GAME_OVER
        return not is_over and bool(self.newest.get("state", "active") == "active")

    def _is_awaited(self) -> bool:
        """Return whether the game waits for this player to be ready."""
        if self.newest is None:
            return False
        me = (self.newest.get("you") or {}).get("user_id")
        return any(player["id"] == me and not player["ready"] for player in self.newest["players"])

    async def ready(self) -> None:
        """Set this player ready to start."""
        await self.send({"type": MessageType.PLAYER_READY})

    async def move(self, movement: Mapping[str, Any]) -> str | int:
        """Make a move, with the fields of the game's ``move_schema``; return the message's ``id``."""
        return await self.send({"type": MessageType.PLAYER_MOVE, "movement": movement})

    async def steer(self, movement: Mapping[str, Any]) -> bool:
        """Send an input of a real-time game, if connected; return whether it was sent.

        It is acknowledged by ``ack``, if it has a number (``n``).
        """
        return await self.send_now({"type": MessageType.PLAYER_MOVE, "movement": movement})

    async def act(self, action: str, data: Any = None) -> str | int:
        """Send ``resign``, ``offer_draw``, ``accept_draw``, ``rematch``, ``emote`` or a game's own action."""
        message = {"type": MessageType.GAME_ACTION, "action": action}
        return await self.send(message if data is None else {**message, "data": data})

    async def say(self, text: str) -> str | int:
        """Send a message to the players and spectators."""
        return await self.send({"type": MessageType.CHAT_MESSAGE, "message": text})


class BattleChannel(Channel):
    """The socket of one battle."""

    async def attack(self, enemy_id: Id) -> None:
        """Attack an enemy; the server computes the effect. Raises ``CommandRefused``."""
        await self.ask({"type": MessageType.ATTACK, "enemy_id": enemy_id})

    async def say(self, text: str) -> None:
        """Send a message to the fighters. Raises ``CommandRefused``."""
        await self.ask({"type": MessageType.CHAT, "message": text})


class RoomChannel(Channel):
    """The socket of a lobby, or of the conversation with a friend."""

    async def say(self, text: str) -> None:
        """Send a message. Raises ``CommandRefused``."""
        await self.ask({"type": MessageType.CHAT_MESSAGE, "message": text})

    async def typing(self, is_typing: bool) -> None:
        """Show or hide the typing indicator."""
        kind = MessageType.TYPING_START if is_typing else MessageType.TYPING_STOP
        await self.send({"type": kind})


class Playing(Session):
    """A session that plays and chats. Every ``connect_to_...`` raises ``ChannelClosed`` if it is refused."""

    async def join_queue(self, game: str | None = None, **options: Any) -> OpenRecord:
        """Queue for a game, by default the server's default game; return the status.

        ``match_found`` announces the match, on the socket of ``connect_to_notifications``.
        """
        body = options if game is None else {"game": game, **options}
        answer: OpenRecord = await self.request("POST", "/game/join/", body)
        return answer

    async def leave_queue(self) -> OpenRecord:
        """Leave the queue."""
        answer: OpenRecord = await self.request("POST", "/game/leave/")
        return answer

    async def queues(self) -> list[OpenRecord]:
        """Return the queues of all games, with what each asks of a player."""
        answer: list[OpenRecord] = await self.request("GET", "/api/queues/")
        return answer

    async def accept(self, proposal_id: int) -> OpenRecord:
        """Accept a match that ``match_proposed`` announced; return the status."""
        answer: OpenRecord = await self.request("POST", "/game/accept/", {"proposal_id": proposal_id})
        return answer

    async def decline(self, proposal_id: int) -> OpenRecord:
        """Decline a proposed match and leave the queue."""
        answer: OpenRecord = await self.request("POST", "/game/decline/", {"proposal_id": proposal_id})
        return answer

    async def queue_status(self) -> OpenRecord:
        """Return ``idle``, ``queued`` or ``matched``, with the place in the queue or the game."""
        answer: OpenRecord = await self.request("GET", "/game/status/")
        return answer

    async def save(self, key: str, value: Any, *, version: str | None = None) -> OpenRecord:
        """Save a game under a key, on all devices of the user; return it with its new ``version``.

        With a ``version``, only if the saved game has it (empty: if there is none); else ``ApiError`` with
        the code ``stale_version``.
        """
        put = {"collection": "saves", "key": key, "value": value, "version": version}
        saved: list[OpenRecord] = await self.request("POST", "/api/storage/", {"put": [put]})
        return saved[0]

    async def load(self, key: str) -> OpenRecord | None:
        """Return a saved game, with ``value`` and ``version``, or None."""
        try:
            found: OpenRecord = await self.request("GET", f"/api/storage/saves/{quote(key, safe='')}/")
        except ApiError as refusal:
            if refusal.error_code == "unknown_document":
                return None
            raise
        return found

    async def leaderboard(
        self, name: str, *, period: str = "", around_me: bool = False, limit: int = 50
    ) -> list[OpenRecord]:
        """Return rows of a game's or an app's leaderboard, with ``rank``, ``user`` and ``score``."""
        asked: dict[str, str | int] = {"limit": limit}
        if period:
            asked["period"] = period
        if around_me:
            asked["around"] = "me"
        path = f"/api/leaderboards/{quote(name, safe='')}/"
        page: OpenRecord = await self.request("GET", path, params=asked)
        rows: list[OpenRecord] = page["results"]
        return rows

    async def call(self, procedure: str, **arguments: Any) -> Any:
        """Call a procedure that the server's own apps offer; return its answer."""
        return await self.request("POST", f"/api/rpc/{procedure}/", arguments)

    async def play_as_guest(self, game: str | None = None, **options: Any) -> GameChannel:
        """Play a game against whoever is matched; return its socket once the game has begun.

        Signs in as a guest unless somebody is signed in, queues, connects and says that this player is ready.
        If the other player never comes, the next match follows.
        """
        if self.user is None:
            await self.sign_in_as_guest()
        notifications = await self.connect_to_notifications()
        found = notifications.expect(MessageType.MATCH_FOUND)
        place = await self.join_queue(game, **options)
        game_id = place.get("game_id") or (await found)["game_id"]
        while True:
            found = notifications.expect(MessageType.MATCH_FOUND)
            channel = await self.connect_to_game(game_id)
            if await channel.begin():
                return channel
            await channel.close()
            game_id = (await found)["game_id"]

    async def connect_to_game(
        self, game_id: str, *, sync: SyncedState | None = None, follow: Id | None = None
    ) -> GameChannel:
        """Play or watch a game.

        With ``sync`` the server sends only what changes in the view; frames have the whole ``view`` as ever.
        A spectator may ``follow`` a player, by id, and sees what that player sees, in games that allow it.
        """
        query = {} if follow is None else {"follow": str(follow)}
        path = f"/ws/game/{quote(game_id, safe='')}/"
        return await self._open(path, GameChannel, sync=sync, query=query)

    async def connect_to_open_rooms(
        self, game: str | None = None, *, metadata: Mapping[str, object] | None = None
    ) -> Channel:
        """Receive the list of rooms that can be joined (``OPEN_ROOMS``), and each change of it.

        All, or those of a game and with these values in their metadata. A room that is new or has changed is
        ``ROOM_LISTED``, one that is gone is ``ROOM_UNLISTED``.
        """
        query = {} if game is None else {"game": game}
        for key, value in (metadata or {}).items():
            query[f"metadata.{key}"] = str(value).lower() if isinstance(value, bool) else str(value)
        return await self._open("/ws/rooms/", Channel, query=query)

    async def connect_to_battle(self, battle_id: Id) -> BattleChannel:
        """Fight in a battle that the user has joined."""
        return await self._open(f"/ws/battle/{quote(str(battle_id), safe='')}/", BattleChannel)

    async def connect_to_lobby(self, lobby: int | str) -> RoomChannel:
        """Enter a lobby that the user is a member of, by its id or its name."""
        path = (
            f"/ws/lobbies/{lobby}/" if isinstance(lobby, int) else f"/ws/chat/lobby/{quote(lobby, safe='')}/"
        )
        return await self._open(path, RoomChannel)

    async def connect_to_direct_messages(self, friend_id: Id) -> RoomChannel:
        """Chat with a friend."""
        return await self._open(f"/ws/chat/{quote(str(friend_id), safe='')}/", RoomChannel)

    async def connect_to_notifications(self) -> Channel:
        """Receive everything that is addressed to the user."""
        return await self._open("/ws/notifications/", Channel)

    async def connect_to_presence(self) -> Channel:
        """Receive the online status of friends."""
        return await self._open("/ws/friends/status/", Channel)
