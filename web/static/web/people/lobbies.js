/** Lobbies: rooms to talk in and to start games from. */
import { catalog } from "../catalog.js";
import { Badge, Button, Dialog, Empty, Field, Form, Loading, useLoad, useMore, useTitle } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { go } from "../router.js";
import { client, useUser } from "../session.js";
import { text } from "../texts.js";

/** @import { Fields, OnInput, Page, Rest } from "../types.d.ts" */

const LOOK_EVERY_MS = 10_000;
const SEARCH_AFTER_MS = 250;
const SEATS = { min: 2, max: 1000, usual: 20 };

/** @param {{games: Rest.GameCatalogueEntry[], onClose: () => void}} props */
function Create({ games, onClose }) {
  const create = async (/** @type {Fields} */ { name, max_participants: most, game, is_public: who }) => {
    const wanted = { name, max_participants: Number(most), is_public: who === "everybody", ...(game && { game }) };
    const made = await client.request("POST", "/api/lobbies/", wanted);
    go(`/lobbies/${made.id}`);
  };
  return html`<${Dialog} title=${text("lobbies.create")} onClose=${onClose}><${Form} onSend=${create}
    submit=${text("lobbies.create")}>
    <${Field} label=${text("register.username")} name="name" required maxlength="100"
      placeholder=${text("lobbies.name_example")} autocomplete="off" />
    <${Field} label=${text("lobbies.most")} name="max_participants" type="number" required min=${SEATS.min}
      max=${SEATS.max} initial=${SEATS.usual} />
    <${Field} label=${text("lobbies.game")} name="game"
      options=${[{ value: "", label: text("lobbies.any_game") }, ...games.map(({ name, title }) => ({ value: name, label: title }))]} />
    <${Field} label=${text("lobbies.who")} name="is_public"
      options=${[{ value: "everybody", label: text("lobbies.public") }, { value: "invited", label: text("lobbies.private") }]} />
  <//><//>`;
}

/**
 * Only premium members open lobbies; the others are told so where they would click.
 *
 * @param {{premium: boolean, onCreate: () => void}} props
 */
function Way({ premium, onCreate }) {
  if (premium) return html`<${Button} kind="primary" icon="add" onClick=${onCreate}>${text("lobbies.create")}<//>`;
  return html`<p class="soft small">${text("lobbies.premium_only")}</p>`;
}

/** @param {{lobby: Rest.ChatOneLobby, title?: string}} props */
function Row({ lobby, title }) {
  const full = lobby.member_count >= lobby.max_participants;
  const closed = lobby.status !== "open";
  return html`<li><a class=${`row lobby-row ${closed ? "closed" : ""}`} href=${`/lobbies/${lobby.id}`}>
    <span class="thumb">${
      lobby.game ? html`<${GameArt} name=${lobby.game} />` : html`<span class="no-game" aria-hidden="true">#</span>`
    }</span>
    <span class="grow"><strong>${lobby.title}</strong>
      <span class="soft small">${[lobby.owner?.username, title].filter(Boolean).join(" · ")}</span></span>
    ${lobby.unread > 0 && html`<${Badge} kind="count">${text("lobbies.unread", { count: lobby.unread })}<//>`}
    <span class="soft small numbers">
      ${text("lobbies.count", { count: lobby.member_count, most: lobby.max_participants })}</span>
    ${!lobby.is_public && html`<${Badge}>${text("lobbies.private")}<//>`}
    ${
      closed
        ? html`<${Badge} kind="bad">${text("lobbies.closed")}<//>`
        : full && html`<${Badge} kind="warn">${text("lobbies.full")}<//>`
    }
  </a></li>`;
}

export default function Lobbies() {
  const user = useUser();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [creating, setCreating] = useState(false);
  const { data: games } = useLoad(catalog, []);
  const open = useLoad(
    /** @returns {Promise<Page<Rest.ChatOneLobby>>} */
    () => client.request("GET", `/api/lobbies/?${new URLSearchParams({ status: "open", ...(search && { search }) })}`),
    [search],
    LOOK_EVERY_MS,
  );
  const { data } = open;
  const more = useMore(data, [search]);
  useTitle(text("rail.lobbies"));
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const titles = Object.fromEntries((games ?? []).map(({ name, title }) => [name, title]));
  // A lobby on a later page may have moved up to the first one since.
  const first = new Set(data?.results.map(({ id }) => id));
  const rows = [...(data?.results ?? []), ...more.rows.filter(({ id }) => !first.has(id))];
  return html`<div class="page">
    <header><h1>${text("lobbies.title")}</h1><span class="spring"></span>
      <${Way} premium=${user.is_premium} onCreate=${() => setCreating(true)} /></header>
    <input type="search" value=${typed} onInput=${(/** @type {OnInput} */ { currentTarget }) => setTyped(currentTarget.value)}
      placeholder=${text("lobbies.search")}
      aria-label=${text("lobbies.search")} />
    <${Loading} of=${open} rows=${4} />
    ${
      data &&
      !rows.length &&
      (search
        ? html`<p class="soft center">${text("lobbies.none_found", { search })}</p>`
        : html`<${Empty} words=${text("lobbies.empty")} href="/play" action=${text("error.home")} />`)
    }
    ${
      rows.length > 0 &&
      html`<ul class="list" aria-live="polite">
      ${rows.map((lobby) => html`<${Row} key=${lobby.id} lobby=${lobby} title=${titles[lobby.game]} />`)}</ul>`
    }
    ${more.button}
    ${creating && html`<${Create} games=${games ?? []} onClose=${() => setCreating(false)} />`}
  </div>`;
}
