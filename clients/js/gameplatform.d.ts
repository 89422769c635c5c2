/** The game platform's client for JavaScript. What each method is for stands in `gameplatform.js`. */

import type { Games } from "./games.d.ts";
import type { SyncedView } from "./sync.d.ts";
import type { Battle, Direct, FriendsStatus, Game, Lobby, Notifications, OpenRooms, World } from "./messages.d.ts";
import type {
  AccountsBriefUser,
  AccountsNewTotp,
  AccountsOwnProfile,
  AccountsPasskeyRow,
  AccountsWayIn,
  GameLeaderboardRow,
  MatchmakingOfferedQueue,
  MatchmakingQueueLeft,
  MatchmakingStanding,
  StorageDocument,
} from "./rest.d.ts";

export interface Tokens {
  access: string;
  refresh?: string | null;
}

export type State = "closed" | "connecting" | "open" | "waiting";

/** Messages of the client itself, by `type`. */
export interface Own {
  connection: { type: "connection"; channel: string; state: State; code?: number; retry_ms?: number };
  latency: { type: "latency"; channel: string; ms: number };
  tokens: { type: "tokens"; tokens: Tokens };
  signed_out: { type: "signed_out" };
}

/** Messages of all sockets, by `type`. */
export type Heard =
  | Battle.Heard
  | Direct.Heard
  | FriendsStatus.Heard
  | Game.Heard
  | Lobby.Heard
  | Notifications.Heard
  | OpenRooms.Heard
  | World.Heard
  | Own;
export type Sent =
  | Battle.Sent
  | Direct.Sent
  | FriendsStatus.Sent
  | Game.Sent
  | Lobby.Sent
  | Notifications.Sent
  | OpenRooms.Sent
  | World.Sent;

type Types<Socket> = Socket extends unknown ? keyof Socket : never;
type Every<Socket> = Socket extends unknown ? Socket[keyof Socket] : never;
type One<Socket, Type> = Socket extends unknown ? (Type extends keyof Socket ? Socket[Type] : never) : never;

/** The message of this `type`, of any of the sockets; "*" stands for all their messages. */
export type Message<Type, Socket = Heard> = Type extends "*" ? Every<Socket> : One<Socket, Type>;

export type Movement = Record<string, unknown>;

/** A part of the game of this name, such as its view; of a game that the generated types do not know, `Other`. */
type PartOf<Name, Part, Other> = Name extends keyof Games
  ? Part extends keyof Games[Name]
    ? Games[Name][Part]
    : Other
  : Other;
export type ViewOf<Name> = PartOf<Name, "view", any>;
export type MovementOf<Name> = PartOf<Name, "movement", Movement>;

export interface Options {
  /** Shares the tokens with other tabs or runs. */
  storage?: { load(): Tokens | null; save(tokens: Tokens | null): void } | null;
  WebSocket?: new (url: string, protocols?: string[]) => WebSocket;
  fetch?: typeof fetch | null;
}

export interface GameOptions {
  /** Keeps the view from changes; only those are then sent. */
  sync?: SyncedView | null;
  /** The id of the player whose view a spectator sees, in games that allow it. */
  follow?: number | null;
}

export declare class ApiError extends Error {
  /** 0 when there was no answer. */
  status: number;
  code: string;
  errors: Record<string, string[]> | null;
  /** Seconds. */
  retryAfter: number | null;
  /** The `challenge` and `methods` of `mfa_required`, the `until` and `reason` of `banned`, and the like. */
  members: Record<string, unknown>;
}

/** The claims of a JWT, unverified. */
export declare function claims(token: string | null | undefined): { sub?: string; iat?: number; exp?: number };

/** A socket by what it tells and takes. */
export declare class Channel<Told = Heard, Taken = Sent> {
  readonly name: string;
  readonly state: State;
  readonly seq: number | null;
  /** Milliseconds. */
  readonly latency: number | null;
  open(): void;
  close(): void;
  renew(): void;
  interrupt(): void;
  ping(): void;
  /** Gives up the connection unless it says something within a second. */
  ask(): void;
  on<Type extends Types<Told | Own> | "*">(
    type: Type,
    handler: (message: Message<Type, Told | Own>) => unknown,
  ): () => void;
  /** Sends a message without an `id` if there is a connection. */
  sendNow(message: Every<Taken>): boolean;
  send(message: Every<Taken>): number | string;
}

/** The socket of one game, with what it told last; of the game called `Name`, if that is known. */
export declare class GameChannel<Name extends string = string> extends Channel<Game.Heard, Game.Sent> {
  readonly id: string;
  /** The view kept from changes, or null where whole ones are sent. */
  readonly sync: SyncedView | null;
  /** The number of this user's last input that the rules have applied. */
  readonly ack: number;
  /** This user's id, or null for a spectator. */
  readonly me: number | null;
  readonly players: Game.PlayerInfo[];
  readonly view: ViewOf<Name>;
  readonly turn: number | null;
  /** The movements that this user may make now, where the game tells them. */
  readonly legal: MovementOf<Name>[];
  readonly result: Game.GameOver | null;
  watch(handler: (game: GameChannel<Name>) => unknown): () => void;
  ready(): number | string;
  move(movement: MovementOf<Name>): number | string;
  /** Sends an input of a real-time game, if there is a connection. */
  steer(movement: MovementOf<Name> & { n?: number; saw?: number }): boolean;
  act(action: string, data?: unknown): number | string;
  say(message: string): number | string;
}

export declare class GameClient {
  constructor(baseUrl: string, token?: string | Tokens | null, options?: Options);
  readonly baseUrl: string;
  readonly socketUrl: string;
  readonly signedIn: boolean;
  readonly channels: Set<Channel>;
  readonly game: GameChannel | null;
  readonly notifications: Channel<Notifications.Heard, Notifications.Sent> | null;
  readonly presence: Channel<FriendsStatus.Heard, FriendsStatus.Sent> | null;
  readonly world: Channel<World.Heard, World.Sent> | null;
  setTokens(tokens: Tokens | null): void;
  signIn(way: string, proof: object): Promise<AccountsBriefUser>;
  /** Browsers only. */
  signInByPasskey(): Promise<AccountsBriefUser>;
  links(): Promise<AccountsWayIn[]>;
  link(way: string, proof: object): Promise<void>;
  unlink(way: string): Promise<void>;
  prove(proof: object): Promise<void>;
  beginTotp(): Promise<AccountsNewTotp>;
  confirmTotp(code: string): Promise<string[]>;
  removeTotp(password?: string): Promise<void>;
  passkeys(): Promise<AccountsPasskeyRow[]>;
  /** Browsers only. */
  addPasskey(name: string): Promise<AccountsPasskeyRow>;
  removePasskey(id: number): Promise<void>;
  merge(other: GameClient): Promise<AccountsOwnProfile>;
  renewTokens(): Promise<boolean>;
  ticket(): Promise<string>;
  /** `Answer` is the type of `rest.d.ts` for this path. */
  request<Answer = any>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  joinQueue(game?: string, options?: Record<string, unknown>): Promise<MatchmakingStanding>;
  leaveQueue(): Promise<MatchmakingQueueLeft>;
  queues(): Promise<MatchmakingOfferedQueue[]>;
  accept(proposalId: number): Promise<MatchmakingStanding>;
  decline(proposalId: number): Promise<MatchmakingQueueLeft>;
  queueStatus(): Promise<MatchmakingStanding>;
  save(key: string, value: unknown, options?: { version?: string }): Promise<StorageDocument>;
  load(key: string): Promise<StorageDocument | null>;
  leaderboard(
    name: string,
    options?: { period?: string; aroundMe?: boolean; limit?: number },
  ): Promise<GameLeaderboardRow[]>;
  call<Answer = unknown>(procedure: string, args?: Record<string, unknown>): Promise<Answer>;
  connectToNotifications(): Channel<Notifications.Heard, Notifications.Sent>;
  connectToPresence(): Channel<FriendsStatus.Heard, FriendsStatus.Sent>;
  connectToWorld(): Channel<World.Heard, World.Sent>;
  connectToLobby(lobby: number | string): Channel<Lobby.Heard, Lobby.Sent>;
  connectToDirectMessages(friendId: number): Channel<Direct.Heard, Direct.Sent>;
  connectToBattle(battleId: number): Channel<Battle.Heard, Battle.Sent>;
  connectToOpenRooms(filter?: {
    game?: string;
    metadata?: Record<string, unknown>;
  }): Channel<OpenRooms.Heard, OpenRooms.Sent>;
  connectToGame<Name extends string = string>(gameId: string, options?: GameOptions): GameChannel<Name>;
  playAsGuest<Name extends string>(game?: Name, options?: Record<string, unknown>): Promise<GameChannel<Name>>;
  leaveGame(): void;
  disconnect(): void;
  sendReady(): number | string;
  sendMove(movement: Movement): number | string;
  sendAction(action: string, data?: unknown): number | string;
  sendChat(message: string): number | string;
  on<Type extends Types<Heard> | "*">(
    type: Type,
    handler: (message: Message<Type>, channel: Channel) => unknown,
  ): () => void;
  emit(message: Every<Heard>, channel?: Channel | null): void;
  /** Milliseconds since 1970. */
  serverNow(): number;
  /** The latency of each region in milliseconds. */
  latencies(): Promise<Record<string, number>>;
}
