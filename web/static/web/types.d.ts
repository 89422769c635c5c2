/** Types that several modules of the page share. */
import type { ComponentChildren, ComponentType, VNode } from "preact";
import type { ApiError, Movement, State } from "../client/gameplatform.js";
import type { Game } from "../client/messages.d.ts";
import type * as Rest from "../client/rest.d.ts";
import type { BoardProps } from "./board.js";

export type { ComponentChildren as Children, ComponentType, VNode };
export type { Rest };

declare global {
  /** The texts of `texts/<language>.js`, if the page is not in English. */
  var TRANSLATION: Record<string, string> | undefined;
}

/** An event of an element of this kind. */
export type On<Target extends EventTarget, Kind extends Event = Event> = Kind & { readonly currentTarget: Target };
export type OnInput = On<HTMLInputElement>;
export type OnSelect = On<HTMLSelectElement>;
export type OnForm = On<HTMLFormElement>;

/** Further attributes, passed on to an element. */
export type Attributes = Record<string, unknown>;

/** A failed request, or an error of the page's own. */
export type Failed = Error & Partial<ApiError>;

/** The result of `useLoad`. */
export interface Loaded<Data> {
  data: Data | null;
  error: Failed | null;
  settled: boolean;
  reload: () => void;
}

/** An action of a button, as `useAction` gives it. */
export interface Action<Arguments extends unknown[]> {
  busy: boolean;
  error: Failed | null;
  run: (...args: Arguments) => Promise<void>;
}

export interface Choice<Value = string> {
  value: Value;
  label: string;
}

/** An item of a menu. */
export interface Item {
  label: string;
  danger?: boolean;
  onChoose: () => unknown;
}

export type Falsy = false | null | undefined | "" | 0;

/** A page of a list. */
export interface Page<Row> {
  next: string | null;
  results: Row[];
}

/** The fields of a form, by their names. */
export type Fields = Record<string, string>;

/** The state of a socket; `ms` is its latency, `until` the time of the next attempt. */
export interface Connection {
  state: State;
  code?: number;
  ms?: number;
  until?: number;
  retry_ms?: number;
}

/** The user of the page: as the API tells of the own account, or what came with the tokens. */
export type User = Rest.AccountsBriefUser & Partial<Rest.AccountsOwnProfile>;

export interface Session {
  status: "unknown" | "out" | "in" | "failed";
  user: User | null;
  connection: Connection;
}

/** A JSON Schema, as the catalogue has them of movements and of what queues ask. */
export interface Schema {
  $ref?: string;
  title?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
}

/** A line of a chat; without `seq` where lines have no numbers. */
export interface ChatLine {
  user_id: number;
  username: string;
  message: string;
  seq?: number;
}

export type { Movement };

/** Something owned, sold or won: what its picture and its name need. */
export interface ThingLike {
  name: string;
  rarity: string;
  slot?: string | null;
  kind?: string;
}

/** The component that draws a place of the page. */
export type Screen = (props: never) => unknown;

/** A ref to an element that is drawn as long as its component is. */
export interface Ref<Kind> {
  current: Kind;
}

/** Functions by the type of the message that each is called with. */
export type Hearing<Heard, Result = unknown> = {
  [Type in keyof Heard]?: (message: Heard[Type]) => Result;
};

/** The steps of a reducer, by the type of the message that each takes in. */
export type Steps<State, Heard, More extends unknown[] = []> = {
  [Type in keyof Heard]?: (state: State, message: Heard[Type], ...more: More) => State;
};

/** A step of a reducer whose message has been found by its type. */
export type Step<State, More extends unknown[] = []> = (state: State, message: never, ...more: More) => State;

/** The module that draws a game, as `board.js` describes it. */
export interface Board {
  default: ComponentType<BoardProps>;
  MARKS?: string[];
  SeatNote?: ComponentType<{ view: any; seat: number }>;
  notation?: (view: any) => string[] | null;
  endingOf?: (view: any) => string | null;
}

/** The cause of a position: a move, or anything else that is in a replay. */
export interface SceneInput {
  type: string;
  user_id: number | null;
  movement: unknown;
}

/** A position of a game, and what led to it; null at the beginning, and where that is not known. */
export interface Scene {
  seq: number;
  view: any;
  input: SceneInput | null;
}

/** The state of a game behind its socket, as `play/room.js` keeps it. */
export interface GameRoom {
  id: string | null;
  game: string | null;
  state: string | null;
  players: Game.PlayerInfo[];
  view: any;
  turn: number | null;
  clock: Game.ClockState | null;
  phase: Game.PhaseState | null;
  you: Game.You | null;
  legal: Movement[];
  lastMove: { movement: Movement; user_id: number } | null;
  moved: boolean;
  gone: Record<string, { username: string; until: number }>;
  drawOfferedBy: number | null;
  rematchAskedBy: number[];
  undoAskedBy: number | null;
  scenes: Scene[];
  rematch: string | null;
  result: Pick<Game.GameOver, "winner_ids" | "reason" | "scores" | "ratings" | "rewards"> | null;
  chat: ChatLine[];
  /** All that was done, in replays. */
  inputs?: Rest.GameReplay["inputs"];
}

/** A position on the floor of a place, in metres from its middle. */
export interface Spot {
  x: number;
  y: number;
  z?: number;
}
