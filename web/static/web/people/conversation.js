/** A conversation on the screen: its history, who is writing, and the line to write in. */
import { LOCALE } from "../page.js";
import { Avatar, Button, IconButton, Menu, Refusal, Skeleton, useGivenBack, useNow } from "../components.js";
import { html, useCallback, useEffect, useElement, useLayoutEffect, useReducer, useRef, useState } from "../dom.js";
import { PersonLink } from "../person.js";
import { currentUser, get, reason } from "../session.js";
import { CONNECTING } from "../socket.js";
import { NEW_TALK, told } from "./talk.js";
import { text, words } from "../texts.js";

/**
 * @import { Channel } from "../../client/gameplatform.js"
 * @import { Message, TalkState } from "./talk.js"
 * @import { Children, Connection, Falsy, Item, OnInput, Ref } from "../types.d.ts"
 * @typedef {{newest?: boolean, anew?: boolean}} Which
 * @typedef {ReturnType<typeof useConversation>} Talking
 */

const TYPING_AGAIN_MS = 4_000;
const GROUPED_MS = 5 * 60_000;
const MOST_LETTERS = 500;
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
 * → `{talk, tell, connection, refusal, channel, say, older, again, anew}`
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
        if (message.state === "open") load(path, NEWEST);
      } else if (message.type === "error") {
        tell({ type: "refused", ref: message.ref });
        setRefusal({ words: message.message || words(message.code), ref: message.ref });
      } else {
        if (message.type === "message_deleted" || message.type === "read") changes.current += 1;
        tell(message.type === "chat_message" ? { ...message, mine: message.message.sender.id === me } : message);
        hear?.(message);
      }
    });
    return () => {
      stop();
      socket.close();
    };
  }, [path]);

  const say = useCallback((/** @type {string} */ content) => {
    setRefusal(null);
    const ref = channel.current.send({ type: "chat_message", message: content });
    tell({ type: "sent", ref, content });
    return ref;
  }, []);
  return {
    talk,
    tell,
    connection,
    refusal,
    channel,
    say,
    older: load,
    again: () => load(path, NEWEST),
    anew: () => load(path, { anew: true }),
  };
}

/** @param {string} time */
const clockTime = (time) => new Date(time).toLocaleTimeString(LOCALE, { timeStyle: "short" });
/** @param {string} time */
const dayOf = (time) => new Date(time).toLocaleDateString(LOCALE, { dateStyle: "long" });

/** @param {{message: Message, first: boolean, newDay: boolean, actions?: (Item | Falsy)[] | null}} props */
function Line({ message, first, newDay, actions }) {
  const { sender, created_at: at } = message;
  return html`<li>${newDay && html`<p class="day">${dayOf(at)}</p>`}
    <div class=${`message ${first ? "first" : ""}`}>
      ${
        first
          ? html`<${Avatar} name=${sender.username} />`
          : html`<time class="soft small" datetime=${at}>${clockTime(at)}</time>`
      }
      <div class="said">
        ${
          first &&
          html`<p class="by"><strong><${PersonLink} name=${sender.username} /></strong> <time class="soft small" datetime=${at}>
          ${clockTime(at)}</time></p>`
        }
        <p>${message.content}</p>
      </div>
      ${actions && html`<${Menu} label=${text("talk.actions", { name: sender.username })} items=${actions} />`}
    </div></li>`;
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

/** @param {{id: string, label: string, conversation: Talking, blocked?: string | false | null}} props */
function Composer({ id, label, conversation, blocked }) {
  const { talk, tell, channel, say, refusal, connection } = conversation;
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
    clearTimeout(pause.current);
    typingAt.current = 0;
    sent(say(content), content);
    change("");
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
    ${blocked && html`<p class="refusal" role="status">${blocked}</p>`}
    <input value=${draft} onInput=${write} placeholder=${label} aria-label=${label} maxlength=${MOST_LETTERS}
      autocomplete="off"
      disabled=${Boolean(blocked)} enterkeyhint="send" />
    <${IconButton} icon="send" label=${text("talk.send")} type="submit" class="go"
      disabled=${Boolean(blocked) || !draft.trim()} />
  </form>`;
}

/**
 * Draws a conversation. `actionsFor(message)` gives a message's menu; `footer` stands below the last one; `id` is
 * what its draft is kept under; `blocked` is why the user may write nothing.
 *
 * @param {{id: string, conversation: Talking, label: string, empty: string, actionsFor?: ((message: Message) => (Item | Falsy)[]) | null, footer?: Children, blocked?: string | false | null}} props
 */
export function Conversation({ id, conversation, label, empty, actionsFor = null, footer = null, blocked = null }) {
  const { talk, older, again, anew, connection, refusal } = conversation;
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
            actions=${actionsFor?.(message)} />`;
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
    <${Composer} key=${id} id=${id} label=${label} conversation=${conversation} blocked=${blocked} />
  </div>`;
}
