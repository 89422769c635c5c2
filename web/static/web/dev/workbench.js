/** All seats of a game in one window: its state, what each viewer sees, and time to step back and forth in. */
import { Button } from "../components.js";
import { html, render, useEffect, useState } from "../dom.js";
import { loadBoard } from "../games/index.js";
import { words } from "../texts.js";

/**
 * @import { Board, Movement, On, OnForm, OnInput, Rest } from "../types.d.ts"
 * @typedef {{views: any[], turn: number[], empty: number[], legal: Movement[][], movement: Movement | null, seat: number | null, did: string, tick: number,
 *   dump: unknown, state: string, result: unknown, phase: string, due_in_s: number | null}} Frame a moment of the game
 * @typedef {{frames: Frame[], problem?: string, trace?: string, differs?: string, differs_at?: number}} Answer
 */

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @type {Rest.GameCatalogueEntry} */
const entry = JSON.parse(document.getElementById("entry")?.textContent ?? "");
const realTime = entry.kind === "real_time";

/**
 * Asks the server, which keeps nothing. Rejects with an `Error` that says why.
 *
 * @param {object} question
 * @returns {Promise<Answer>}
 */
async function ask(question) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const response = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(question) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || answer.title);
  return answer;
}

/** The reasons for which somebody leaves. */
const WHY = ["resigned", "away", "time"];

/** @param {Movement} movement */
const said = (movement) =>
  Object.entries(movement)
    .map(([name, value]) => `${words(name)} ${JSON.stringify(value)}`)
    .join(", ") || "{}";

/** @param {{frame: Frame, seat: number | null, board: Board | null, onMove: (seat: number, movement: Movement) => void, onTimeOut: (seat: number) => void, onAct: (event: Event, seat: number, action: string) => void, onSeat: (question: object) => void, inputs: Record<number, string>, onInput: (seat: number, movement: string) => void}} props */
function Viewer({ frame, seat, board, onMove, onTimeOut, onAct, onSeat, inputs, onInput }) {
  const side = seat === null ? "Spectator" : words(entry.sides[seat] ?? `seat ${seat + 1}`);
  const view = frame.views[seat ?? frame.views.length - 1];
  const canMove = seat !== null && frame.turn.includes(seat);
  const legal = seat === null ? [] : frame.legal[seat];
  const players = frame.legal.map((_, id) => ({ id, username: words(entry.sides[id]), side: entry.sides[id] }));
  const lastMove = frame.movement && { movement: frame.movement, user_id: frame.seat };
  const room = { players, view, legal, lastMove, game: entry.name, you: view.you, turn: view.turn };
  const Board = board?.default;
  return html`<section class=${`card viewer game-${entry.name} ${canMove ? "turn" : ""}`} aria-label=${side}>
    <h2>${seat === null ? side : `${seat}: ${side}`}</h2>
    ${
      Board &&
      html`<div class="board-frame"><${Board} view=${view} room=${room} me=${seat} canMove=${canMove} pending=${null}
        onMove=${(/** @type {Movement} */ movement) => seat !== null && onMove(seat, movement)} live=${false} realTime=${realTime} schema=${entry.move_schema}
        frames=${() => () => {}} /></div>`
    }
    ${
      seat !== null &&
      !realTime &&
      html`<div class="legal" role="group" aria-label=${`Legal moves of ${side}`}>
        ${legal.map(
          (movement) => html`<${Button} key=${said(movement)} onClick=${() => onMove(seat, movement)}>
            ${said(movement)}<//>`,
        )}
        ${canMove && (entry.clock || frame.phase) && html`<${Button} kind="quiet" onClick=${() => onTimeOut(seat)}>Time is up<//>`}</div>`
    }
    ${
      seat !== null &&
      entry.actions.map(
        ({
          name,
        }) => html`<form class="action" key=${name} onSubmit=${(/** @type {Event} */ event) => onAct(event, seat, name)}>
          <label class="field"><span>${words(name)}</span><input name="data" placeholder="{}" /></label>
          <${Button} type="submit" disabled=${frame.result}>${words(name)}<//></form>`,
      )
    }
    ${
      seat !== null &&
      realTime &&
      html`<label class="field"><span>Input before the next tick</span>
        <input value=${inputs[seat] ?? ""} placeholder=${legal.length ? JSON.stringify(legal[0]) : "none"} list=${`legal-${seat}`}
          onInput=${(/** @type {OnInput} */ { currentTarget }) => onInput(seat, currentTarget.value)} />
        <datalist id=${`legal-${seat}`}>
          ${legal.map((movement) => html`<option key=${said(movement)} value=${JSON.stringify(movement)} />`)}
        </datalist></label>`
    }
    ${
      seat !== null &&
      !frame.result &&
      html`<div class="actions">
        ${
          frame.empty.includes(seat)
            ? html`<${Button} kind="quiet" onClick=${() => onSeat({ type: "join", seat })}>Joins<//>`
            : WHY.map(
                (why) => html`<${Button} kind="quiet" key=${why} onClick=${() => onSeat({ type: "leave", seat, why })}>
                  Leaves: ${why}<//>`,
              )
        }
      </div>`
    }
    <details open><summary>View</summary><pre tabindex="0">${JSON.stringify(view, null, 2)}</pre></details>
  </section>`;
}

/**
 * The moments of the game; one of them is shown.
 *
 * @param {{frames: Frame[], at: number, differsAt: number | null, onGo: (index: number) => void}} props
 */
function Steps({ frames, at, differsAt, onGo }) {
  useEffect(() => document.querySelector(".steps [aria-current]")?.scrollIntoView({ block: "nearest" }), [at]);
  const name = (/** @type {Frame} */ { seat, did, tick }, /** @type {number} */ index) =>
    `${realTime ? `tick ${tick}` : index}: ${seat === null ? "" : `${words(entry.sides[seat])} `}${did}`;
  return html`<ol class="steps numbers" aria-label="Moments">
    ${frames.map(
      (frame, index) => html`<li key=${index} aria-current=${index === at ? "step" : undefined}
        class=${differsAt !== null && index >= differsAt ? "differs" : ""}>
        <button type="button" onClick=${() => onGo(index)}>${name(frame, index)}</button></li>`,
    )}
  </ol>`;
}

function Workbench() {
  const [game, setGame] = useState({
    frames: /** @type {Frame[]} */ ([]),
    at: 0,
    differsAt: /** @type {number | null} */ (null),
  });
  const [told, setTold] = useState(/** @type {string | null} */ (null));
  const [board, setBoard] = useState(/** @type {Board | null} */ (null));
  const [edited, setEdited] = useState(/** @type {string | null} */ (null));
  const [inputs, setInputs] = useState(/** @type {Record<number, string>} */ ({}));
  const { frames, at, differsAt } = game;
  const frame = frames[at];
  const go = (/** @type {number} */ index) => {
    setEdited(null);
    setGame((now) => ({ ...now, at: Math.min(now.frames.length - 1, Math.max(0, index)) }));
  };
  /** Asks, and shows the frames that come after those up to `kept`, or in their place. */
  const run = async (/** @type {object} */ question, /** @type {Frame[]} */ kept = []) => {
    try {
      const answer = await ask(question);
      const problem = answer.problem && [answer.problem, answer.trace].filter(Boolean).join("\n\n");
      setTold([answer.differs, problem].filter(Boolean).join("\n\n") || null);
      if (!answer.frames.length) return;
      const all = [...kept, ...answer.frames];
      const differs = answer.differs_at ?? null;
      setGame({
        frames: all,
        at: differs === null ? all.length - 1 : Math.min(differs, all.length - 1),
        differsAt: differs,
      });
      setEdited(null);
    } catch (error) {
      setTold(messageOf(error));
    }
  };
  const past = frames.slice(0, at + 1);
  const begin = (/** @type {OnForm | undefined} */ event = undefined) => {
    event?.preventDefault();
    const { seed, seats, options } = event ? Object.fromEntries(new FormData(event.currentTarget)) : {};
    try {
      const given = options ? JSON.parse(String(options)) : {};
      run({ type: "new", seed: Number(seed ?? 1), seats: Number(seats ?? entry.min_players), options: given });
    } catch (error) {
      setTold(`Options: ${messageOf(error)}`);
    }
  };
  const watch = (/** @type {OnForm} */ event) => {
    event.preventDefault();
    run({ type: "watch", replay: String(new FormData(event.currentTarget).get("replay")) });
  };
  const step = (/** @type {OnForm} */ event) => {
    event.preventDefault();
    try {
      const given = Object.entries(inputs).filter(([, movement]) => movement.trim());
      const read = Object.fromEntries(given.map(([seat, movement]) => [seat, JSON.parse(movement)]));
      const ticks = Number(new FormData(event.currentTarget).get("ticks"));
      run({ type: "step", dump: frame.dump, inputs: read, ticks }, past);
    } catch (error) {
      setTold(`Input: ${messageOf(error)}`);
    }
  };
  const act = (/** @type {any} */ event, /** @type {number} */ seat, /** @type {string} */ action) => {
    event.preventDefault();
    try {
      const data = JSON.parse(String(new FormData(event.currentTarget).get("data") || "{}"));
      run({ type: "act", dump: frame.dump, seat, action, data }, past);
    } catch (error) {
      setTold(`Data: ${messageOf(error)}`);
    }
  };
  const timeOut = (/** @type {number} */ seat) => run({ type: "time_out", dump: frame.dump, seat }, past);
  const move = (/** @type {number} */ seat, /** @type {Movement} */ movement) =>
    run({ type: "play", dump: frame.dump, seat, movement }, past);
  useEffect(() => {
    begin();
    loadBoard(entry.name, entry).then(setBoard, (error) => setTold(String(error)));
  }, []);
  useEffect(() => {
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const moved = event.key === "ArrowLeft" ? at - 1 : event.key === "ArrowRight" ? at + 1 : undefined;
      if (moved === undefined) return;
      if (event.target instanceof Element && event.target.closest("input, textarea, select, svg, .board-frame")) return;
      event.preventDefault();
      go(moved);
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [at]);
  return html`
    <header><div><h1>${entry.title}</h1>
      <p class="soft">All seats in one window; nothing is stored. Saved rules apply to what is begun or played again here.</p></div></header>
    <div class="column">
      <section class="card" aria-label="Time"><h2>Time</h2>
        <div class="actions">
          <${Button} disabled=${at === 0} onClick=${() => go(at - 1)}>Back<//>
          <${Button} disabled=${at >= frames.length - 1} onClick=${() => go(at + 1)}>Forth<//>
        </div>
        ${
          realTime &&
          html`<form onSubmit=${step}><label class="field"><span>Ticks</span>
            <input name="ticks" type="number" min="1" max="36000" defaultValue="1" required /></label>
            <${Button} kind="primary" type="submit" disabled=${!frame || frame.result}>Step<//></form>`
        }
        ${frame?.phase && html`<p>Phase: <strong>${words(frame.phase)}</strong></p>`}
        ${
          frame?.due_in_s &&
          html`<${Button} onClick=${() => run({ type: "wait", dump: frame.dump }, past)}>
            Wait ${frame.due_in_s} s<//>`
        }
        <${Steps} frames=${frames} at=${at} differsAt=${differsAt} onGo=${go} />
      </section>
      <section class="card" aria-label="Begin"><h2>Begin</h2>
        <form onSubmit=${begin}>
          <label class="field"><span>Seed</span>
            <input name="seed" type="number" min="0" defaultValue="1" required /></label>
          <label class="field"><span>Seats</span><input name="seats" type="number" min=${entry.min_players}
            max=${entry.max_players} defaultValue=${entry.min_players} required /></label>
          <label class="field"><span>Options</span><input name="options" placeholder="{}" /></label>
          <${Button} type="submit">Begin<//>
        </form>
        <form onSubmit=${watch}>
          <label class="field"><span>A game by its id, or a replay as JSON</span>
            <textarea name="replay" required spellcheck=${false}></textarea></label>
          <${Button} type="submit">Play again<//>
        </form>
      </section>
    </div>
    <div class="column">
      ${told && html`<section class="card" role="alert"><pre tabindex="0">${told}</pre></section>`}
      ${frame?.result && html`<section class="card" role="status"><h2>Over</h2><pre>${JSON.stringify(frame.result)}</pre></section>`}
      <div class=${`viewers ${frame && frame.legal.length > 2 ? "many" : ""}`}>
        ${
          frame &&
          [...frame.legal.keys(), null].map(
            (seat) => html`<${Viewer} key=${seat} frame=${frame} seat=${seat} board=${board} onMove=${move}
              onTimeOut=${timeOut} onAct=${act} onSeat=${(/** @type {object} */ asked) => run({ ...asked, dump: frame.dump }, past)}
              inputs=${inputs} onInput=${(/** @type {number} */ one, /** @type {string} */ movement) => setInputs({ ...inputs, [one]: movement })} />`,
          )
        }
      </div>
    </div>
    <section class="card" aria-label="State"><h2>State</h2>
      <textarea class="state" aria-label="The state as JSON" spellcheck=${false} value=${edited ?? frame?.state ?? ""}
        onInput=${(/** @type {On<HTMLTextAreaElement>} */ { currentTarget }) => setEdited(currentTarget.value)}></textarea>
      <${Button} disabled=${edited === null} onClick=${() => run({ type: "edit", dump: frame.dump, state: edited }, past)}>
        Go on from this state<//>
    </section>`;
}

render(html`<${Workbench} />`, /** @type {HTMLElement} */ (document.getElementById("workbench")));
