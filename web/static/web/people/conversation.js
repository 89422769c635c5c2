/** A conversation on the screen: its history, who is writing, and the line to write in. */
import { Button, IconButton, Refusal, Skeleton, useGivenBack, useNow } from "../components.js";
import { html, useCallback, useEffect, useElement, useLayoutEffect, useReducer, useRef, useState } from "../dom.js";
import { dayOf, Line } from "./message.js";
import { client, currentUser, get, reason } from "../session.js";
import { CONNECTING } from "../socket.js";
import { NEW_TALK, told } from "./talk.js";
import { refusalOf, text } from "../texts.js";

/**
 * @import { Channel } from "../../client/gameplatform.js"
 * @import { Message, TalkState } from "./talk.js"
 * @import { Children, Connection, Falsy, Item, OnInput, Ref } from "../types.d.ts"
 * @import { Name } from "./message.js"
 * @typedef {{newest?: boolean, anew?: boolean}} Which
 * @typedef {{kind: "reply" | "edit", message: Message}} About the message that is being answered or edited
 * @typedef {ReturnType<typeof useConversation>} Talking
 */

const TYPING_AGAIN_MS = 4_000;
const GROUPED_MS = 5 * 60_000;
const MOST_LETTERS = 500;
const MOST_NAMES = 5;
/** The time in which the author of a message may change it. */
export const CHANGEABLE_MS = 5 * 60_000;
/** Changes to messages: a page of history that was asked for before one of them may be older than it. */
const CHANGES = new Set(["message_deleted", "message_edited", "reaction", "read"]);
/**
 * The frames after which every change is heard: history that is asked for earlier may lack a message that the socket does
 * not bring either.
 */
const BEGINNINGS = new Set(["presence_state", "resumed"]);
const NEAR_END_PX = 80;
/** The number of lines kept while the user stays at the end for hours. */
const MOST_LINES = 500;
/**
 * Drafts by author and conversation; they stay while other conversations are opened.
 *
 * @type {Map<string, string>}
 */
const drafts = new Map();
const NEWEST = { newest: true };

/**
 * The conversation behind a socket. `connect()` opens its channel, `path` is where its messages are over HTTP, `hear`
 * is told
 * each message of the channel.
 * → `{path, talk, tell, connection, refusal, refuse, channel, about, setAbout, say, older, again, anew}`
 *
 * @param {string} path
 * @param {() => Channel<any, any>} connect
 * @param {((message: any) => void) | null} [hear]
 */
export function useConversation(path, connect, hear = null) {
  const me = currentUser().id;
  const [talk, tell] = useReducer(told, NEW_TALK);
  const [connection, setConnection] = useState(CONNECTING);
  const [refusal, setRefusal] = useState(/** @type {{words: string, ref?: number | string} | null} */ (null));
  /** @type {Ref<Channel<any, any>>} */
  const channel = useElement();
  const changes = useRef(0);
  const [about, setAbout] = useState(/** @type {About | null} */ (null));

  /** @type {(address: string, which?: Which) => Promise<void>} */
  const load = useCallback(async (address, which) => {
    const before = changes.current;
    try {
      const page = await get(address);
      // It may be older than what was heard of its messages meanwhile.
      if (changes.current !== before) return load(address, which);
      tell({ type: "history", ...which, ...page });
      setRefusal((now) => (now?.ref ? now : null));
    } catch (error) {
      setRefusal({ words: reason(error) });
    }
    return undefined;
  }, []);

  useEffect(() => {
    const socket = connect();
    channel.current = socket;
    const stop = socket.on("*", (/** @type {any} */ message) => {
      if (message.type === "connection") {
        setConnection(message);
      } else if (message.type === "error") {
        tell({ type: "refused", ref: message.ref });
        setRefusal({ words: refusalOf(message), ref: message.ref });
      } else {
        if (BEGINNINGS.has(message.type)) load(path, NEWEST);
        if (CHANGES.has(message.type)) changes.current += 1;
        tell(message.type === "chat_message" ? { ...message, mine: message.message.sender.id === me } : message);
        hear?.(message);
      }
    });
    return () => {
      stop();
      socket.close();
    };
  }, [path]);

  const say = useCallback((/** @type {string} */ content, /** @type {number | undefined} */ answered = undefined) => {
    setRefusal(null);
    const ref = channel.current.send({
      type: "chat_message",
      message: content,
      ...(answered && { reply_to: answered }),
    });
    tell({ type: "sent", ref, content });
    return ref;
  }, []);
  return {
    path,
    talk,
    tell,
    connection,
    refusal,
    refuse: (/** @type {unknown} */ error) => setRefusal({ words: reason(error) }),
    channel,
    about,
    setAbout,
    say,
    older: load,
    again: () => load(path, NEWEST),
    anew: () => load(path, { anew: true }),
  };
}

/**
 * Says "Ada is writing…" for those whose time is not over.
 *
 * @param {{typing: TalkState["typing"]}} props
 */
function Typing({ typing }) {
  const someone = Object.values(typing);
  const now = useNow(someone.length ? 1000 : null);
  const names = someone.filter(({ until }) => until > now).map(({ username }) => username);
  const key = names.length > 2 ? "talk.typing_many" : names.length === 2 ? "talk.typing_two" : "talk.typing_one";
  return html`<p class="typing soft small" aria-live="polite">
    ${names.length > 0 && text(key, { one: names[0], two: names[1] })}</p>`;
}

/**
 * The names that begin with what is written after the last @.
 *
 * @param {{draft: string, people: Name[], onChoose: (draft: string) => void}} props
 */
function Names({ draft, people, onChoose }) {
  const begun = /(?:^|\s)@([\w.+-]*)$/u.exec(draft)?.[1].toLowerCase();
  const found = people.filter(({ username }) => begun !== undefined && username.toLowerCase().startsWith(begun));
  if (!found.length) return null;
  const at = draft.length - String(begun).length;
  return html`<ul class="names" aria-label=${text("talk.names")}>${found.slice(0, MOST_NAMES).map(
    ({ user_id: userId, username }) => html`<li key=${userId}><${Button} kind="quiet"
      onClick=${() => onChoose(`${draft.slice(0, at)}${username} `)}>@${username}<//></li>`,
  )}</ul>`;
}

/**
 * The message that is being answered or edited, above the line to write in.
 *
 * @param {{about: About, onDrop: () => void}} props
 */
function AboutLine({ about: { kind, message }, onDrop }) {
  return html`<p class="about small"><span class="grow">${text(`talk.${kind}_to`, { name: message.sender.username })}
    <span class="soft">${message.content}</span></span>
    <${IconButton} icon="close" label=${text(`talk.${kind}_drop`)} onClick=${onDrop} /></p>`;
}

/** @param {{id: string, label: string, conversation: Talking, people: Name[]}} props */
function Composer({ id, label, conversation, people }) {
  const { path, talk, tell, channel, say, refusal, refuse, connection, about, setAbout } = conversation;
  /** @type {Ref<HTMLElement>} */
  const field = useElement();
  const open = connection.state === "open";
  const held = useRef(false);
  const kept = `${currentUser().id} ${id}`;
  const [draft, setDraft] = useState(drafts.get(kept) ?? "");
  const typingAt = useRef(0);
  const pause = useRef(/** @type {number | undefined} */ (undefined));
  const change = (/** @type {string} */ value) => {
    setDraft(value);
    drafts.set(kept, value);
  };
  const stopTyping = () => {
    clearTimeout(pause.current);
    if (typingAt.current) channel.current.send({ type: "typing_stop" });
    typingAt.current = 0;
  };
  const write = (/** @type {OnInput} */ { currentTarget: { value } }) => {
    change(value);
    held.current = false;
    if (!open) return;
    if (!value) return stopTyping();
    if (Date.now() - typingAt.current > TYPING_AGAIN_MS) {
      typingAt.current = Date.now();
      channel.current.send({ type: "typing_start" });
    }
    clearTimeout(pause.current);
    pause.current = setTimeout(stopTyping, TYPING_AGAIN_MS);
    return undefined;
  };
  useEffect(() => () => clearTimeout(pause.current), []);
  // A refused message goes back to where it was written, unless another is being written there.
  const sent = useGivenBack(refusal?.ref, (content) => draft || change(content));
  const send = (/** @type {Event | undefined} */ event = undefined) => {
    event?.preventDefault();
    const content = draft.trim();
    held.current = !open;
    if (!content || !open) return;
    if (about?.kind === "edit") {
      stopTyping();
      client.request("PATCH", `${path}${about.message.id}/`, { content }).catch((/** @type {unknown} */ error) => {
        refuse(error);
        setAbout(about);
      });
    } else {
      // A message ends the typing of its author.
      clearTimeout(pause.current);
      typingAt.current = 0;
      sent(say(content, about?.message.id), content);
    }
    setAbout(null);
    change("");
  };
  useEffect(() => {
    if (!about) return;
    if (about.kind === "edit") change(about.message.content);
    field.current.focus();
  }, [about]);
  const drop = () => {
    if (about?.kind === "edit") change("");
    setAbout(null);
    field.current.focus();
  };
  useLayoutEffect(() => {
    // A waiting text is sent now; one sent on the lost connection may never have arrived.
    if (held.current) send();
    if (open || !talk.pending.length) return;
    change([...talk.pending.map(({ content }) => content), draft].join(" ").trim());
    tell({ type: "lost" });
  }, [open]);
  return html`<form class="composer" onSubmit=${send}>
    ${refusal && html`<${Refusal}>${refusal.words}<//>`}
    ${about && html`<${AboutLine} about=${about} onDrop=${drop} />`}
    <${Names} draft=${draft} people=${people} onChoose=${(/** @type {string} */ value) => {
      change(value);
      field.current.focus();
    }} />
    <input ref=${field} value=${draft} onInput=${write} placeholder=${label} aria-label=${label} maxlength=${MOST_LETTERS}
      autocomplete="off" enterkeyhint="send"
      onKeyDown=${(/** @type {KeyboardEvent} */ { key }) => key === "Escape" && about && drop()} />
    <${IconButton} icon="send" label=${text("talk.send")} type="submit" class="go" disabled=${!draft.trim()} />
  </form>`;
}

/**
 * Draws a conversation. `people` are those who can be named; `actionsFor(message)` adds to a message's menu; `footer`
 * stands below the last one; `id` is what its draft is kept under; `since` is the last message that was read before;
 * `blocked` is why the user may write nothing.
 *
 * @param {{id: string, conversation: Talking, label: string, empty: string, people: Name[], actionsFor?: ((message: Message) => (Item | Falsy)[]) | null, footer?: Children, since?: number | null, blocked?: string | false | null}} props
 */
export function Conversation({
  id,
  conversation,
  label,
  empty,
  people,
  actionsFor = null,
  footer = null,
  since = null,
  blocked = null,
}) {
  const { path, talk, older, again, anew, connection, refusal, refuse, setAbout } = conversation;
  const me = currentUser().id;
  /** @type {Ref<HTMLElement>} */
  const list = useElement();
  /** @type {Ref<HTMLElement>} */
  const top = useElement();
  const before = useRef({ height: 0, first: /** @type {number | null} */ (null), atEnd: true });
  const [unseen, setUnseen] = useState(false);
  const last = talk.messages.at(-1);
  const lines = talk.messages.length + talk.pending.length;

  useLayoutEffect(() => {
    // Older messages come in above what is being read; new ones are followed by whoever is at the end.
    const box = list.current;
    if (!box) return;
    const { height, first, atEnd } = before.current;
    const now = talk.messages[0]?.id ?? null;
    if (first !== null && now !== first && !atEnd) box.scrollTop += box.scrollHeight - height;
    else if (atEnd || talk.pending.length) box.scrollTop = box.scrollHeight;
    else setUnseen(true);
    before.current = { ...before.current, height: box.scrollHeight, first: now };
  }, [lines, last?.id, talk.messages[0]?.id, footer]);

  useEffect(() => {
    // A keyboard or a list of names takes room from below: whoever is at the end stays there. A conversation that is left
    // shrinks, too, before it stops looking.
    const observer = new ResizeObserver(() => list.current && before.current.atEnd && toEnd());
    observer.observe(list.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (before.current.atEnd && talk.messages.length > MOST_LINES) anew();
  }, [last?.id]);

  useEffect(() => {
    const address = talk.older;
    if (!address) return undefined;
    const observer = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && older(address), {
      root: list.current,
      rootMargin: "200px",
    });
    observer.observe(top.current);
    return () => observer.disconnect();
  }, [talk.older]);

  const scrolled = () => {
    const box = list.current;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    before.current.atEnd = atEnd;
    if (atEnd) setUnseen(false);
  };
  const toEnd = () => {
    list.current.scrollTop = list.current.scrollHeight;
  };

  const react = (/** @type {Message} */ { id: messageId }, /** @type {string} */ kind, /** @type {boolean} */ isOn) =>
    client.request(isOn ? "PUT" : "DELETE", `${path}${messageId}/reactions/${kind}/`).catch(refuse);
  const actionsOf = (/** @type {Message} */ message) => [
    !blocked && { label: text("talk.reply"), onChoose: () => setAbout({ kind: "reply", message }) },
    !blocked &&
      message.sender.id === me &&
      client.serverNow() - Date.parse(message.created_at) < CHANGEABLE_MS && {
        label: text("talk.edit"),
        onChoose: () => setAbout({ kind: "edit", message }),
      },
    ...(actionsFor?.(message) ?? []),
  ];
  const firstNew = since && talk.messages.find(({ id: one, sender }) => one > since && sender.id !== me)?.id;
  let previous = /** @type {Message | null} */ (null);
  return html`<div class="conversation">
    <div class="history" ref=${list} onScroll=${scrolled} tabindex="0" role="log" aria-label=${text("talk.log")}
      aria-busy=${talk.older === undefined}>
      <div ref=${top}></div>
      ${
        talk.older === undefined &&
        (refusal
          ? html`<${Button} icon="turn" onClick=${again}>${text("error.retry")}<//>`
          : html`<${Skeleton} rows=${4} />`)
      }
      ${talk.older === null && !lines && html`<p class="soft center">${empty}</p>`}
      <ol>
        ${talk.messages.map((message) => {
          const newDay = !previous || dayOf(previous.created_at) !== dayOf(message.created_at);
          const first =
            newDay ||
            !previous ||
            previous.sender.id !== message.sender.id ||
            Date.parse(message.created_at) - Date.parse(previous.created_at) > GROUPED_MS;
          previous = message;
          return html`<${Line} key=${message.id} message=${message} first=${first} newDay=${newDay}
            isNew=${message.id === firstNew} me=${me} people=${people} actions=${actionsOf(message)}
            onReact=${(/** @type {string} */ kind, /** @type {boolean} */ isOn) => react(message, kind, isOn)} />`;
        })}
        ${talk.pending.map(
          ({ ref, content }) => html`<li key=${`sent-${ref}`} class="message sent"><span></span><div
          class="said"><p>${content}</p></div></li>`,
        )}
      </ol>
      ${footer}
    </div>
    ${unseen && html`<div class="unseen"><${Button} kind="primary" onClick=${toEnd}>${text("talk.new")}<//></div>`}
    ${
      connection.state === "open"
        ? html`<${Typing} typing=${talk.typing} />`
        : html`<p class="typing late soft small" role="status">${text("talk.offline")}</p>`
    }
    ${
      blocked
        ? html`<p class="refusal" role="status">${blocked}</p>`
        : html`<${Composer} key=${id} id=${id} label=${label} conversation=${conversation} people=${people} />`
    }
  </div>`;
}
