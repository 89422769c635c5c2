/** The people around the user: friends and who of them is there, requests, invites, the party, and what waits unread. */
import { go } from "./router.js";
import { client, session } from "./session.js";
import { Store, useStore } from "./store.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const AWAY_AFTER_MS = 5 * 60_000;
const NOTICES_KEPT = 50;
const NO_REQUESTS = { incoming: [], outgoing: [] };
const NOTHING_WAITS = { dm: {}, invites: 0, total: 0 };

/** `{dm: {user_id: unread messages}, invites, total}` */
export const badge = new Store(NOTHING_WAITS);
/** `[{user_id, username, online, status, last_seen, game_id}]`, or null until known. */
export const friends = new Store(null);
/** `{incoming, outgoing}` of `{id, from_user, to_user}`. */
export const requests = new Store(NO_REQUESTS);
/** Pending invites, in and out. */
export const invites = new Store([]);
/** `{id, leader_id, members, max_size}`, or null. */
export const party = new Store(null);
/** What was announced: `{id, words, seen}`, newest first. */
export const notices = new Store([]);

const call = (method, path, body) => client.request(method, path, body);
const get = (path) => call("GET", path);
const post = (path, body = {}) => call("POST", path, body);

// -- Friends

export const loadRequests = async () => requests.set(await get("/api/friends/requests/"));

export async function askFriend(username) {
  const answer = await post("/api/friends/requests/", { username });
  await loadRequests();
  return answer;
}

/** `answer` is "accept", "decline" or "cancel". */
export async function answerRequest(id, answer) {
  await post(`/api/friends/requests/${id}/${answer}/`);
  await loadRequests();
}

const forget = (userId) => friends.set((friends.value ?? []).filter(({ user_id }) => user_id !== userId));

export async function unfriend(userId) {
  await call("DELETE", `/api/friends/${userId}/`);
  forget(userId);
}

export async function block(userId) {
  await post(`/api/friends/${userId}/block/`);
  forget(userId);
  await loadRequests();
}

export const unblock = (userId) => call("DELETE", `/api/friends/${userId}/block/`);

const RANK = { playing: 0, online: 1, busy: 2, away: 3, offline: 4 };

/** "playing", "online", "busy", "away" or "offline". */
export const presenceOf = (friend) => (friend.online ? (friend.game_id ? "playing" : friend.status) : "offline");

/** Who can be reached first, then by name. */
export const byPresence = (one, other) =>
  RANK[presenceOf(one)] - RANK[presenceOf(other)] || one.username.localeCompare(other.username);

// -- Invites

const loadInvites = async () => invites.set((await get("/api/invites/")).results);

/** `fields`: `{game}`, `{lobby_id}` or `{party_id}`. */
export async function invite(userId, fields) {
  keepInvite(await post("/api/invites/", { to_user_id: userId, ...fields }));
}

/** `answer` is "accept", "decline" or "cancel". Accepting leads to where the invite leads. */
export async function answerInvite(one, answer) {
  const answered = await post(`/api/invites/${one.id}/${answer}/`);
  dropInvite(one);
  if (answer !== "accept") return;
  if (answered.game_id) go(`/games/${answered.game_id}`);
  else if (one.lobby_id) go(`/lobbies/${one.lobby_id}`);
  else await loadParty();
}

const dropInvite = ({ id }) => invites.set(invites.value.filter((one) => one.id !== id));
const keepInvite = (one) => invites.set([one, ...invites.value.filter(({ id }) => id !== one.id)]);
const isMine = (user) => user.id === session.value.user?.id;

/** The invites that wait for an answer of ours. */
export const incomingOf = (all) => all.filter(({ to_user }) => isMine(to_user));
export const outgoingOf = (all) => all.filter(({ from_user }) => isMine(from_user));

// -- The party

async function loadParty() {
  // Being in none is an answer too.
  const now = await get("/api/party/").catch((error) => {
    if (error.code === "not_in_party") return null;
    throw error;
  });
  party.set(now);
}

export const isLeader = (one) => one !== null && one.leader_id === session.value.user?.id;

/** Keeps the later of two states of the party; the user may be out of it. */
function keepParty(now) {
  if (party.value?.id === now.id && party.value.version > now.version) return;
  const inside = now.members.some(({ user_id }) => user_id === session.value.user?.id);
  if (inside) party.set(now);
  else if (party.value?.id === now.id) party.set(null);
}

/** What is done with the party: "create", "ready", "leave", "kick", "disband". */
export async function inParty(act, fields = {}) {
  const now = await post(`/api/party/${act}/`, fields);
  if (now.members) keepParty(now);
  else party.set(null);
}

export async function inviteToParty(userId) {
  if (!party.value) await inParty("create");
  await invite(userId, { party_id: party.value.id });
}

// -- What comes

const LIVE = {
  badge: ({ dm, invites: count, total }) => badge.set({ dm, invites: count, total }),
  invite_created: ({ invite: one }) => keepInvite(one),
  invite_declined({ invite: one }) {
    dropInvite(one);
    if (isMine(one.from_user)) toast(text("invite.declined", { name: one.to_user.username }));
  },
  invite_accepted({ invite: one }) {
    dropInvite(one);
    if (isMine(one.from_user)) toast(text("invite.accepted", { name: one.to_user.username }));
  },
  invite_cancelled: ({ invite: one }) => dropInvite(one),
  invite_expired: ({ invite: one }) => dropInvite(one),
  friend_request: () => loadRequests(),
  friend_accepted({ user }) {
    notice(text("notice.friend", { name: user.username }));
    loadRequests();
  },
  party_update: ({ party: now }) => keepParty(now),
  announcement({ message }) {
    notice(message);
    toast(message);
  },
};

function notice(words) {
  const id = (notices.value[0]?.id ?? 0) + 1;
  notices.set([{ id, words, seen: false }, ...notices.value].slice(0, NOTICES_KEPT));
}

export const noticesSeen = () => notices.set(notices.value.map((one) => ({ ...one, seen: true })));

/** How many things in the tray wait for an eye. */
export function useWaiting() {
  const asked = incomingOf(useStore(invites)).length + useStore(requests).incoming.length;
  return asked + useStore(notices).filter(({ seen }) => !seen).length;
}

/** How many messages wait, of everybody or of one. */
export function useUnread(userId = null) {
  const { dm } = useStore(badge);
  return userId === null ? Object.values(dm).reduce((sum, count) => sum + count, 0) : (dm[userId] ?? 0);
}

for (const [type, hear] of Object.entries(LIVE))
  client.on(type, (message, channel) => channel === client.notifications && hear(message));

client.on("presence_state", (message, channel) => channel === client.presence && friends.set(message.friends));
client.on("presence", ({ user_id, type: _, ...facts }, channel) => {
  if (channel !== client.presence || !friends.value) return;
  friends.set(friends.value.map((one) => (one.user_id === user_id ? { ...one, ...facts } : one)));
});

// What was missed while the connection was away is asked again.
client.on("connection", ({ state }, channel) => {
  if (state !== "open" || channel !== client.notifications) return;
  for (const load of [loadRequests, loadInvites, loadParty]) load().catch(() => {});
});

// -- Away

let idle = null;
let away = false;

function isHere() {
  clearTimeout(idle);
  idle = setTimeout(() => setAway(true), AWAY_AFTER_MS);
  if (away) setAway(false);
}

function setAway(now) {
  away = now;
  client.presence?.send({ type: "set_status", status: away ? "away" : "online" });
}

for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, isHere, { passive: true });

function follow({ status }) {
  if (status === "in" && !client.presence) {
    client.connectToPresence();
    isHere();
  }
  if (status !== "out") return;
  clearTimeout(idle);
  for (const [store, empty] of [[badge, NOTHING_WAITS], [friends, null], [requests, NO_REQUESTS], [invites, []], [party, null], [notices, []]])
    store.set(empty);
}

session.subscribe(follow);
follow(session.value);
