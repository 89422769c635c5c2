/**
 * The people around the user: friends and who of them is there, requests, invites, the party, and what waits unread.
 */
import { go } from "./router.js";
import { client, session } from "./session.js";
import { play } from "./sound.js";
import { Store, useStore } from "./store.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

/**
 * @import { FriendsStatus, Notifications } from "../client/messages.d.ts"
 * @import { Connection, Hearing, Page, Rest, Session } from "./types.d.ts"
 */

const AWAY_AFTER_MS = 5 * 60_000;
const NOTICES_KEPT = 50;
const LINES_KEPT = 200;
/** @type {{dm: Record<string, number>, invites: number, total: number}} */
const NOTHING_WAITS = { dm: {}, invites: 0, total: 0 };

/** `{dm: {user_id: unread messages}, invites, total}` */
export const badge = new Store(NOTHING_WAITS);
/**
 * `[{user_id, username, online, status, last_seen, game_id}]`, or null until known; `status` is "playing", "online",
 * "busy",
 * "away" or "offline".
 */
export const friends = new Store(/** @type {Rest.FriendsFriend[] | null} */ (null));
/** The connection of the presence socket: `{state, ?until}`. */
export const friendsLine = new Store(/** @type {Connection} */ ({ state: "closed" }));
/** True once it is known what waits. */
export const caughtUp = new Store(false);
/** Open requests, in and out: `{id, from_user, to_user}`. */
export const requests = new Store(/** @type {Rest.FriendsRequest[]} */ ([]));
/** Pending invites, in and out. */
export const invites = new Store(/** @type {Rest.InvitesInviteInfo[]} */ ([]));
/** `{id, leader_id, members, max_size}`, or null. */
export const party = new Store(/** @type {Rest.PartiesPartyInfo | null} */ (null));
/** Messages of the party's chat, oldest first: `{sender_id, sender_name, content, seq}`. */
export const partyTalk = new Store(/** @type {(Rest.PartiesPartyChat & {seq?: number})[]} */ ([]));
/** Announcements: `{id, words, seen}`, newest first. */
export const notices = new Store(/** @type {{id: number, words: string, seen: boolean}[]} */ ([]));

const post = (/** @type {string} */ path, /** @type {object} */ body = {}) => client.request("POST", path, body);
/**
 * Fills a store with the first page of a list; anew if the list changed meanwhile, as the page may be older than what
 * was heard.
 *
 * @template Row
 * @param {Store<Row[]>} store
 * @param {string} path
 * @returns {Promise<void>}
 */
async function load(store, path) {
  const before = store.value;
  /** @type {Page<Row>} */
  const { results } = await client.request("GET", path);
  if (store.value !== before) return load(store, path);
  store.set(results);
}

/** @param {{id: number}} user */
const isMine = (user) => user.id === session.value.user?.id;
/**
 * The invites or requests that wait for an answer of ours, and those of ours that wait.
 *
 * @template {{to_user: {id: number}}} One
 * @param {One[]} all
 */
export const incoming = (all) => all.filter(({ to_user }) => isMine(to_user));
/**
 * @template {{from_user: {id: number}}} One
 * @param {One[]} all
 */
export const outgoing = (all) => all.filter(({ from_user }) => isMine(from_user));

/**
 * @template {{id: number}} One
 * @param {Store<One[]>} store
 * @param {number} id
 */
const drop = (store, id) => store.set(store.value.filter((one) => one.id !== id));
/**
 * @template {{id: number}} One
 * @param {Store<One[]>} store
 * @param {One} one
 */
const keep = (store, one) => store.set([one, ...store.value.filter(({ id }) => id !== one.id)]);

// -- Friends

/** @param {string} username */
export const askFriend = (username) => post("/api/friends/requests/", { username });

/**
 * `answer` is "accept", "decline" or "cancel".
 *
 * @param {number} id
 * @param {string} answer
 */
export async function answerRequest(id, answer) {
  await post(`/api/friends/requests/${id}/${answer}/`);
  drop(requests, id);
}

/** @param {number} userId */
export const unfriend = (userId) => client.request("DELETE", `/api/friends/${userId}/`);
/** @param {number} userId */
export const block = (userId) => post(`/api/friends/${userId}/block/`);

/** @type {Record<string, number>} */
const RANK = { playing: 0, online: 1, busy: 2, away: 3, offline: 4 };

/**
 * Compare friends: those who can be reached first, then by name.
 *
 * @param {Rest.FriendsFriend} one
 * @param {Rest.FriendsFriend} other
 */
export const byPresence = (one, other) =>
  RANK[one.status] - RANK[other.status] || one.username.localeCompare(other.username);

// -- Invites

/**
 * `fields`: `{game}`, `{lobby_id}` or `{party_id}`.
 *
 * @param {number} userId
 * @param {object} fields
 */
export const invite = (userId, fields) => post("/api/invites/", { to_user_id: userId, ...fields });

/**
 * `answer` is "accept", "decline" or "cancel". Accepting leads to where the invite leads.
 *
 * @param {Rest.InvitesInviteInfo} one
 * @param {string} answer
 */
export async function answerInvite(one, answer) {
  /** @type {Rest.InvitesInviteInfo} */
  const answered = await post(`/api/invites/${one.id}/${answer}/`);
  drop(invites, one.id);
  if (answer !== "accept") return;
  if (answered.game_id) go(`/games/${answered.game_id}`);
  else if (one.lobby_id) go(`/lobbies/${one.lobby_id}`);
}

// -- The party

/** @returns {Promise<void>} */
async function loadParty() {
  const before = party.value;
  const now = await client.request("GET", "/api/party/");
  if (party.value !== before) return loadParty();
  setParty(now);
}

/** @param {Rest.PartiesPartyInfo|null} now */
function setParty(now) {
  if (now?.id !== party.value?.id) partyTalk.set([]);
  party.set(now);
}

/** @param {Rest.PartiesPartyInfo|null} one */
export const isLeader = (one) => one !== null && one.leader_id === session.value.user?.id;

/**
 * Keeps the later of two states of the party; the user may be out of it.
 *
 * @param {Rest.PartiesPartyInfo} now
 */
function keepParty(now) {
  if (party.value?.id === now.id && party.value.version > now.version) return;
  const inside = now.members.some(({ user_id }) => user_id === session.value.user?.id);
  if (inside) setParty(now);
  else if (party.value?.id === now.id) setParty(null);
}

/**
 * Change the party: `act` is "create", "ready", "leave", "kick" or "disband".
 *
 * @param {string} act
 * @param {object} [fields]
 */
export async function inParty(act, fields = {}) {
  const { id } = party.value ?? {};
  const now = await post(`/api/party/${act}/`, fields);
  if (now.members) keepParty(now);
  else if (party.value?.id === id) setParty(null);
}

/** @param {string} content */
export const sayToParty = (content) => post("/api/party/chat/", { content });

/** @param {number} userId */
export async function inviteToParty(userId) {
  if (!party.value) {
    await inParty("create").catch((error) => {
      // It is being made already, by the button or in another tab.
      if (error.code !== "already_in_party") throw error;
      return loadParty();
    });
  }
  await invite(userId, { party_id: party.value?.id });
}

// -- What comes

/** @type {Hearing<Notifications.Heard>} */
const LIVE = {
  badge({ dm, invites: count, total }) {
    // The first one tells what has waited for long.
    if (badge.value !== NOTHING_WAITS && total > badge.value.total) play("message");
    badge.set({ dm, invites: count, total });
  },
  invite_created: ({ invite: one }) => keep(invites, one),
  invite_declined({ invite: one }) {
    drop(invites, one.id);
    if (isMine(one.from_user)) toast(text("invite.declined", { name: one.to_user.username }));
  },
  invite_accepted({ invite: one }) {
    drop(invites, one.id);
    if (isMine(one.from_user)) toast(text("invite.accepted", { name: one.to_user.username }));
  },
  invite_cancelled: ({ invite: one }) => drop(invites, one.id),
  invite_expired: ({ invite: one }) => drop(invites, one.id),
  friend_request: ({ request }) => keep(requests, request),
  friend_request_closed: ({ request_id }) => drop(requests, request_id),
  friend_accepted({ request_id, friend }) {
    drop(requests, request_id);
    notice(text("notice.friend", { name: friend.username }));
  },
  party_update: ({ party: now }) => keepParty(now),
  party_chat(line) {
    if (line.party_id === party.value?.id) partyTalk.set([...partyTalk.value, line].slice(-LINES_KEPT));
  },
  maintenance({ state, message }) {
    const words = [text(`maintenance.${state}`), message].filter(Boolean).join(" ");
    notice(words);
    toast(words);
  },
  support_message({ text: words }) {
    notice(words);
    toast(words);
  },
  mention({ title, message: { sender, content } }) {
    const words = text("talk.mention", { name: sender.username, lobby: title, words: content });
    notice(words);
    toast(words);
  },
  announcement({ message }) {
    notice(message);
    toast(message);
  },
};

/** @param {string} words */
function notice(words) {
  const id = (notices.value[0]?.id ?? 0) + 1;
  notices.set([{ id, words, seen: false }, ...notices.value].slice(0, NOTICES_KEPT));
}

export const noticesSeen = () => notices.set(notices.value.map((one) => ({ ...one, seen: true })));

/** Return the number of notifications that have not been seen. */
export function useWaiting() {
  const asked = incoming(useStore(invites)).length + incoming(useStore(requests)).length;
  return asked + useStore(notices).filter(({ seen }) => !seen).length;
}

/**
 * Return the number of unread messages, of everybody or of one.
 *
 * @param {number | null} [userId]
 */
export function useUnread(userId = null) {
  const { dm } = useStore(badge);
  return userId === null ? Object.values(dm).reduce((sum, count) => sum + count, 0) : (dm[userId] ?? 0);
}

/**
 * @param {number} userId
 * @returns {Rest.FriendsFriend[]}
 */
const others = (userId) => (friends.value ?? []).filter(({ user_id }) => user_id !== userId);

/**
 * Handlers of the presence socket's messages: all friends first, then each change.
 *
 * @type {Hearing<FriendsStatus.Heard>}
 */
const PRESENCE = {
  presence_state(message) {
    friends.set(message.friends);
    away = message.status === "away";
  },
  // Another window was left alone for long: the next sign of life in this one takes it back.
  status_set: ({ status }) => (away = status === "away"),
  presence({ user_id, online, status, last_seen, game_id }) {
    const known = friends.value?.find((one) => one.user_id === user_id);
    if (known)
      friends.set([
        ...others(user_id),
        { ...known, online, status: /** @type {Rest.FriendsFriend["status"]} */ (status), last_seen, game_id },
      ]);
  },
  friend_accepted: ({ friend }) => friends.set([...others(friend.user_id), friend]),
  friend_removed: ({ user_id }) => friends.set(others(user_id)),
};

/**
 * Lets the handlers hear what this channel of the client tells.
 *
 * @param {"notifications" | "presence"} name
 * @param {Record<string, ((message: any) => unknown) | undefined>} told
 */
function listen(name, told) {
  client.on("*", (message, channel) => channel && channel === client[name] && told[message.type]?.(message));
}
listen("notifications", LIVE);
listen("presence", PRESENCE);

client.on(
  "connection",
  ({ state, retry_ms }, { name }) =>
    name === "presence" && friendsLine.set({ state, until: Date.now() + (retry_ms ?? 0) }),
);

// Changes missed while the connection was away are fetched again.
client.on("connection", ({ state }, channel) => {
  if (state !== "open" || channel !== client.notifications) return;
  const asked = [load(requests, "/api/friends/requests/"), load(invites, "/api/invites/"), loadParty()];
  Promise.allSettled(asked).then(() => caughtUp.set(true));
});

// -- Away

/** @type {number | undefined} */
let idle;
let away = false;

function isHere() {
  clearTimeout(idle);
  idle = setTimeout(() => setAway(true), AWAY_AFTER_MS);
  if (away) setAway(false);
}

/** @param {boolean} now */
function setAway(now) {
  away = now;
  client.presence?.send({ type: "set_status", status: away ? "away" : "online" });
}

for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, isHere, { passive: true });

/** @param {Session} session */
function follow({ status }) {
  if (status === "in" && !client.presence) {
    client.connectToPresence();
    isHere();
  }
  if (status !== "out") return;
  clearTimeout(idle);
  badge.set(NOTHING_WAITS);
  caughtUp.set(false);
  for (const one of [friends, party]) one.set(null);
  for (const list of [requests, invites, partyTalk, notices]) list.set([]);
}

session.subscribe(follow);
follow(session.value);
