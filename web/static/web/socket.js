/** A screen's state that a socket keeps up to date: of a game, or of a battle. */
import { useEffect, useReducer, useRef, useState } from "./dom.js";
import { words } from "./texts.js";

/**
 * The state of a socket; `ms` is its latency, `until` the time of the next attempt.
 *
 * @typedef {{state: import("../client/gameplatform.js").State, code?: number, ms?: number, until?: number}} Connection
 */

/** @type {Connection} */
export const CONNECTING = { state: "connecting" };

/**
 * Connects by `connect()`, anew whenever `inputs` change, and reduces what the socket tells by `reducer` from
 * `initial`.
 * `hear` has functions by a message's type that hear it first; what one answers true to goes no further.
 * → `{state, tell, connection, channel, refusal, setRefusal, refused}`: `refusal` has the
 * words of the last refusal, `refused` the id of what was refused.
 */
export function useSocket(connect, inputs, reducer, initial, hear) {
  const [state, tell] = useReducer(reducer, initial);
  const [connection, setConnection] = useState(CONNECTING);
  const [refusal, setRefusal] = useState(null);
  const [refused, setRefused] = useState(null);
  const channel = useRef(null);
  useEffect(() => {
    const socket = connect();
    channel.current = socket;
    const stop = socket.on("*", (message) => {
      if (hear[message.type]?.(message)) return;
      if (message.type === "connection") setConnection({ ...message, until: Date.now() + (message.retry_ms ?? 0) });
      else if (message.type === "latency") setConnection((before) => ({ ...before, ms: message.ms }));
      else if (message.type === "error") {
        setRefused(message.ref);
        setRefusal(message.message || words(message.code));
      } else tell(message);
    });
    return () => {
      stop();
      socket.close();
    };
  }, inputs);
  return { state, tell, connection, channel, refusal, setRefusal, refused };
}
