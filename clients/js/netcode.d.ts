/** Smooth play over a slow and uneven network. What each method is for stands in `netcode.js`. */

/** `to` with its numbers mixed with those of `from`: share 0 is `from`, 1 is `to`. */
export declare function mixed<T>(from: T, to: T, share: number): T;

/** The angle between two, in radians, the short way round. */
export declare function mixedAngle(from: number, to: number, share: number): number;

/** The server's clock and ticks. Times are milliseconds of `performance.now()`. */
export declare class Clock {
  constructor(options?: { tickRate?: number });
  readonly tickMs: number;
  /** By how much later than the quickest frames come, all but the slowest twentieth. */
  readonly jitter: number;
  /** To the server and back. */
  readonly latency: number;
  /** The time by which frames are shown late. */
  readonly delay: number;
  pinged(sent: number, received: number, serverTime: number): void;
  ticked(tick: number, now: number): void;
  /** Milliseconds since 1970, or null until known. */
  serverTime(now: number): number | null;
  /** The tick whose frame would come now, the one to show, and the one that has what is sent now. */
  tick(now: number): number | null;
  shown(now: number): number | null;
  predicted(now: number): number | null;
}

export interface InterpolationOptions<View> {
  /** The view between two frames; `mixed` mixes all numbers. */
  mix: (from: View, to: View, share: number) => View;
  /** The view so many ticks after the newest frame, without another; `before` is the frame before it. */
  guess?: (view: View, ticks: number, before?: View) => View;
  /** Without a frame for longer, the picture stands still. */
  guessTicks?: number;
  /** The number of frames that are kept. */
  keep?: number;
}

/** The newest frames, and what lies between two. */
export declare class Interpolation<View> {
  constructor(options: InterpolationOptions<View>);
  add(tick: number, view: View): void;
  at(tick: number): View | null;
}

export interface PredictionOptions<State, Input> {
  /** The player's own part of the state, and the input that holds at first. */
  state: State;
  input: Input;
  /** The same rules as on the server; returns a new state. */
  step: (state: State, input: Input, seconds: number) => State;
  mix?: (from: State, to: State, share: number) => State;
  /** Whether the way from what is shown to what is right is too far to be eased. */
  isJump?: (shown: State, state: State) => boolean;
  tickRate?: number;
  /** In so many milliseconds an error shrinks to a third. */
  easeMs?: number;
}

/** The player's own part of the state, shown at once and corrected softly. */
export declare class Prediction<State, Input> {
  constructor(options: PredictionOptions<State, Input>);
  /** The number of the newest input. */
  readonly n: number;
  readonly input: Input;
  steer(input: Input): number;
  advance(tick: number): State;
  correct(tick: number, state: State, ack?: number): void;
}
