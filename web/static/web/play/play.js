/** Pick a game and somebody to play it with: whoever comes, the computer, or a friend by link. */
import { catalog, queues } from "../catalog.js";
import {
  Avatar,
  Badge,
  Button,
  Card,
  Dialog,
  Empty,
  Loading,
  Refusal,
  useAction,
  useLoad,
  useNow,
  useTitle,
} from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { GameArt } from "../art.js";
import { Alive, runningGames } from "./alive.js";
import { initial, Input, valuesOf } from "../games/generic.js";
import { joinQueue, leaveQueue, playAtOnce, playComputer, playFriend, queue, resumeQueue } from "../queue.js";
import { go } from "../router.js";
import { client, currentUser } from "../session.js";
import { useSocket } from "../socket.js";
import { useStore } from "../store.js";
import { duration, labelOf, text, words } from "../texts.js";

/** @import { OpenRooms as Listed } from "../../client/messages.d.ts" */
/** @import { OnSelect, Page, Rest, Schema } from "../types.d.ts" */
/** @typedef {Rest.MatchmakingOfferedQueue & {asks: import("../types.d.ts").Schema}} OfferedQueue */

const OFFER_COMPUTER_AFTER_MS = 10_000;
const COMPUTER_LEVEL = 1;
const LEVELS = [1, 2, 3];

/**
 * Return whether the computer can be the other player, or all of them.
 *
 * @param {{bots: number[]}|undefined} game
 */
const hasBots = (game) => Boolean(game?.bots.length);

/** @param {{games: Rest.GameCatalogueEntry[], offered: OfferedQueue[]}} props */
function Queue({ games, offered }) {
  const place = useStore(queue);
  const now = useNow(place ? 250 : null);
  const leave = useAction(leaveQueue);
  const computer = useAction(async () => place && playComputer(place.game, COMPUTER_LEVEL));
  if (!place) return null;
  const waited = Math.max(0, now - place.since);
  const game = games.find(({ name }) => name === place.game);
  const title = offered.find((one) => one.game === place.game && one.mode === place.mode)?.title;
  const isLong = waited >= OFFER_COMPUTER_AFTER_MS;
  return html`<section class="card queue">
    <span class="spinner" aria-hidden="true"></span>
    <div>
      <h2>${text("queue.title")}</h2>
      <p class="soft numbers">${title ?? place.game} · <span aria-live="polite">${text("queue.position", place)}
        </span> · ${text("queue.wait", { time: duration(waited) })}</p>
    </div>
    <${Button} busy=${leave.busy} onClick=${() => leave.run()}>${text("queue.leave")}<//>
    ${
      hasBots(game) &&
      html`<div class="offer" role="status"><p>${text(isLong ? "queue.nobody" : "queue.meanwhile")}</p>
      <${Button} kind="primary" icon="robot" class=${isLong ? "" : "to-come"} busy=${computer.busy}
        onClick=${() => computer.run()}>${text("queue.computer")}<//></div>`
    }
    <${Refusal} error=${leave.error ?? computer.error} />
  </section>`;
}

/**
 * Whether there is nothing to choose: the game has one queue, which asks nothing.
 *
 * @param {OfferedQueue[]} queues
 */
const isPlain = ([first, ...others]) => !others.length && !Object.keys(first?.asks.properties ?? {}).length;

/**
 * One of a game's queues, with what it asks.
 *
 * @param {{queue: OfferedQueue}} props
 */
function Choice({ queue }) {
  const [asks, setAsks] = useState(() => initial(queue.asks, queue.asks));
  const join = useAction(() => joinQueue(queue.game, { mode: queue.mode, asks }));
  return html`<form class="stack" onSubmit=${(/** @type {Event} */ event) => {
    event.preventDefault();
    join.run();
  }}>
    ${Object.entries(queue.asks.properties ?? {}).map(
      ([name, schema]) => html`<${Input} key=${name} label=${labelOf(name)} schema=${schema} root=${queue.asks}
        value=${asks[name]} onChange=${(/** @type {unknown} */ value) => setAsks({ ...asks, [name]: value })} />`,
    )}
    <${Button} kind="primary" class="wide" type="submit" busy=${join.busy}>${queue.title}<//>
    <${Refusal} error=${join.error} />
  </form>`;
}

/** @param {{offered: OfferedQueue[], onClose: () => void}} props */
function Choices({ offered, onClose }) {
  return html`<${Dialog} title=${text("queue.choose")} onClose=${onClose}><div class="stack">
    ${offered.map((queue) => html`<${Choice} key=${queue.mode} queue=${queue} />`)}
  </div><//>`;
}

/** @param {{game: Rest.GameCatalogueEntry, offered: OfferedQueue[], queued: boolean, onComputer: () => void, onFriend: () => void, onChoose: () => void}} props */
function GameCard({ game, offered, queued, onComputer, onFriend, onChoose }) {
  const play = useAction(() => {
    if (game.open) return playAtOnce(game.name);
    return isPlain(offered) ? joinQueue(game.name) : onChoose();
  });
  const friend = useAction(() => (optionsOf(game).length ? onFriend() : playFriend(game.name)));
  const players = game.min_players === game.max_players ? game.min_players : `${game.min_players}–${game.max_players}`;
  const error = play.error ?? friend.error;
  return html`<${Card} class="game-card">
    <div class="art"><${GameArt} name=${game.name} /></div>
    <div class="facts"><h2>${game.title}</h2>
      <p class="soft small">${text(`play.${game.kind}`)} · ${text("play.players", { players })}</p></div>
    <div class="ways">
      <${Button} kind="primary" icon="play" busy=${play.busy} disabled=${queued} onClick=${() => play.run()}
        aria-label=${`${text("play.play")}: ${game.title}`}>${text("play.play")}<//>
      ${
        hasBots(game) &&
        html`<${Button} icon="robot" onClick=${onComputer}
        aria-label=${`${text("play.computer")}: ${game.title}`}>${text("play.computer")}<//>`
      }
      <${Button} icon="friend" busy=${friend.busy} onClick=${() => friend.run()}
        aria-label=${`${text("play.friend")}: ${game.title}`}>${text("play.friend")}<//>
    </div>
    <${Refusal} error=${error} />
  <//>`;
}

/** @param {{games: Rest.GameCatalogueEntry[], running: Rest.GameOneGame[]}} props */
function Running({ games, running }) {
  const me = currentUser().id;
  if (!running.length) return null;
  return html`<section class="page wide"><h2>${text("play.running")}</h2><ul class="list">
    ${running.map((one) => {
      const others = one.players.filter(({ id }) => id !== me);
      return html`<li key=${one.id}><a class="row" href=${`/games/${one.id}`}>
        <${Avatar} name=${others[0]?.username} />
        <span class="grow"><strong>${others.map(({ username }) => username).join(", ")}</strong>
          <span class="soft small">${games.find(({ name }) => name === one.game)?.title ?? one.game}</span></span>
        <${Badge} kind="accent">${text("play.resume")}<//></a></li>`;
    })}
  </ul></section>`;
}

/**
 * The list after a message about it.
 *
 * @param {Listed.OpenRoom[] | null} rooms
 * @param {Listed.Heard[keyof Listed.Heard]} message
 */
function listed(rooms, message) {
  if (message.type === "open_rooms") return message.rooms;
  if (message.type === "room_unlisted") return (rooms ?? []).filter(({ id }) => id !== message.id);
  if (message.type !== "room_listed") return rooms;
  const { room } = message;
  const isKnown = rooms?.some(({ id }) => id === room.id);
  return isKnown ? (rooms ?? []).map((one) => (one.id === room.id ? room : one)) : [room, ...(rooms ?? [])];
}

const ROOMS_SHOWN = 20;
const NO_ROOMS = /** @type {Listed.OpenRoom[] | null} */ (null);

/** @typedef {{game: string, metadata: Record<string, any>}} RoomFilter */

/** @param {unknown} value */
const shown = (value) => (typeof value === "boolean" ? text(value ? "rooms.yes" : "rooms.no") : words(value));

/**
 * The filters: the game, and where one is chosen, the values of its options.
 *
 * @param {{games: Rest.GameCatalogueEntry[], filter: RoomFilter, onFilter: (filter: RoomFilter) => void}} props
 */
function RoomFilters({ games, filter, onFilter }) {
  const chosen = games.find(({ name }) => name === filter.game);
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    const { [name]: _, ...others } = filter.metadata;
    onFilter({ ...filter, metadata: value === undefined ? others : { ...others, [name]: value } });
  };
  return html`<div class="room-filters">
    <label class="field"><span>${text("rooms.game")}</span>
      <select value=${filter.game} onChange=${(/** @type {OnSelect} */ event) =>
        onFilter({ game: event.currentTarget.value, metadata: {} })}>
        <option value="">${text("rooms.any_game")}</option>
        ${games.map(({ name, title }) => html`<option key=${name} value=${name}>${title}</option>`)}
      </select></label>
    ${(chosen ? optionsOf(chosen) : []).map(([name, schema]) => {
      const values = valuesOf(schema, chosen?.options ?? {});
      return (
        values &&
        html`<label class="field" key=${name}><span>${labelOf(name)}</span>
        <select value=${values.indexOf(filter.metadata[name])} onChange=${(/** @type {OnSelect} */ event) =>
          set(name, values[Number(event.currentTarget.value)])}>
          <option value="-1">${text("rooms.any")}</option>
          ${values.map((value, index) => html`<option key=${index} value=${index}>${shown(value)}</option>`)}
        </select></label>`
      );
    })}
  </div>`;
}

/** Rooms of others with a free seat.
 * @param {{games: Rest.GameCatalogueEntry[]}} props */
function OpenRooms({ games }) {
  const [filter, setFilter] = useState(/** @type {RoomFilter} */ ({ game: "", metadata: {} }));
  const { state: rooms } = useSocket(
    () => client.connectToOpenRooms(filter.game ? filter : {}),
    [filter],
    listed,
    NO_ROOMS,
    {},
  );
  const join = useAction(async (/** @type {string} */ id) => {
    const room = await client.request("POST", `/api/games/${encodeURIComponent(id)}/join/`);
    go(`/games/${room.id}`);
  });
  const byCode = (/** @type {any} */ event) => {
    event.preventDefault();
    join.run(new FormData(event.target).get("code")?.toString().trim() ?? "");
  };
  return html`<section class="open-rooms"><h2>${text("rooms.title")}</h2>
    <${RoomFilters} games=${games} filter=${filter} onFilter=${setFilter} />
    ${rooms?.length === 0 && html`<p class="soft">${text("rooms.none")}</p>`}
    <ul class="list">${rooms?.slice(0, ROOMS_SHOWN).map((room) => {
      const host = room.players[0]?.username ?? "";
      return html`<li key=${room.id} class="row" data-room=${room.id}>
        <${Avatar} name=${host} />
        <span class="grow"><strong>${games.find(({ name }) => name === room.game)?.title ?? room.title}</strong>
          <span class="soft small">${host} · ${text("rooms.free", { free: room.free_seats, seats: room.seats })}</span>
        </span>
        <${Button} busy=${join.busy} onClick=${() => join.run(room.id)}
          aria-label=${`${text("rooms.join")}: ${room.title}, ${host}`}>${text("rooms.join")}<//></li>`;
    })}</ul>
    <form class="copy" onSubmit=${byCode}><input name="code" required maxlength="8" autocomplete="off"
      aria-label=${text("rooms.code")} placeholder=${text("rooms.code")} />
      <${Button} type="submit" busy=${join.busy}>${text("rooms.join")}<//></form>
    <${Refusal} error=${join.error} />
  </section>`;
}

/** @param {Rest.GameCatalogueEntry} game */
const optionsOf = (game) => Object.entries(/** @type {Schema} */ (game.options).properties ?? {});

/**
 * A field for each option of a game.
 *
 * @param {{game: Rest.GameCatalogueEntry, value: Record<string, unknown>, onChange: (value: Record<string, unknown>) => void}} props
 */
function Options({ game, value, onChange }) {
  return optionsOf(game).map(
    ([name, schema]) => html`<${Input} key=${name} label=${labelOf(name)} schema=${schema} root=${game.options}
      value=${value[name]} onChange=${(/** @type {unknown} */ changed) => onChange({ ...value, [name]: changed })} />`,
  );
}

/** @param {{game: Rest.GameCatalogueEntry, onClose: () => void}} props */
function Friend({ game, onClose }) {
  const [options, setOptions] = useState(() => initial(game.options, game.options));
  const invite = useAction(() => playFriend(game.name, options));
  return html`<${Dialog} title=${text("play.friend_title", { game: game.title })} onClose=${onClose}>
    <form class="stack" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      invite.run();
    }}>
      <${Options} game=${game} value=${options} onChange=${setOptions} />
      <${Button} kind="primary" class="wide" type="submit" busy=${invite.busy}>${text("play.friend_make")}<//>
      <${Refusal} error=${invite.error} />
    </form>
  <//>`;
}

/** @param {{game: Rest.GameCatalogueEntry, onClose: () => void}} props */
function Strength({ game, onClose }) {
  const [options, setOptions] = useState(() => initial(game.options, game.options));
  const play = useAction((/** @type {number} */ level) => playComputer(game.name, level, options));
  return html`<${Dialog} title=${text("play.computer_title")} onClose=${onClose}>
    <div class="stack">
      <${Options} game=${game} value=${options} onChange=${setOptions} />
      ${LEVELS.map(
        (level) => html`<${Button} key=${level} class="wide" kind=${level === 1 ? "primary" : "plain"}
          autofocus=${level === 1}
        busy=${play.busy} onClick=${() => play.run(level)}>${text(`play.level_${level}`)}<//>`,
      )}
      <${Refusal} error=${play.error} />
    </div>
  <//>`;
}

/** @param {{query: URLSearchParams}} props */
export default function Play({ query }) {
  const known = useLoad(async () => {
    const [games, offered, running] = await Promise.all([catalog(), queues(), runningGames().catch(() => [])]);
    return { games, offered, running };
  }, []);
  const { games, offered, running } = known.data ?? {};
  const place = useStore(queue);
  const [computer, setComputer] = useState(/** @type {Rest.GameCatalogueEntry | null} */ (null));
  const [friend, setFriend] = useState(/** @type {Rest.GameCatalogueEntry | null} */ (null));
  const [choosing, setChoosing] = useState(/** @type {string | null} */ (null));
  const queuesOf = (/** @type {string} */ game) => (offered ?? []).filter((one) => one.game === game);
  useEffect(() => setChoosing(null), [place?.game, place?.mode]);
  const start = useAction(async () => {
    const wanted = query.get("queue");
    if (!wanted) return resumeQueue();
    go("/play", { replace: true });
    return joinQueue(wanted);
  });
  useTitle(text("rail.play"));
  useEffect(() => {
    start.run();
  }, []);
  if (!games) return html`<${Loading} of=${known} rows=${4} tall />`;
  if (!games.length) return html`<${Empty} words=${text("play.empty")} />`;
  return html`<div class="page wide">
    <h1>${text("play.title")}</h1>
    <${Refusal} error=${start.error} />
    <${Running} games=${games} running=${running} />
    <${Alive} />
    <div class="games">
      ${games.map(
        (game) => html`<${GameCard} key=${game.name} game=${game} queued=${place?.game === game.name}
        offered=${queuesOf(game.name)} onChoose=${() => setChoosing(game.name)}
        onComputer=${() => setComputer(game)} onFriend=${() => setFriend(game)} />`,
      )}
    </div>
    <${OpenRooms} games=${games} />
    <${Queue} games=${games} offered=${offered} />
    ${choosing && html`<${Choices} offered=${queuesOf(choosing)} onClose=${() => setChoosing(null)} />`}
    ${friend && html`<${Friend} game=${friend} onClose=${() => setFriend(null)} />`}
    ${computer && html`<${Strength} game=${computer} onClose=${() => setComputer(null)} />`}
  </div>`;
}
