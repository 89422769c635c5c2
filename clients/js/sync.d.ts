/** The view of a game, kept from its changes. What each method is for stands in `sync.js`. */

/** The type of a value in binary frames. */
export type Type =
  | "any"
  | { record: [string, Type][] }
  | { list: Type }
  | { map: Type }
  | { one_of: unknown[] }
  | { step: number };

/** Hears of entities, with the keys that the stars of its path stand for. */
export interface Watcher {
  add?(value: any, ...keys: string[]): unknown;
  change?(value: any, before: any, ...keys: string[]): unknown;
  remove?(value: any, ...keys: string[]): unknown;
}

/** Reads one value of MessagePack; a map becomes a `Map`. */
export declare function unpacked(buffer: ArrayBuffer): any;

/** The view of one game, for `connectToGame(id, { sync })`. */
export declare class SyncedView {
  constructor(options?: { binary?: boolean });
  readonly protocols: string[];
  readonly view: Record<string, any> | null;
  /** Set by the channel. */
  resync: () => unknown;
  /** A path such as "players.*": a star stands for every key. The function that it returns ends it. */
  watch(path: string, watcher: Watcher): () => void;
  begin(): void;
  read(data: string | ArrayBuffer, now: number): Record<string, any> | null;
}
