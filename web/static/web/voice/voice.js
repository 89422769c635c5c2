/** Voice: joins a channel, connects to each participant, and keeps `call` up to date. Loaded when somebody first joins. */
import { call } from "../call.js";
import { kept } from "../kept.js";
import { client, currentUser, session } from "../session.js";
import { refusalOf, text } from "../texts.js";
import { toast } from "../toasts.js";
import { enter } from "./livekit.js";
import { Peer } from "./peer.js";

/**
 * @import { Notifications } from "../../client/messages.d.ts"
 * @import { Call } from "../call.js"
 * @typedef {{peer: Peer | null, userId: number, sound: HTMLAudioElement, meter: AnalyserNode | null}} Other
 */

const LISTEN_EVERY_MS = 120;
/** The volume from which somebody counts as speaking: the root mean square of the samples, of 1. */
const SPEAKS_FROM = 0.015;
/** Between words one still counts as speaking. */
const SPEAKS_ON_MS = 600;
const DEFAULT_KEY = "KeyV";

/** By peer id; by user id where one talks through LiveKit. @type {Map<string | number, Other>} */
const others = new Map();
/** @type {Awaited<ReturnType<typeof enter>> | null} */
let livekit = null;
/** Whom the user has blocked, which LiveKit does not know. @type {Set<number>} */
const blocked = new Set();
/** Whether LiveKit takes no sound from the user, who was muted when they joined. */
let deaf = false;
/** @type {MediaStream | null} */
let microphone = null;
/** @type {AudioContext | null} */
let audio = null;
/** @type {AnalyserNode | null} */
let ownMeter = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let listening;
/** @type {Pick<Notifications.Heard["voice_joined"], "ice_servers" | "relay_only"> | null} */
let servers = null;
/** The id of the join that is being answered. */
let asked = /** @type {string | number | null} */ (null);
/** More than passes between two looks, so that no sound is missed. */
const samples = new Float32Array(8192);
/** When somebody was last loud, by user id. */
const loudAt = new Map();

/** @param {Partial<Call>} fields */
const patch = (fields) => call.value && call.set({ ...call.value, ...fields });

/** The key of push-to-talk, as `KeyboardEvent.code` names it. */
export const talkKey = () => kept.talk_key || DEFAULT_KEY;

/** @param {string} code */
export function setTalkKey(code) {
  kept.talk_key = code;
  patch({ held: false });
}

/** @param {boolean} on */
export function setPushToTalk(on) {
  kept.push_to_talk = on ? "on" : "off";
  patch({ pushToTalk: on, held: false });
  apply();
}

/** @param {boolean} held */
export function hold(held) {
  if (!call.value || call.value.held === held) return;
  patch({ held });
  apply();
}

export function toggleMicrophone() {
  patch({ off: !call.value?.off });
  apply();
}

/**
 * Hears somebody no longer, or again; the others still do.
 *
 * @param {number} userId
 */
export function toggleQuiet(userId) {
  if (!call.value) return;
  const quiet = new Set(call.value.quiet);
  if (!quiet.delete(userId)) quiet.add(userId);
  patch({ quiet });
  apply();
}

/**
 * Whether a moderator has muted this user.
 *
 * @param {Call} now
 * @param {number} userId
 */
export const isMuted = (now, userId) => Date.parse(now.muted[userId] ?? "") > client.serverNow();

/** Whether the user is heard by the others now. */
export const isOnAir = (/** @type {Call} */ now) =>
  now.microphone === "live" && !isMuted(now, currentUser().id) && (now.pushToTalk ? now.held : !now.off);

/**
 * Joins a channel, and leaves the one before.
 *
 * @param {Pick<Call, "kind" | "of" | "channel" | "title" | "href">} where
 */
export async function join(where) {
  leave();
  /** @type {Call} */
  const begun = {
    ...where,
    peer: null,
    members: [],
    version: 0,
    muted: {},
    quiet: new Set(),
    speaking: new Set(),
    microphone: "live",
    off: false,
    pushToTalk: kept.push_to_talk === "on",
    held: false,
  };
  call.set(begun);
  audio = new AudioContext();
  const state = await openMicrophone();
  // The user may have left before the microphone was allowed.
  if (call.value !== begun) return;
  patch({ microphone: state });
  listening = setInterval(listen, LISTEN_EVERY_MS);
  ask();
}

async function openMicrophone() {
  if (!navigator.mediaDevices) return "insecure";
  try {
    const opened = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    if (!call.value || !audio) {
      for (const track of opened.getTracks()) track.stop();
      return "missing";
    }
    microphone = opened;
    ownMeter = meterOf(opened);
    return "live";
  } catch (problem) {
    return problem instanceof DOMException && problem.name === "NotAllowedError" ? "refused" : "missing";
  }
}

function ask() {
  if (!call.value) return;
  const { kind, of } = call.value;
  asked = client.notifications?.send({ type: "voice_join", kind, of }) ?? null;
}

/** @param {string} [why] */
export function leave(why) {
  if (!call.value) return;
  client.notifications?.send({ type: "voice_leave" });
  end(why);
}

/**
 * Ends the call on this page; `why` tells the reason.
 *
 * @param {string} [why]
 */
function end(why) {
  clearInterval(listening);
  for (const id of others.keys()) drop(id);
  for (const track of microphone?.getTracks() ?? []) track.stop();
  livekit?.leave();
  audio?.close();
  microphone = audio = ownMeter = servers = livekit = null;
  asked = null;
  deaf = false;
  call.set(null);
  if (why) toast(why);
}

/** @param {MediaStream} stream */
function meterOf(stream) {
  if (!audio) return null;
  const meter = audio.createAnalyser();
  meter.fftSize = samples.length;
  audio.createMediaStreamSource(stream).connect(meter);
  return meter;
}

/** @param {AnalyserNode | null} meter */
function isLoud(meter) {
  if (!meter) return false;
  meter.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > SPEAKS_FROM;
}

/** Notes who speaks, and lets mutes begin and end. */
function listen() {
  const now = call.value;
  if (!now) return;
  apply();
  const heard = [...others.values()].filter(({ sound, meter }) => !sound.muted && isLoud(meter));
  const loud = heard.map(({ userId }) => userId);
  if (now.peer && isOnAir(now) && isLoud(ownMeter)) loud.push(currentUser().id);
  const time = performance.now();
  for (const id of loud) loudAt.set(id, time);
  for (const [id, at] of loudAt) if (time - at > SPEAKS_ON_MS) loudAt.delete(id);
  const speaking = new Set(loudAt.keys());
  const changed = speaking.size !== now.speaking.size || [...speaking].some((id) => !now.speaking.has(id));
  if (changed) patch({ speaking });
}

/** Lets through what may be heard, of the user and of the others. */
function apply() {
  const now = call.value;
  if (!now) return;
  for (const track of microphone?.getAudioTracks() ?? []) track.enabled = isOnAir(now);
  for (const { sound, userId } of others.values()) sound.muted = now.quiet.has(userId) || isMuted(now, userId);
  // With another token LiveKit takes the user's sound again.
  if (deaf && !isMuted(now, currentUser().id)) {
    deaf = false;
    ask();
  }
}

/**
 * Adds somebody who may be heard.
 *
 * @param {string | number} id
 * @param {number} userId
 * @param {Peer | null} peer
 * @returns {Other}
 */
function add(id, userId, peer) {
  const sound = new Audio();
  sound.autoplay = true;
  /** @type {Other} */
  const one = { peer, userId, sound, meter: null };
  others.set(id, one);
  apply();
  return one;
}

/**
 * @param {Other} one
 * @param {MediaStream} stream
 */
function play(one, stream) {
  one.sound.srcObject = stream;
  one.meter = meterOf(stream);
}

/**
 * The connection to a participant, made when they first signal or are first met.
 *
 * @param {string} id
 * @param {number} userId
 * @returns {Peer}
 */
function peerOf(id, userId) {
  const known = others.get(id)?.peer;
  if (known) return known;
  const peer = new Peer({
    servers: servers?.ice_servers ?? [],
    relayOnly: servers?.relay_only ?? false,
    track: microphone?.getAudioTracks()[0] ?? null,
    gives: String(call.value?.peer) < id,
    send: (signal) => client.notifications?.send({ type: "voice_signal", to: id, ...signal }),
    onStream: (stream) => play(one, stream),
  });
  const one = add(id, userId, peer);
  return peer;
}

/** @param {string | number} id */
function drop(id) {
  const one = others.get(id);
  one?.peer?.close();
  if (one) one.sound.srcObject = null;
  others.delete(id);
}

/**
 * Talks through LiveKit, in place of a connection to each one.
 *
 * @param {{url: string, token: string}} where
 */
async function talkThrough({ url, token }) {
  const { peer } = /** @type {Call} */ (call.value);
  const isThere = () => call.value?.peer === peer;
  livekit?.leave();
  livekit = null;
  deaf = isMuted(/** @type {Call} */ (call.value), currentUser().id);
  try {
    const { results } = await client.request("GET", "/api/friends/blocks/");
    blocked.clear();
    for (const { user_id: userId } of results) blocked.add(userId);
    if (!isThere()) return;
    const entered = await enter({
      url,
      token,
      track: deaf ? null : (microphone?.getAudioTracks()[0] ?? null),
      onStream: (userId, stream) => isThere() && !blocked.has(userId) && play(add(userId, userId, null), stream),
      onGone: (userId) => isThere() && drop(userId),
      onEnd: () => isThere() && leave(text("voice.unreachable")),
    });
    if (!isThere()) {
      entered.leave();
      return;
    }
    livekit = entered;
    allow();
  } catch (problem) {
    console.warn(problem);
    if (isThere()) leave(text("voice.unreachable"));
  }
}

/** Lets those of the channel hear the user whom they have not blocked; in a mesh the server sees to that. */
function allow() {
  const ids = call.value?.members.map(({ user_id: userId }) => userId) ?? [];
  livekit?.allow(ids.filter((id) => !blocked.has(id)));
}

/** @param {{members: Notifications.VoiceMember[], version: number}} message */
function meet({ members, version }) {
  if (!call.value || version < call.value.version) return;
  /** @type {Set<string | number>} */
  const there = new Set(members.flatMap(({ peer, user_id: userId }) => [peer, userId]));
  for (const id of others.keys()) if (!there.has(id)) drop(id);
  patch({ members, version });
  allow();
}

/** @param {{channel: string}} message */
const isHere = ({ channel }) => call.value?.peer != null && channel === call.value.channel;

/** @type {Record<string, (message: any) => void>} */
const HEARD = {
  voice_joined(message) {
    if (!call.value || message.ref !== asked) return;
    asked = null;
    for (const id of others.keys()) drop(id);
    servers = message;
    patch({ peer: message.peer, channel: message.channel, muted: message.muted, version: 0 });
    meet(message);
    if (message.livekit) talkThrough(message.livekit);
    // Who comes makes the offers.
    else
      for (const { peer, user_id: userId } of message.members) if (peer !== message.peer) peerOf(peer, userId).start();
    apply();
  },
  voice_members: (message) => isHere(message) && meet(message),
  voice_signal(message) {
    if (isHere(message)) peerOf(message.peer, message.user_id).take(message).catch(console.warn);
  },
  voice_muted(message) {
    if (!isHere(message) || !call.value) return;
    patch({ muted: { ...call.value.muted, [message.user_id]: message.until ?? "" } });
    apply();
  },
  voice_replaced: (message) => isHere(message) && end(text("voice.replaced")),
  voice_ended(message) {
    if (isHere(message) && (message.user_id === null || message.user_id === currentUser().id)) end(text("voice.ended"));
  },
  player_blocked({ blocked_id: userId }) {
    for (const [id, one] of others) if (one.userId === userId) drop(id);
    blocked.add(userId);
    allow();
  },
  error(message) {
    if (asked !== null && message.ref === asked) end(refusalOf(message));
  },
};

client.on("*", (message, channel) => channel && channel === client.notifications && HEARD[message.type]?.(message));
client.on("connection", ({ state }, channel) => {
  // Whoever was away is no longer in the channel.
  if (state === "open" && channel === client.notifications && call.value?.peer) ask();
});
session.subscribe(({ status }) => status === "out" && call.value && end());
