/** One message of a conversation on the screen: what it answers, its text with links and names, and reactions. */
import { LOCALE } from "../page.js";
import { Avatar, Menu } from "../components.js";
import { html } from "../dom.js";
import { PersonLink } from "../person.js";
import { text } from "../texts.js";

/**
 * @import { Message } from "./talk.js"
 * @import { Falsy, Item } from "../types.d.ts"
 * @typedef {{user_id: number, username: string}} Name
 */

/** @type {Record<string, string>} */
const SIGNS = { like: "👍", love: "❤️", laugh: "😂", wow: "😮", sad: "😢", clap: "👏", fire: "🔥", gg: "🏆" };
const PARTS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])|(?<![\w@])@([\w.+-]{1,150})/gu;

/** @param {string} time */
const clockTime = (time) => new Date(time).toLocaleTimeString(LOCALE, { timeStyle: "short" });
/** @param {string} time */
export const dayOf = (time) => new Date(time).toLocaleDateString(LOCALE, { dateStyle: "long" });

/**
 * The text with its addresses as links and the names of `people` marked.
 *
 * @param {{content: string, people: Name[], me: number}} props
 */
function Words({ content, people, me }) {
  const parts = [];
  let at = 0;
  for (const found of content.matchAll(PARTS)) {
    const [whole, address, name] = found;
    const who = name && people.find(({ username }) => username === name || username === name.replace(/[.+-]+$/, ""));
    if (!address && !who) continue;
    parts.push(content.slice(at, found.index));
    if (address) parts.push(html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${address}</a>`);
    else if (who) {
      parts.push(html`<span class=${`mention ${who.user_id === me ? "me" : ""}`}>@${who.username}</span>`);
      at = Number(found.index) + who.username.length + 1;
      continue;
    }
    at = Number(found.index) + whole.length;
  }
  return html`<p>${parts}${content.slice(at)}</p>`;
}

/**
 * The reactions to a message; a press adds one's own or takes it back.
 *
 * @param {{message: Message, people: Name[], me: number, onReact: (kind: string, isOn: boolean) => void}} props
 */
function Reactions({ message, people, me, onReact }) {
  const names = Object.fromEntries(people.map(({ user_id, username }) => [user_id, username]));
  return html`<p class="reactions">${message.reactions?.map(({ kind, user_ids: who }) => {
    const mine = who.includes(me);
    const known = who.map((id) => names[id]).filter(Boolean);
    return html`<button key=${kind} type="button" class="reaction" aria-pressed=${mine} title=${known.join(", ")}
      aria-label=${text("talk.reacted", { reaction: text(`talk.reaction_${kind}`), count: who.length })}
      onClick=${() => onReact(kind, !mine)}><span aria-hidden="true">${SIGNS[kind]}</span> ${who.length}</button>`;
  })}</p>`;
}

/**
 * A message. `people` are those whose names are known, `actions` its menu.
 *
 * @param {{message: Message, first: boolean, newDay: boolean, isNew: boolean, me: number, people: Name[], actions: (Item | Falsy)[], onReact: (kind: string, isOn: boolean) => void}} props
 */
export function Line({ message, first, newDay, isNew, me, people, actions, onReact }) {
  const { sender, created_at: at, reply_to: quote } = message;
  const kinds = Object.keys(SIGNS).map((kind) => ({
    label: `${SIGNS[kind]} ${text(`talk.reaction_${kind}`)}`,
    onChoose: () => onReact(kind, true),
  }));
  const named = /** @type {{mentions?: number[]}} */ (message).mentions?.includes(me);
  return html`<li>${newDay && html`<p class="day">${dayOf(at)}</p>`}
    ${isNew && html`<p class="day since">${text("talk.since")}</p>`}
    <div class=${`message ${first ? "first" : ""} ${named ? "named" : ""}`}>
      ${
        first
          ? html`<${Avatar} name=${sender.username} />`
          : html`<time class="soft small" datetime=${at}>${clockTime(at)}</time>`
      }
      <div class="said">
        ${
          quote &&
          html`<p class="answered soft small"><strong>${quote.username}</strong> ${quote.content || text("talk.deleted")}</p>`
        }
        ${
          first &&
          html`<p class="by"><strong><${PersonLink} name=${sender.username} /></strong> <time class="soft small" datetime=${at}>
          ${clockTime(at)}</time></p>`
        }
        <${Words} content=${message.content} people=${people} me=${me} />
        ${message.edited_at && html`<span class="soft small">${text("talk.edited")}</span>`}
        ${
          (message.reactions?.length ?? 0) > 0 &&
          html`<${Reactions} message=${message} people=${people} me=${me} onReact=${onReact} />`
        }
      </div>
      <span class="acts"><${Menu} icon="smile" label=${text("talk.react", { name: sender.username })} items=${kinds} />
        <${Menu} label=${text("talk.actions", { name: sender.username })} items=${actions} /></span>
    </div></li>`;
}
