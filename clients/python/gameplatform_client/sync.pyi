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
from gameplatform_client.state import SyncedState
from gameplatform_client.world import NearbyPlayer, OwnCharacter, Shard, Vector, WorldState

__all__ = ["BattleChannel", "Channel", "GameChannel", "NetworkClient", "RoomChannel", "WorldChannel"]

class Handlers:
    """The handlers of a client or a channel."""

    def register_handler(self, message_type: str, handler: Handler) -> None:
        """Call ``handler`` with every message of this type, in the order of arrival."""

    def unregister_handler(self, message_type: str, handler: Handler) -> None:
        """Remove ``handler``. Raises ``ValueError`` if it is not registered."""

class Channel(Handlers):
    """A persistent socket.

    Its handlers are called in order, on a task of their own, so that a handler may itself send commands and
    wait.
    """

    state: State
    seq: int | None

    def open(self) -> None:
        """Connect, retrying until the first frame is received.

        Raises ``ChannelClosed`` if the server refuses the socket.
        """

    def close(self) -> None:
        """Close for good, dropping everything that is queued."""

    def wait_closed(self) -> ChannelClosed:
        """Wait until the channel is closed for good; return the reason."""

    def renew(self) -> None:
        """Replace a live connection by one with the newest token, without losing messages."""

    def expect(self, message_type: str) -> Future[Message]:
        """Return a future of the next message of this type; it fails with ``ChannelClosed``."""

    def send(self, message: Mapping[str, Any]) -> str | int:
        """Send a message now or when connected again; return its ``id``.

        Fields whose names end in ``_id`` may be numeric strings. Raises ``ChannelClosed`` if the channel is
        closed, and ``ClientError`` with ``outbox_full`` if too many messages are queued.
        """

    def send_now(self, message: Mapping[str, Any]) -> bool:
        """Send a message without an ``id`` if connected, else drop it; return whether it was sent."""

    def ask(self, message: Mapping[str, Any]) -> Message | None:
        """Send a message and wait until the server has handled it; return the answer, if there is one.

        A socket's messages are handled in order, so a ping sent after one is answered after it. Raises
        ``CommandRefused``, ``AnswerLost`` if the connection breaks meanwhile, and the exceptions of ``send``.
        """

class Session(Handlers):
    """A signed-in user with sockets. Handlers registered here receive messages from all of them."""

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
        """The signed-in user."""

    def sign_in(self, username: str, password: str) -> User:
        """Sign in by name or e-mail. Raises ``ApiError``."""

    def sign_in_as_guest(self, username: str = "") -> User:
        """Sign in as a guest; a name is generated unless given. Raises ``ApiError``."""

    def register(self, username: str, email: str, password: str) -> User:
        """Create an account and sign in. Raises ``ApiError``."""

    def request_email_code(self) -> None:
        """Have a code sent that verifies the user's address. Raises ``ApiError``."""

    def verify_email(self, code: str) -> None:
        """Verify the user's address. Raises ``ApiError`` with ``code_invalid``."""

    def change_email(self, email: str, password: str) -> None:
        """Give the account another address, which counts once it is verified. Raises ``ApiError``."""

    def request_sign_in_code(self, email: str) -> None:
        """Have a code sent that signs in; nothing tells whether there is such an account."""

    def sign_in_by_code(self, email: str, code: str) -> User:
        """Sign in with the code that was sent. Raises ``ApiError``."""

    def sign_in_by_device(self, device_id: str, *, create: bool = True) -> User:
        """Sign in by a random id that this device keeps; an unknown one gets a new account."""

    def sign_in_by_provider(self, provider: str, proof: Mapping[str, Any]) -> User:
        """Sign in by what a provider gave: ``id_token`` and ``nonce``, or ``code`` and what belongs to it.

        Raises ``ApiError``.
        """

    def answer_challenge(self, challenge: str, code: str) -> User:
        """Finish a sign-in refused with ``mfa_required``, whose ``members`` have the challenge."""

    def links(self) -> list[dict[str, Any]]:
        """Return the ways in which the user can sign in. Raises ``ApiError``."""

    def link(self, way: str, proof: Mapping[str, Any]) -> None:
        """Add a way to sign in; a guest becomes a full account by all but a device.

        It is ``device`` with ``device_id``, ``password`` with ``password``, or a provider with its proof.
        Raises ``ApiError``, such as ``proof_required``: then call :meth:`prove`.
        """

    def unlink(self, way: str) -> None:
        """Take a way to sign in away. Raises ``ApiError``, such as ``last_way_in``."""

    def prove(self, *, password: str = "", code: str = "") -> None:
        """Prove afresh who the user is, by a code of the second factor or else the password.

        Raises ``ApiError``.
        """

    def begin_totp(self) -> dict[str, Any]:
        """Begin to set up an authenticator app: return ``secret``, ``otpauth_url`` and ``qr``."""

    def confirm_totp(self, code: str) -> list[str]:
        """Turn the second factor on by a first code; return the recovery codes. Raises ``ApiError``."""

    def remove_totp(self, password: str = "") -> None:
        """Turn the second factor off; an account with a password needs it. Raises ``ApiError``."""

    def access_token(self) -> str:
        """Return a valid access token of the user, such as for :meth:`merge`. Raises ``ApiError``."""

    def merge(self, access: str) -> dict[str, Any]:
        """Merge the account of another client, by its access token, into this one's, and close it.

        Both have signed in within the last minutes. Returns the kept account. Raises ``ApiError``, such as
        ``proof_required`` or ``other_proof_required``.
        """

    def begin_passkey_sign_in(self) -> dict[str, Any]:
        """Return the options for the platform's WebAuthn API to sign in by a passkey."""

    def sign_in_by_passkey(self, credential: Mapping[str, Any]) -> User:
        """Sign in with the credential that the platform's WebAuthn API returned. Raises ``ApiError``."""

    def begin_passkey(self) -> dict[str, Any]:
        """Return the options for the platform's WebAuthn API to make a passkey. Raises ``ApiError``."""

    def add_passkey(self, credential: Mapping[str, Any], *, name: str = "") -> dict[str, Any]:
        """Add the passkey that the platform's WebAuthn API made. Raises ``ApiError``."""

    def request_password_reset(self, email: str) -> None:
        """Have a link sent to set a new password; nothing tells whether there is such an account."""

    def reset_password(self, key: str, password: str) -> None:
        """Set a new password with the key of the link. Raises ``ApiError`` with ``reset_invalid``."""

    def request(
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

    def disconnect(self) -> None:
        """Close all sockets and sign out."""

class GameChannel(Channel):
    """The socket of one game. Refusals arrive as ``MessageType.ERROR``, with the ``id`` as ``ref``."""

    newest: Message | None

    def begin(self) -> bool:
        """Set this player ready and wait until the game begins; return False if it ends before that."""

    def ready(self) -> None:
        """Set this player ready to start."""

    def move(self, movement: Mapping[str, Any]) -> str | int:
        """Make a move, with the fields of the game's ``move_schema``; return the message's ``id``."""

    def steer(self, movement: Mapping[str, Any]) -> bool:
        """Send an input of a real-time game, if connected; return whether it was sent.

        It is acknowledged by ``ack``, if it has a number (``n``).
        """

    def act(self, action: str, data: Any = None) -> str | int:
        """Send ``resign``, ``offer_draw``, ``accept_draw``, ``rematch``, ``emote`` or a game's own action."""

    def say(self, text: str) -> str | int:
        """Send a message to the players and spectators."""

class BattleChannel(Channel):
    """The socket of one battle."""

    def attack(self, enemy_id: Id) -> None:
        """Attack an enemy; the server computes the effect. Raises ``CommandRefused``."""

    def say(self, text: str) -> None:
        """Send a message to the fighters. Raises ``CommandRefused``."""

class RoomChannel(Channel):
    """The socket of a lobby, or of the conversation with a friend."""

    def say(self, text: str) -> None:
        """Send a message. Raises ``CommandRefused``."""

    def typing(self, is_typing: bool) -> None:
        """Show or hide the typing indicator."""

class Playing(Session):
    """A session that plays and chats. Every ``connect_to_...`` raises ``ChannelClosed`` if it is refused."""

    def join_queue(self, game: str | None = None, **options: Any) -> OpenRecord:
        """Queue for a game, by default the server's default game; return the status.

        ``match_found`` announces the match, on the socket of ``connect_to_notifications``.
        """

    def leave_queue(self) -> OpenRecord:
        """Leave the queue."""

    def queues(self) -> list[OpenRecord]:
        """Return the queues of all games, with what each asks of a player."""

    def accept(self, proposal_id: int) -> OpenRecord:
        """Accept a match that ``match_proposed`` announced; return the status."""

    def decline(self, proposal_id: int) -> OpenRecord:
        """Decline a proposed match and leave the queue."""

    def queue_status(self) -> OpenRecord:
        """Return ``idle``, ``queued`` or ``matched``, with the place in the queue or the game."""

    def save(self, key: str, value: Any, *, version: str | None = None) -> OpenRecord:
        """Save a game under a key, on all devices of the user; return it with its new ``version``.

        With a ``version``, only if the saved game has it (empty: if there is none); else ``ApiError`` with
        the code ``stale_version``.
        """

    def load(self, key: str) -> OpenRecord | None:
        """Return a saved game, with ``value`` and ``version``, or None."""

    def leaderboard(
        self, name: str, *, period: str = "", around_me: bool = False, limit: int = 50
    ) -> list[OpenRecord]:
        """Return rows of a game's or an app's leaderboard, with ``rank``, ``user`` and ``score``."""

    def call(self, procedure: str, **arguments: Any) -> Any:
        """Call a procedure that the server's own apps offer; return its answer."""

    def play_as_guest(self, game: str | None = None, **options: Any) -> GameChannel:
        """Play a game against whoever is matched; return its socket once the game has begun.

        Signs in as a guest unless somebody is signed in, queues, connects and says that this player is ready.
        If the other player never comes, the next match follows.
        """

    def connect_to_game(
        self, game_id: str, *, sync: SyncedState | None = None, follow: Id | None = None
    ) -> GameChannel:
        """Play or watch a game.

        With ``sync`` the server sends only what changes in the view; frames have the whole ``view`` as ever.
        A spectator may ``follow`` a player, by id, and sees what that player sees, in games that allow it.
        """

    def connect_to_open_rooms(
        self, game: str | None = None, *, metadata: Mapping[str, object] | None = None
    ) -> Channel:
        """Receive the list of rooms that can be joined (``OPEN_ROOMS``), and each change of it.

        All, or those of a game and with these values in their metadata. A room that is new or has changed is
        ``ROOM_LISTED``, one that is gone is ``ROOM_UNLISTED``.
        """

    def connect_to_battle(self, battle_id: Id) -> BattleChannel:
        """Fight in a battle that the user has joined."""

    def connect_to_lobby(self, lobby: int | str) -> RoomChannel:
        """Enter a lobby that the user is a member of, by its id or its name."""

    def connect_to_direct_messages(self, friend_id: Id) -> RoomChannel:
        """Chat with a friend."""

    def connect_to_notifications(self) -> Channel:
        """Receive everything that is addressed to the user."""

    def connect_to_presence(self) -> Channel:
        """Receive the online status of friends."""

class WorldChannel(Channel):
    """The socket of the shared world, which tracks nearby players."""

    present: dict[int, NearbyPlayer]

class NetworkClient(Playing):
    """The main client class.

    Commands to the world return once the server has handled them, and raise ``CommandRefused`` if refused;
    the resulting events are passed to the handlers.
    """

    def connect(self, username: str, password: str) -> User:
        """Sign in by name or e-mail, and enter the world. Raises ``ApiError`` or ``ChannelClosed``."""

    def connect_to_world(self) -> WorldChannel:
        """Enter the world as the signed-in user; return the existing socket if there is one.

        Raises ``ChannelClosed`` if it is refused, and ``ApiError`` with ``encryption_unavailable`` if
        encryption is enabled and the server has no key.
        """

    @property
    def world(self) -> WorldChannel:
        """The socket of the world. Raises ``ClientError`` with ``not_connected`` before ``connect``."""

    def ask(self, message_type: MessageType, **fields: Any) -> Message | None:
        """Send any command to the world, such as ``ask(MessageType.PARTY_KICK, user_id=7)``.

        Returns the answer, if there is one. Fields that are None are omitted.
        """

    def get_characters(self) -> list[OwnCharacter]:
        """Return the user's characters."""

    def create_character(self, name: str, faction: str) -> OwnCharacter:
        """Create a character; ``faction`` is the faction's name."""

    def delete_character(self, character_id: Id) -> None:
        """Delete one of the user's characters for good."""

    def select_character(self, character_id: Id) -> OwnCharacter:
        """Enter the world with this character; return once it is there."""

    def get_world_state(self) -> WorldState:
        """Return the factions, the places, and the faction whose reality it is."""

    def get_shards(self) -> list[Shard]:
        """Return all crystal shards."""

    def get_nearby_players(self, location_id: Id | None = None) -> list[NearbyPlayer]:
        """Return the last known characters of others in the same place; empty for another ``location_id``."""

    def send_move(self, to_location_id: Id, from_location_id: Id | None = None) -> None:
        """Walk to a neighbouring place; return on arrival."""

    def send_position_update(self, position: Vector, velocity: Vector = (0.0, 0.0, 0.0)) -> None:
        """Move inside the place. Not acknowledged, and dropped while there is no connection.

        An impossible jump is reported as ``MessageType.ERROR``, and a ``character_update`` resets the
        position.
        """

    def send_chat(self, content: str, channel: Literal["world", "area"] = "world") -> None:
        """Send a message to the whole world, or on the channel ``area`` to everyone in the same place."""

    def whisper(self, to_user_id: Id, content: str) -> None:
        """Send a message to one user who is in the world."""

    def send_party_chat(self, content: str) -> None:
        """Send a message to the user's party."""

    def send_faction_chat(self, content: str) -> None:
        """Send a message to the character's faction."""

    def start_combat(self, target_id: Id) -> int:
        """Attack a character of another faction in the same place; return the ``combat_id``."""

    def send_combat_action(
        self,
        combat_id: Id,
        action_type: Literal["attack", "spell", "item"],
        target_id: Id | None = None,
        ability_name: str | None = None,
        item_id: Id | None = None,
    ) -> None:
        """Attack, cast the spell ``ability_name``, or use ``item_id`` from the inventory.

        Healing affects the own character and needs no target.
        """

    def capture_shard(self, shard_id: Id) -> None:
        """Start to capture a shard in the same place; progress: ``shard_status`` and ``shard_captured``."""

    def request_trade(self, to_user_id: Id) -> int:
        """Request a trade with a user in the same place; return the ``trade_id``."""

    def accept_trade(self, trade_id: Id) -> None:
        """Accept a trade; both users can then make offers."""

    def decline_trade(self, trade_id: Id) -> None:
        """End a trade, whether it has been accepted or not."""

    def offer_in_trade(
        self,
        trade_id: Id,
        gold: int = 0,
        items: Sequence[Mapping[str, Id]] = (),
        currencies: Mapping[str, int] | None = None,
    ) -> None:
        """Replace the own offer; ``items`` are ``{"id", "quantity"}``, ``currencies`` other money by name."""

    def confirm_trade(self, trade_id: Id, version: int) -> None:
        """Confirm the offers of this version; the trade is executed once both users have."""
