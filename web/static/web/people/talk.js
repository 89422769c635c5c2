/** The state of one conversation, as a pure function of its socket's messages and its history. */

/**
 * @import { Direct, Lobby } from "../../client/messages.d.ts"
 * @import { Step, Steps } from "../types.d.ts"
 * @typedef {Direct.DirectText | (Lobby.Text & {read_at?: string | null})} Message
 * @typedef {object} TalkState
 * @property {Message[]} messages oldest first
 * @property {string | null | undefined} older where older messages are: null when there are none, undefined when not known
 * @property {{ref: number | string, content: string}[]} pending ours that are not confirmed yet
 * @property {Record<string, {username: string, until: number}>} typing who is writing, until when unless told again
 *
 * @typedef {object} Heard
 * @property {{type: "history", results: Message[], next: string | null, newest?: boolean, anew?: boolean}} history
 * @property {{type: "chat_message", message: Message, mine?: boolean}} chat_message
 * @property {{type: "message_deleted", id: number}} message_deleted
 * @property {{type: "message_edited", message: Message}} message_edited
 * @property {{type: "reaction", reaction: Lobby.Reacted}} reaction
 * @property {{type: "typing_start", user_id: number, username: string}} typing_start
 * @property {{type: "typing_stop", user_id: number}} typing_stop
 * @property {{type: "read", user_id: number, up_to: number}} read
 * @property {{type: "sent", ref: number | string, content: string}} sent
 * @property {{type: "lost"}} lost
 * @property {{type: "refused", ref: number | string | undefined}} refused
 */

/**
 * Nothing known yet.
 *
 * @type {TalkState}
 */
export const NEW_TALK = {
  /** Oldest first: `{id, content, sender: {id, username, is_premium}, created_at, read_at}`. */
  messages: [],
  /** Where older messages are: an address, null when there are none, undefined when not known. */
  older: undefined,
  /** Ours that are not confirmed yet: `{ref, content}`. */
  pending: [],
  /** `{user_id: {username, until}}`: who is writing, until when unless told again. */
  typing: {},
};

/** A lost "stop" must not leave somebody writing for ever. */
const TYPING_MS = 8_000;

/**
 * @param {{id: number}} one
 * @param {{id: number}} other
 */
const byId = (one, other) => one.id - other.id;

/**
 * @param {Message[]} known
 * @param {Message[]} more
 */
function merged(known, more) {
  const ids = new Set(more.map(({ id }) => id));
  return [...known.filter(({ id }) => !ids.has(id)), ...more].sort(byId);
}

/**
 * @template Value
 * @param {Record<string, Value>} record
 * @param {number} key
 */
const without = (record, key) => Object.fromEntries(Object.entries(record).filter(([one]) => one !== String(key)));

/**
 * @param {Message} message
 * @param {Lobby.Reacted} reaction
 * @returns {Lobby.Reactions[]}
 */
function reacted({ reactions = [] }, { kind, user_id: userId, is_on: isOn }) {
  const others = (reactions.find((one) => one.kind === kind)?.user_ids ?? []).filter((id) => id !== userId);
  const who = isOn ? [...others, userId] : others;
  if (!reactions.some((one) => one.kind === kind)) return isOn ? [...reactions, { kind, user_ids: who }] : reactions;
  return reactions.flatMap((one) => (one.kind !== kind ? [one] : who.length ? [{ kind, user_ids: who }] : []));
}

/** @type {Steps<TalkState, Heard, [now: number]>} */
const TOLD = {
  /**
   * A page of the history, newest first. The newest page fills the gap that a lost connection left, or stands for all
   * before it.
   */
  history(talk, { results, next, newest, anew }) {
    const page = [...results].reverse();
    if (anew)
      return {
        ...talk,
        messages: [...page, ...talk.messages.filter(({ id }) => id > Number(page.at(-1)?.id))],
        older: next,
      };
    if (!newest) return { ...talk, messages: merged(talk.messages, page), older: next };
    const joins = talk.messages.some(({ id }) => id >= (page[0]?.id ?? 0));
    if (talk.older === undefined || !joins)
      return { ...talk, messages: merged(joins ? talk.messages : [], page), older: next };
    // A message deleted meanwhile is not on the page any more.
    const before = talk.messages.filter(({ id }) => id < Number(page[0]?.id) || id > (page.at(-1)?.id ?? 0));
    return { ...talk, messages: merged(before, page) };
  },

  chat_message(talk, { message, mine }) {
    let { pending } = talk;
    if (mine && pending.length) {
      // A word filter may have changed it: then it is the one that was sent first.
      const same = Math.max(
        0,
        pending.findIndex(({ content }) => content === message.content),
      );
      pending = pending.filter((_, index) => index !== same);
    }
    return {
      ...talk,
      pending,
      messages: merged(talk.messages, [message]),
      typing: without(talk.typing, message.sender.id),
    };
  },

  message_deleted: (talk, { id }) => ({ ...talk, messages: talk.messages.filter((one) => one.id !== id) }),

  message_edited: (talk, { message }) => ({
    ...talk,
    messages: talk.messages.map((one) => (one.id === message.id ? message : one)),
  }),

  reaction: (talk, { reaction }) => ({
    ...talk,
    messages: talk.messages.map((one) =>
      one.id === reaction.id ? { ...one, reactions: reacted(one, reaction) } : one,
    ),
  }),

  typing_start: (talk, { user_id, username }, now) => ({
    ...talk,
    typing: { ...talk.typing, [user_id]: { username, until: now + TYPING_MS } },
  }),

  typing_stop: (talk, { user_id }) => ({ ...talk, typing: without(talk.typing, user_id) }),

  read: (talk, { user_id, up_to }, now) => ({
    ...talk,
    messages: talk.messages.map((one) =>
      one.sender.id !== user_id && one.id <= up_to && !one.read_at
        ? { ...one, read_at: new Date(now).toISOString() }
        : one,
    ),
  }),

  sent: (talk, { ref, content }) => ({ ...talk, pending: [...talk.pending, { ref, content }] }),

  lost: (talk) => ({ ...talk, pending: [] }),

  refused: (talk, { ref }) => ({ ...talk, pending: talk.pending.filter((one) => one.ref !== ref) }),
};

/**
 * The conversation after `message` came at `now` (milliseconds since 1970).
 *
 * @param {TalkState} talk
 * @param {{type: string} & Record<string, unknown>} message
 * @param {number} [now]
 */
export function told(talk, message, now = Date.now()) {
  const step = /** @type {Record<string, Step<TalkState, [now: number]> | undefined>} */ (TOLD)[message.type];
  return step?.(talk, /** @type {never} */ (message), now) ?? talk;
}
