/** The game platform's client for JavaScript. What each method is for stands in `gameplatform.js`. */

export interface Tokens {
  access: string;
  refresh?: string | null;
}

/** A message of any socket; `messages.d.ts` has the shape of each. */
export interface Message {
  type: string;
  [field: string]: any;
}

export type State = "closed" | "connecting" | "open" | "waiting";
export type Handler = (message: any, channel: Channel) => void;
export type Movement = Record<string, unknown>;

export interface Options {
  /** Shares the tokens with other tabs or runs. */
  storage?: { load(): Tokens | null; save(tokens: Tokens | null): void } | null;
  WebSocket?: new (url: string) => WebSocket;
  fetch?: typeof fetch | null;
}

export declare class ApiError extends Error {
  /** 0 when there was no answer. */
  status: number;
  code: string;
  errors: Record<string, string[]> | null;
  /** Seconds. */
  retryAfter: number | null;
}

export declare class Channel {
  readonly name: string;
  readonly state: State;
  readonly seq: number | null;
  /** Milliseconds. */
  readonly latency: number | null;
  open(): void;
  close(): void;
  renew(): void;
  ping(): void;
  on(type: string, handler: (message: any) => void): () => void;
  send(message: Message): number | string;
}

export declare class GameClient {
  constructor(baseUrl: string, token?: string | Tokens | null, options?: Options);
  readonly baseUrl: string;
  readonly socketUrl: string;
  readonly signedIn: boolean;
  readonly channels: Set<Channel>;
  readonly game: Channel | null;
  readonly notifications: Channel | null;
  readonly presence: Channel | null;
  readonly world: Channel | null;
  setTokens(tokens: Tokens | null): void;
  renewTokens(): Promise<boolean>;
  ticket(): Promise<string>;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
  joinQueue(game?: string, options?: Record<string, unknown>): Promise<any>;
  leaveQueue(): Promise<any>;
  queueStatus(): Promise<any>;
  connectToNotifications(): Channel;
  connectToPresence(): Channel;
  connectToWorld(): Channel;
  connectToLobby(lobby: number | string): Channel;
  connectToDirectMessages(friendId: number): Channel;
  connectToBattle(battleId: number): Channel;
  connectToGame(gameId: string): Channel;
  leaveGame(): void;
  disconnect(): void;
  sendReady(): number | string;
  sendMove(movement: Movement): number | string;
  sendAction(action: string, data?: unknown): number | string;
  sendChat(message: string): number | string;
  on(type: string, handler: Handler): () => void;
  emit(message: Message, channel?: Channel | null): void;
  /** Milliseconds since 1970. */
  serverNow(): number;
}
