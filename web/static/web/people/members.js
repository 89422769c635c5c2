/** The members of a lobby, from its socket's messages, and what each may do to another. */

/**
 * @import { Lobby } from "../../client/messages.d.ts"
 * @import { Rest, Step, Steps } from "../types.d.ts"
 * @typedef {Lobby.Member} Member
 * @typedef {object} LobbyState
 * @property {Member[] | null} members
 * @property {(Partial<Rest.ChatOneLobby> & Partial<Lobby.LobbyFacts>) | null} lobby
 * @property {number | null} readUpTo the last message that had been read when the lobby was opened
 * @typedef {LobbyState & {members: Member[]}} Known a lobby whose members are known
 * @typedef {Steps<Known, Lobby.Heard>} LobbySteps
 */

/**
 * Nothing known yet.
 *
 * @type {LobbyState}
 */
export const NOBODY = { members: null, lobby: null, readUpTo: null };

/** @type {Record<string, number>} */
export const RANKS = { owner: 2, moderator: 1, member: 0 };

/**
 * Return whether `one` may moderate `other`, who must be of lower rank.
 *
 * @param {Member | undefined} one
 * @param {Member} other
 */
export const outranks = (one, other) => one !== undefined && RANKS[one.role] > 0 && RANKS[one.role] > RANKS[other.role];

/**
 * @param {Member[]} members
 * @param {number} userId
 * @param {Partial<Member>} fields
 */
const withMember = (members, userId, fields) =>
  members.map((one) => (one.user_id === userId ? { ...one, ...fields } : one));

/** @type {LobbySteps & Required<Pick<LobbySteps, "moderation_kick">>} */
const TOLD = {
  presence_state: (room, { members, lobby, you }) => ({
    readUpTo: room.readUpTo ?? you.read_up_to,
    members: /** @type {Member[]} */ (members),
    lobby: { ...room.lobby, .../** @type {Rest.ChatOneLobby} */ (lobby) },
  }),

  presence_join(room, { type: _, seq: __, lobby: ___, ...who }) {
    const known = room.members.some(({ user_id }) => user_id === who.user_id);
    const there = { ...who, online: true };
    return {
      ...room,
      members: known
        ? withMember(room.members, who.user_id, there)
        : [...room.members, { role: "member", muted_until: null, ...there }],
    };
  },

  presence_leave: (room, { user_id }) => ({ ...room, members: withMember(room.members, user_id, { online: false }) }),

  moderation_kick: (room, { target_id }) => ({
    ...room,
    members: room.members.filter(({ user_id }) => user_id !== target_id),
  }),

  moderation_ban: (room, message) => TOLD.moderation_kick(room, { ...message, type: "moderation_kick", by_id: 0 }),

  moderation_mute: (room, { target_id, until }) => ({
    ...room,
    members: withMember(room.members, target_id, { muted_until: until }),
  }),

  lobby_update(room, { facts, member, gone_id: gone }) {
    const others = room.members.filter(({ user_id }) => user_id !== member?.user_id && user_id !== gone);
    return {
      ...room,
      members: member ? [...others, member] : others,
      lobby: { ...room.lobby, .../** @type {Partial<Rest.ChatOneLobby>} */ (facts) },
    };
  },
};

/**
 * The room after `message` came; nothing is known of anybody before the first `presence_state`.
 *
 * @param {LobbyState} room
 * @param {{type: string} & Record<string, unknown>} message
 * @returns {LobbyState}
 */
export function told(room, message) {
  if (!room.members && message.type !== "presence_state") return room;
  const step = /** @type {Record<string, Step<Known> | undefined>} */ (TOLD)[message.type];
  return step?.(/** @type {Known} */ (room), /** @type {never} */ (message)) ?? room;
}

/**
 * Compare members: those online first, then by rank and name.
 *
 * @param {Member} one
 * @param {Member} other
 */
export const byRank = (one, other) =>
  Number(other.online) - Number(one.online) ||
  RANKS[other.role] - RANKS[one.role] ||
  one.username.localeCompare(other.username);
