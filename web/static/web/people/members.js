/** The members of a lobby, from its socket's messages, and what each may do to another. */

/** Nothing known yet. */
export const NOBODY = { members: null, lobby: null };

export const RANKS = { owner: 2, moderator: 1, member: 0 };

/** Return whether `one` may moderate `other`, who must be of lower rank. */
export const outranks = (one, other) => RANKS[one?.role] > 0 && RANKS[one.role] > RANKS[other.role];

const withMember = (members, userId, fields) =>
  members.map((one) => (one.user_id === userId ? { ...one, ...fields } : one));

const TOLD = {
  presence_state: (room, { members, lobby }) => ({ members, lobby: { ...room.lobby, ...lobby } }),

  presence_join(room, { type: _, seq: __, ...who }) {
    const known = room.members.some(({ user_id }) => user_id === who.user_id);
    const there = { ...who, online: true };
    return {
      ...room,
      members: known ? withMember(room.members, who.user_id, there) : [...room.members, { role: "member", ...there }],
    };
  },

  presence_leave: (room, { user_id }) => ({ ...room, members: withMember(room.members, user_id, { online: false }) }),

  moderation_kick: (room, { target_id }) => ({
    ...room,
    members: room.members.filter(({ user_id }) => user_id !== target_id),
  }),

  moderation_ban: (room, message) => TOLD.moderation_kick(room, message),

  moderation_mute: (room, { target_id, until }) => ({
    ...room,
    members: withMember(room.members, target_id, { muted_until: until }),
  }),

  lobby_update(room, { facts, member, gone_id: gone }) {
    const others = room.members.filter(({ user_id }) => user_id !== member?.user_id && user_id !== gone);
    return { members: member ? [...others, member] : others, lobby: { ...room.lobby, ...facts } };
  },
};

/** The room after `message` came; nothing is known of anybody before the first `presence_state`. */
export function told(room, message) {
  if (!room.members && message.type !== "presence_state") return room;
  return TOLD[message.type]?.(room, message) ?? room;
}

/** Compare members: those online first, then by rank and name. */
export const byRank = (one, other) =>
  Number(other.online) - Number(one.online) ||
  RANKS[other.role] - RANKS[one.role] ||
  one.username.localeCompare(other.username);
