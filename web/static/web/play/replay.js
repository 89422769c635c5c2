/** A finished game, move by move: scrubber, buttons and arrow keys. */
import { Button, Card, CopyField, IconButton, Loading, saveFile, useKeys, useLoad, useTitle } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { loadBoard } from "../games/index.js";
import { client } from "../session.js";
import { text } from "../texts.js";
import { NEW_ROOM } from "./room.js";
import { reasonOf, Seat } from "./seat.js";
import { MoveList, scenesOf, Transport, useStepKeys } from "./steps.js";
import { TableMenu } from "./table_menu.js";

/** @import { Board, OnInput, Rest } from "../types.d.ts" */

const STEP_MS = 900;

/**
 * The number of the position that a link leads to.
 *
 * @param {URLSearchParams} query
 */
function startOf(query) {
  const at = query.get("at");
  return at !== null && /^\d+$/.test(at) ? Number(at) : null;
}

/** @param {{replay: Rest.GameReplay, board: Board, start: number | null}} props */
function Player({ replay, board, start }) {
  // A game in real time has no view for each input: its end is what there is to see.
  const [scenes] = useState(() =>
    replay.views ? scenesOf(replay) : [{ seq: 0, view: /** @type {any} */ (replay.final_view), input: null }],
  );
  const last = scenes.length - 1;
  const within = (/** @type {number} */ index) => Math.min(last, Math.max(0, index));
  const [at, setAt] = useState(start === null ? last : within(start));
  const [playing, setPlaying] = useState(false);
  const to = (/** @type {number} */ index) => {
    setPlaying(false);
    setAt(within(index));
  };
  useStepKeys(at, last, to);
  useKeys((event) => {
    if (event.key !== " " || (event.target instanceof Element && event.target.closest("button, a"))) return;
    setPlaying((before) => !before);
    event.preventDefault();
  });
  useEffect(() => {
    if (!playing) return undefined;
    if (at >= last) return setPlaying(false);
    const timer = setTimeout(() => setAt(at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, at]);
  // Reload and a shared link come to the same position, and back leaves the replay.
  const address = at === last ? location.pathname : `${location.pathname}?at=${at}`;
  useEffect(() => history.replaceState(null, "", address), [address]);
  const { view, input } = scenes[at];
  const result = replay.result;
  const room = {
    ...NEW_ROOM,
    players: replay.players,
    inputs: replay.inputs,
    lastMove: /** @type {any} */ (input),
    view,
    turn: at === last ? null : (view?.turn ?? null),
    result: at === last ? result : null,
  };
  const play = () => {
    if (at >= last) setAt(0);
    setPlaying(!playing);
  };
  const { winner_ids: winners = [], reason: why = "" } = result ?? {};
  const name = (/** @type {number | null} */ id) => replay.players.find((one) => one.id === id)?.username ?? "";
  const verdict = winners.length
    ? text("result.winner", { name: winners.map(name).join(", ") })
    : text(why.startsWith("draw") ? "result.draw" : "result.none");
  const seats = replay.players.map((one) => html`<${Seat} key=${one.id} room=${room} seat=${one} board=${board} />`);
  return html`<div class=${`table replay game-${replay.game}`}>
    <div class="above">${seats.slice(1)}</div>
    <div class="board-frame">
      <${board.default} view=${view} room=${room} me=${null} canMove=${false} live=${false} />
    </div>
    <div class="below">${seats[0]}</div>
    <aside class="side">
      <div><h1>${replay.players.map(({ username }) => username).join(" – ")}</h1>
        <p class="soft">${verdict}, ${reasonOf(board, scenes[last].view, why)}</p></div>
      <${Card} class="steps">
        ${
          last > 0 &&
          html`<input type="range" min="0" max=${last} value=${at} aria-label=${text("replay.title")}
            aria-valuetext=${text("replay.position", { index: at, count: last })}
            onInput=${(/** @type {OnInput} */ event) => to(event.currentTarget.valueAsNumber)} />
          <${Transport} ...${{ at, last, to }}>
            <${IconButton} icon=${playing ? "pause" : "play"} label=${text(playing ? "replay.pause" : "replay.play")}
              onClick=${play} />
          <//>
          <p class="soft small numbers center" aria-live="polite">${text("replay.position", { index: at, count: last })}
            </p>`
        }
        ${
          replay.views
            ? html`<${MoveList} ...${{ scenes, at, to }} notation=${board.notation?.(scenes[last].view) ?? null}
                nameOf=${name} />`
            : html`<p class="soft">${text("replay.end_only")}</p>`
        }
      <//>
      <${Card} title=${text("replay.share")}>
        <${CopyField} label=${text("replay.link")} value=${location.origin + address} />
        ${typeof view?.fen === "string" && html`<${CopyField} label=${text("replay.fen")} value=${view.fen} />`}
        <div class="actions">
          ${
            replay.pgn &&
            html`<${Button} icon="download" onClick=${() => saveFile(`${replay.game_id}.pgn`, replay.pgn ?? "", "application/x-chess-pgn")}>
            ${text("replay.pgn")}<//>`
          }
          <${Button} icon="download" onClick=${() => saveFile(`${replay.game_id}.json`, JSON.stringify(replay), "application/json")}>
            ${text("replay.json")}<//>
          <${TableMenu} id=${replay.game_id} players=${replay.players} />
        </div>
      <//>
    </aside>
  </div>`;
}

/** @param {{id: string, query: URLSearchParams}} props */
export default function Replay({ id, query }) {
  const made = useLoad(async () => {
    /** @type {Rest.GameReplay} */
    const replay = await client.request("GET", `/api/games/${id}/replay/?views=1`);
    return { replay, board: await loadBoard(replay.game) };
  }, [id]);
  useTitle(text("replay.title"));
  if (!made.data)
    return html`<${Loading} of=${made} known=${{ 404: "game.unknown", 409: "replay.running" }} rows=${2} tall />`;
  return html`<${Player} key=${id} ...${made.data} start=${startOf(query)} />`;
}
