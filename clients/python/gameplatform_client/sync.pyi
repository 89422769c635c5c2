"""The client for plain code, without ``await``: each call returns once it is through."""

# Made by sync_stub.py from the async client; changes here are lost.

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Literal, Self

from gameplatform_client.api import User
from gameplatform_client.channel import State
from gameplatform_client.errors import ChannelClosed
from gameplatform_client.handlers import Handler
from gameplatform_client.messages import MessageType
from gameplatform_client.protocol import Id, Message
from gameplatform_client.records import OpenRecord
from gameplatform_client.world import NearbyPlayer, OwnCharacter, Shard, Vector, WorldState

__all__ = ["BattleChannel", "Channel", "GameChannel", "NetworkClient", "RoomChannel", "WorldChannel"]

class Handlers:
    """The handlers of a client or a channel."""

    def register_handler(self, message_type: str, handler: Handler) -> None:
        """Call ``handler`` with every message of this type, in the order in which they come."""

    def unregister_handler(self, message_type: str, handler: Handler) -> None:
        """Do not call ``handler`` any more. Raises ``ValueError`` if it is not registered."""

class Channel(Handlers):
    """A socket of the server, as seen by a program.

    Its handlers are called in order, on a task of their own, so that a handler may itself ask and wait.
    """

    state: State
    seq: int | None

    def open(self) -> None:
        """Connect, keep trying, and return once the first frame is heard.

        Raises ``ChannelClosed`` if the server refuses the socket.
        """

    def close(self) -> None:
        """Close for good; what still waits to be sent or handled is dropped."""

    def wait_closed(self) -> ChannelClosed:
        """Wait until the channel is closed for good; returns why."""

    def renew(self) -> None:
        """Replace a live connection by one with the newest token, without a gap."""

    def expect(self, message_type: str) -> Future[Message]:
        """A future of the next message of this type; ``ChannelClosed`` if there will be none."""

    def send(self, message: Mapping[str, Any]) -> str | int:
        """Send a message now or as soon as there is a connection; returns its ``id``.

        Fields whose names end in ``_id`` may be texts of numbers. Raises ``ChannelClosed`` if there will be
        no connection, and ``ClientError`` with ``outbox_full`` if too much waits already.
        """

    def ask(self, message: Mapping[str, Any]) -> Message | None:
        """Send a message and wait until the server is through with it; returns the answer, if it has one.

        A socket's messages are handled in order, so a ping sent after one is answered after it. Raises
        ``CommandRefused``, ``AnswerLost`` if the connection breaks meanwhile, and what ``send`` raises.
        """

class Session(Handlers):
    """A signed-in user with sockets. Handlers registered here hear all of them."""

    server_url: str
    encryption_enabled: bool

    def __init__(self, server_url: str | None = None, *, encryption_key: str | None = None) -> None:
        """``server_url`` is ``http(s)://host``, by default the environment's ``SERVER_URL``, else localhost.

        ``encryption_key`` is the server's ``ENCRYPTION_KEY``, by default that of the environment; with one,
        the world's frames are encrypted with the user's key.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    @property
    def user(self) -> User | None:
        """Who is signed in."""

    def sign_in(self, username: str, password: str) -> User:
        """Sign in by name or e-mail. Raises ``ApiError``."""

    def sign_in_as_guest(self, username: str = "") -> User:
        """Sign in without an account; a name is made up unless given. Raises ``ApiError``."""

    def register(self, username: str, email: str, password: str) -> User:
        """Make an account and sign in. Raises ``ApiError``."""

    def request(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """One call of the REST API; returns its JSON answer, or None where there is none.

        A POST carries an ``Idempotency-Key`` (a new one unless given), so that it can be sent again with the
        same effect. Raises ``ApiError``.
        """

    def disconnect(self) -> None:
        """Close all sockets and sign out."""

class GameChannel(Channel):
    """The socket of one game. What was refused comes as ``MessageType.ERROR``, with the ``id`` as ``ref``."""

    def ready(self) -> None:
        """Tell the game that this player may start."""

    def move(self, movement: Mapping[str, Any]) -> str | int:
        """Make a move, with the fields of the game's ``move_schema``; returns the message's ``id``."""

    def act(self, action: str, data: Any = None) -> str | int:
        """``resign``, ``offer_draw``, ``accept_draw``, ``rematch``, ``emote`` or one of the game's own."""

    def say(self, text: str) -> str | int:
        """Say something to the players and all who watch."""

class BattleChannel(Channel):
    """The socket of one battle."""

    def attack(self, enemy_id: Id) -> None:
        """Strike an enemy; the server decides what it does. Raises ``CommandRefused``."""

    def say(self, text: str) -> None:
        """Say something to the fighters. Raises ``CommandRefused``."""

class RoomChannel(Channel):
    """The socket of a lobby, or of the conversation with a friend."""

    def say(self, text: str) -> None:
        """Say something. Raises ``CommandRefused``."""

    def typing(self, is_typing: bool) -> None:
        """Tell whether something is being written."""

class Playing(Session):
    """A session that plays and talks. Every ``connect_to_...`` raises ``ChannelClosed`` if it is refused."""

    def join_queue(self, game: str | None = None, **options: Any) -> OpenRecord:
        """Queue for a game, the server's default without a name; returns where one stands.

        ``match_found`` tells of the match, on the socket of ``connect_to_notifications``.
        """

    def leave_queue(self) -> OpenRecord:
        """Leave the queue."""

    def queue_status(self) -> OpenRecord:
        """``idle``, ``queued`` or ``matched``, with the place in the queue or the game."""

    def connect_to_game(self, game_id: str) -> GameChannel:
        """Play or watch a game."""

    def connect_to_battle(self, battle_id: Id) -> BattleChannel:
        """Fight in a battle that one has joined."""

    def connect_to_lobby(self, lobby: int | str) -> RoomChannel:
        """Enter a lobby that one is a member of, by its id or its name."""

    def connect_to_direct_messages(self, friend_id: Id) -> RoomChannel:
        """Talk with a friend."""

    def connect_to_notifications(self) -> Channel:
        """Hear everything that is addressed to the user."""

    def connect_to_presence(self) -> Channel:
        """Hear which friends are there."""

class WorldChannel(Channel):
    """The socket of the shared world, which keeps who is near."""

    present: dict[int, NearbyPlayer]

class NetworkClient(Playing):
    """Everything a player's program needs.

    What is asked of the world returns once the server is through with it, and raises ``CommandRefused`` if it
    was refused; what it leads to comes to the handlers.
    """

    def connect(self, username: str, password: str) -> User:
        """Sign in by name or e-mail, and enter the world. Raises ``ApiError`` or ``ChannelClosed``."""

    def connect_to_world(self) -> WorldChannel:
        """Enter the world as who is signed in, or stay there.

        Raises ``ChannelClosed`` if it is refused, and ``ApiError`` with ``encryption_unavailable`` if frames
        are to be encrypted and the server has no key.
        """

    @property
    def world(self) -> WorldChannel:
        """The socket of the world. Raises ``ClientError`` with ``not_connected`` before ``connect``."""

    def ask(self, message_type: MessageType, **fields: Any) -> Message | None:
        """Ask the world for anything it takes, as ``ask(MessageType.PARTY_KICK, user_id=7)``.

        Returns the answer, if it has one; fields that are None are left out.
        """

    def get_characters(self) -> list[OwnCharacter]:
        """One's characters."""

    def create_character(self, name: str, faction: str) -> OwnCharacter:
        """Make a character, of a faction by its name."""

    def delete_character(self, character_id: Id) -> None:
        """Delete a character of one's own for good."""

    def select_character(self, character_id: Id) -> OwnCharacter:
        """Play this character; returns once it is in the world."""

    def get_world_state(self) -> WorldState:
        """Factions, places, and whose reality it is."""

    def get_shards(self) -> list[Shard]:
        """All crystal shards."""

    def get_nearby_players(self, location_id: Id | None = None) -> list[NearbyPlayer]:
        """The characters of others where one's own is, as last told; nobody for another ``location_id``."""

    def send_move(self, to_location_id: Id, from_location_id: Id | None = None) -> None:
        """Walk to a place to which a path leads; returns once one is there."""

    def send_position_update(self, position: Vector, velocity: Vector = (0.0, 0.0, 0.0)) -> None:
        """Move inside the place. It is not waited for, and dropped while there is no connection.

        An impossible jump comes as ``MessageType.ERROR``, and a ``character_update`` puts one back.
        """

    def send_chat(self, content: str, channel: Literal["world", "area"] = "world") -> None:
        """Say something to the whole world, or on the channel ``area`` to all who are where one is."""

    def whisper(self, to_user_id: Id, content: str) -> None:
        """Say something to one user who is in the world."""

    def send_party_chat(self, content: str) -> None:
        """Say something to one's party."""

    def send_faction_chat(self, content: str) -> None:
        """Say something to one's faction."""

    def start_combat(self, target_id: Id) -> int:
        """Attack a character of another faction that is where one is; returns the ``combat_id``."""

    def send_combat_action(
        self,
        combat_id: Id,
        action_type: Literal["attack", "spell", "item"],
        target_id: Id | None = None,
        ability_name: str | None = None,
        item_id: Id | None = None,
    ) -> None:
        """Strike, cast the spell ``ability_name``, or use ``item_id`` of one's inventory.

        What heals works on oneself and needs no target.
        """

    def capture_shard(self, shard_id: Id) -> None:
        """Begin to capture a shard where one is; ``shard_status`` and ``shard_captured`` tell how it goes."""

    def request_trade(self, to_user_id: Id) -> int:
        """Ask somebody where one is to trade; returns the ``trade_id``."""

    def accept_trade(self, trade_id: Id) -> None:
        """Agree to trade: both can offer from now on."""

    def decline_trade(self, trade_id: Id) -> None:
        """End a trade, whether it is open yet or not."""

    def offer_in_trade(self, trade_id: Id, gold: int = 0, items: Sequence[Mapping[str, Id]] = ()) -> None:
        """Offer this, in place of what one offered before; ``items`` are ``{"id", "quantity"}``."""

    def confirm_trade(self, trade_id: Id, version: int) -> None:
        """Agree to what is offered in this version; once both have, it changes hands."""
