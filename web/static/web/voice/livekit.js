/** The part in a channel that talks through a LiveKit server. LiveKit's own client is loaded with the first. */
import { page } from "../page.js";

/**
 * The part of LiveKit's client that is used.
 *
 * @typedef {{identity: string}} Remote
 * @typedef {{on(event: string, hear: (...told: any[]) => void): Room, connect(url: string, token: string): Promise<void>,
 *   disconnect(): Promise<void>, localParticipant: {
 *     publishTrack(track: MediaStreamTrack, options: {source: string}): Promise<unknown>,
 *     setTrackSubscriptionPermissions(all: boolean, some: {participantIdentity: string, allowAll: boolean}[]): void}}} Room
 * @typedef {{Room: new () => Room}} Library
 */

/** @type {Promise<Library> | null} */
let loading = null;

/** @returns {Promise<Library>} */
function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = page.livekit;
    script.onload = () => resolve(/** @type {any} */ (globalThis).LivekitClient);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("LiveKit's client cannot be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

/**
 * Connects, and sends the microphone's `track` if there is one. Of each one who is heard `onStream(userId, stream)` gets
 * the sound, until `onGone(userId)`; `onEnd()` is called when the connection is lost for good.
 *
 * @param {{url: string, token: string, track: MediaStreamTrack | null,
 *   onStream: (userId: number, stream: MediaStream) => void, onGone: (userId: number) => void, onEnd: () => void}} options
 */
export async function enter({ url, token, track, onStream, onGone, onEnd }) {
  const { Room } = await library();
  const room = new Room();
  let here = true;
  const leave = () => {
    here = false;
    return room.disconnect();
  };
  room.on("trackSubscribed", (/** @type {{mediaStreamTrack: MediaStreamTrack}} */ heard, _, /** @type {Remote} */ by) =>
    onStream(Number(by.identity), new MediaStream([heard.mediaStreamTrack])),
  );
  room.on("trackUnsubscribed", (_, __, /** @type {Remote} */ by) => onGone(Number(by.identity)));
  room.on("disconnected", () => here && onEnd());
  try {
    await room.connect(url, token);
    if (track) await room.localParticipant.publishTrack(track, { source: "microphone" });
  } catch (problem) {
    leave();
    throw problem;
  }
  return {
    leave,
    /**
     * Lets only these hear the microphone.
     *
     * @param {number[]} userIds
     */
    allow(userIds) {
      const allowed = userIds.map((id) => ({ participantIdentity: String(id), allowAll: true }));
      room.localParticipant.setTrackSubscriptionPermissions(false, allowed);
    },
  };
}
