/** A finished game, move by move: scrubber, buttons and arrow keys. */
import { Button, Card, IconButton, Loading, saveFile, useKeys, useLoad, useTitle } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { loadBoard } from "../games/index.js";
import { client } from "../session.js";
import { duration, text, textOr, words } from "../texts.js";

/** @import { Board, OnInput, Rest } from "../types.d.ts" */

const STEP_MS = 900;

/**
 * Every view of the game in order, each with the move that led to it: `[{view, input}]`.
 *
 * @param {Rest.GameReplay} replay
 */
function film({ views, inputs, final_view: end }) {
  // A game in real time has no view for each input: its end is what there is to see.
  if (!views) return [{ view: end, input: null }];
  const moves = inputs.filter(({ type }) => type === "player_move");
  return views.map((view, index) => ({ view, input: moves[index - 1] ?? null }));
}

/** The fields that movements count from 0 and boards from 1. */
const PLACES = ["cell", "row", "col", "column"];

/** @param {Pick<Rest.GameInput, "type" | "movement">} input */
function said({ type, movement }) {
  if (type === "game_action") return words(movement.action);
  return Object.entries(movement ?? {})
    .map(
      ([name, value]) =>
        `${words(name)} ${typeof value === "object" ? "…" : PLACES.includes(name) ? Number(value) + 1 : value}`,
    )
    .join(", ");
}

/** @param {{replay: Rest.GameReplay, board: Board}} props */
function Player({ replay, board }) {
  const [scenes] = useState(() => film(replay));
  const last = scenes.length - 1;
  const [at, setAt] = useState(last);
  const [playing, setPlaying] = useState(false);
  const to = (/** @type {number} */ index) => {
    setPlaying(false);
    setAt(Math.min(last, Math.max(0, index)));
  };
  useKeys((event) => {
    /** @type {Record<string, number>} */
    const keys = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: 0, Home: 0, ArrowDown: last, End: last };
    if (event.key === " " && !(event.target instanceof Element && event.target.closest("button, a")))
      setPlaying((before) => !before);
    else if (event.key in keys) to(keys[event.key]);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    if (!playing) return undefined;
    if (at >= last) return setPlaying(false);
    const timer = setTimeout(() => setAt(at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, at]);
  const { view, input } = scenes[at];
  const room = { players: replay.players, lastMove: input, view };
  const start = () => {
    if (at >= last) setAt(0);
    setPlaying(!playing);
  };
  const first = replay.inputs.length ? Date.parse(replay.inputs[0].at) : 0;
  const { winner_ids: winners = [], reason: why = "" } = replay.result ?? {};
  const name = (/** @type {number | null} */ id) => replay.players.find((one) => one.id === id)?.username ?? "";
  const verdict = winners.length
    ? text("result.winner", { name: winners.map(name).join(", ") })
    : text(why.startsWith("draw") ? "result.draw" : "result.none");
  return html`<div class=${`table game-${replay.game}`}>
    <div class="board-frame">
      <${board.default} view=${view} room=${room} me=${null} canMove=${false} live=${false} />
    </div>
    <aside class="side">
      <${Card}>
        <div><h1>${replay.players.map(({ username }) => username).join(" – ")}</h1>
          <p class="soft">${verdict}, ${textOr(`reason.${why}`, words(why))}</p></div>
        ${
          last > 0 &&
          html`<input type="range" min="0" max=${last} value=${at} aria-label=${text("replay.title")}
            aria-valuetext=${text("replay.position", { index: at, count: last })}
            onInput=${(/** @type {OnInput} */ event) => to(event.currentTarget.valueAsNumber)} />
          <div class="transport">
            <${IconButton} icon="first" label=${text("replay.first")} disabled=${at === 0} onClick=${() => to(0)} />
            <${IconButton} icon="previous" label=${text("replay.previous")} disabled=${at === 0}
              onClick=${() => to(at - 1)} />
            <${IconButton} icon=${playing ? "pause" : "play"} label=${text(playing ? "replay.pause" : "replay.play")}
              onClick=${start} />
            <${IconButton} icon="next" label=${text("replay.next")} disabled=${at === last}
              onClick=${() => to(at + 1)} />
            <${IconButton} icon="last" label=${text("replay.last")} disabled=${at === last} onClick=${() => to(last)} />
          </div>
          <p class="soft small numbers center" aria-live="polite">${text("replay.position", { index: at, count: last })}
            </p>`
        }
        ${
          typeof view?.fen === "string" &&
          html`<label class="field"><span>${text("replay.fen")}</span>
          <input class="numbers" readonly value=${view.fen}
            onFocus=${(/** @type {OnInput} */ { currentTarget }) => currentTarget.select()} /></label>`
        }
        ${
          replay.pgn &&
          html`<${Button} icon="download" onClick=${() => saveFile(`${replay.game_id}.pgn`, replay.pgn ?? "", "application/x-chess-pgn")}>
            ${text("replay.pgn")}<//>`
        }
      <//>
      ${!replay.views && html`<p class="soft">${text("replay.end_only")}</p>`}
      ${
        replay.views &&
        html`<${Card} title=${text("replay.inputs")}>
        ${!replay.inputs.length && html`<p class="soft">${text("replay.empty")}</p>`}
        <ol class="moves numbers" tabindex="0" aria-label=${text("replay.inputs")}>
          ${replay.inputs.map((one) => {
            const index = scenes.findIndex((scene) => scene.input === one);
            return html`<li key=${one.seq} class=${index === at ? "now" : ""}>
              <span class="soft">${duration(Date.parse(one.at) - first)}</span> <strong>${name(one.user_id)}
                </strong> ${said(one)}</li>`;
          })}
        </ol>
      <//>`
      }
    </aside>
  </div>`;
}

/** @param {{id: string}} props */
export default function Replay({ id }) {
  const made = useLoad(async () => {
    /** @type {Rest.GameReplay} */
    const replay = await client.request("GET", `/api/games/${id}/replay/?views=1`);
    return { replay, board: await loadBoard(replay.game) };
  }, [id]);
  useTitle(text("replay.title"));
  if (!made.data)
    return html`<${Loading} of=${made} known=${{ 404: "game.unknown", 409: "replay.running" }} rows=${2} tall />`;
  return html`<${Player} key=${id} ...${made.data} />`;
}
