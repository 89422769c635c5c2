/** A screen's state that a socket keeps up to date: of a game, or of a battle. */
import { useEffect, useElement, useReducer, useState } from "./dom.js";

/**
 * @import { Channel } from "../client/gameplatform.js"
 * @import { Connection, Ref } from "./types.d.ts"
 */

/** @type {Connection} */
export const CONNECTING = { state: "connecting" };

/**
 * Connects by `connect()`, anew whenever `inputs` change, and reduces what the socket tells by `reducer` from
 * `initial`.
 * `hear` has functions by a message's type that hear it first; what one answers true to goes no further.
 * → `{state, tell, connection, channel, refusal, setRefusal, refused}`: `refusal` is the
 * last refusal, `refused` the id of what was refused.
 *
 * @template State
 * @template Heard
 * @template {Channel<any, any>} Socket
 * @param {() => Socket} connect
 * @param {unknown[]} inputs
 * @param {(state: State, message: Heard) => State} reducer
 * @param {State} initial
 * @param {Record<string, ((message: any) => unknown) | undefined>} hear
 */
export function useSocket(connect, inputs, reducer, initial, hear) {
  const [state, tell] = useReducer(reducer, initial);
  const [connection, setConnection] = useState(CONNECTING);
  const [refusal, setRefusal] = useState(/** @type {{code: string, message: string} | null} */ (null));
  const [refused, setRefused] = useState(/** @type {number | string | null} */ (null));
  /** @type {Ref<Socket>} */
  const channel = useElement();
  useEffect(() => {
    const socket = connect();
    channel.current = socket;
    const stop = socket.on("*", (/** @type {any} */ message) => {
      if (hear[message.type]?.(message)) return;
      if (message.type === "connection") setConnection({ ...message, until: Date.now() + (message.retry_ms ?? 0) });
      else if (message.type === "latency") setConnection((before) => ({ ...before, ms: message.ms }));
      else if (message.type === "error") {
        setRefused(message.ref);
        setRefusal(message);
      } else tell(message);
    });
    return () => {
      stop();
      socket.close();
    };
  }, inputs);
  return { state, tell, connection, channel, refusal, setRefusal, refused };
}
