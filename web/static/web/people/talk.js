/** The state of one conversation, as a pure function of its socket's messages and its history. */

/** Nothing known yet. */
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

const byId = (one, other) => one.id - other.id;

function merged(known, more) {
  const ids = new Set(more.map(({ id }) => id));
  return [...known.filter(({ id }) => !ids.has(id)), ...more].sort(byId);
}

const without = (record, key) => Object.fromEntries(Object.entries(record).filter(([one]) => one !== String(key)));

const TOLD = {
  /**
   * A page of the history, newest first. The newest page fills the gap that a lost connection left, or stands for all
   * before it.
   */
  history(talk, { results, next, newest, anew }) {
    const page = [...results].reverse();
    if (anew)
      return { ...talk, messages: [...page, ...talk.messages.filter(({ id }) => id > page.at(-1)?.id)], older: next };
    if (!newest) return { ...talk, messages: merged(talk.messages, page), older: next };
    const joins = talk.messages.some(({ id }) => id >= (page[0]?.id ?? 0));
    if (talk.older === undefined || !joins)
      return { ...talk, messages: merged(joins ? talk.messages : [], page), older: next };
    // A message deleted meanwhile is not on the page any more.
    const before = talk.messages.filter(({ id }) => id < page[0]?.id || id > (page.at(-1)?.id ?? 0));
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

/** The conversation after `message` came at `now` (milliseconds since 1970). */
export function told(talk, message, now = Date.now()) {
  return TOLD[message.type]?.(talk, message, now) ?? talk;
}
