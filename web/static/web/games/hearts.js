/** Hearts: choose three cards to pass, then play one when it is your turn. */
import { Button } from "../components.js";
import { html, useEffect, useRef, useState } from "../dom.js";
import { text } from "../texts.js";
import { Card, nameOf } from "./cards.js";

/**
 * @import { BoardProps, Room } from "../board.js"
 * @import { On } from "../types.d.ts"
 */

const PASSED = 3;
/** Where a player sits, by how many seats after the one who looks. */
const PLACES = ["south", "west", "north", "east"];
/** @type {Record<string, number>} */
const OFFSETS = { left: 1, right: 3, across: 2 };

/** The pause after each card; bots play at once. */
const PACE_MS = 650;

/**
 * The view, or while play is faster than one can look, one of those before it.
 *
 * @param {any} view
 * @param {boolean} live
 */
function usePaced(view, live) {
  const [shown, setShown] = useState(view);
  const waiting = useRef(/** @type {any[]} */ ([]));
  const timer = useRef(0);
  useEffect(() => {
    const next = () => {
      timer.current = 0;
      const one = waiting.current.shift();
      if (!one) return;
      setShown(one);
      timer.current = setTimeout(next, one.phase === "passing" ? 0 : PACE_MS);
    };
    waiting.current = live ? [...waiting.current, view] : [];
    if (!live) setShown(view);
    else if (!timer.current) next();
  }, [view, live]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return live ? shown : view;
}

/**
 * Arrow keys go along the cards.
 *
 * @param {On<HTMLElement, KeyboardEvent>} event
 */
function alongCards(event) {
  const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  if (!step) return;
  const cards = [.../** @type {NodeListOf<HTMLElement>} */ (event.currentTarget.querySelectorAll("button"))];
  event.preventDefault();
  cards[(cards.indexOf(/** @type {HTMLElement} */ (event.target)) + step + cards.length) % cards.length].focus();
}

/** @param {{view: any, chosen: string[], free: (card: string) => boolean, onPick: (card: string) => void}} props */
function Hand({ view, chosen, free, onPick }) {
  const fresh = view.phase === "playing" && !view.laid.length && !view.trick.length ? view.received : [];
  return html`<div class="hand" role="group" aria-label=${text("hearts.hand")} onKeyDown=${alongCards}>
    ${view.hand.map((/** @type {string} */ card) => {
      const open = free(card);
      const kinds = [open && "free", chosen.includes(card) && "chosen", fresh.includes(card) && "fresh"];
      return html`<button type="button" key=${card} class=${kinds.filter(Boolean).join(" ")} data-card=${card}
          aria-label=${nameOf(card)} aria-disabled=${!open} aria-pressed=${chosen.includes(card)}
          onClick=${() => open && onPick(card)}><${Card} card=${card} /></button>`;
    })}
  </div>`;
}

/** @param {{view: any, room: Room, first: number, turn: number}} props */
function Trick({ view, room, first, turn }) {
  const done = !view.trick.length && view.last_trick;
  /** @type {[seat: number, card: string][]} */
  const cards = done ? view.last_trick.cards : view.trick;
  return html`<div class="trick" role="group" aria-label=${text(done ? "hearts.last_trick" : "hearts.trick")}>
    ${room.players.map((player, seat) => {
      const place = PLACES[(seat - first + 4) % 4];
      const [, card] = cards.find(([owner]) => owner === seat) ?? [];
      const won = done && view.last_trick.winner === seat;
      const facts = [text("hearts.points", { points: view.points[seat] })];
      if (view.phase === "passing") facts.push(text(view.passed[seat] ? "hearts.passed" : "hearts.choosing"));
      return html`<div key=${seat} class=${`place ${place} ${turn === seat ? "turn" : ""}`}>
        <div class=${`slot ${done ? "done" : ""} ${won ? "won" : ""}`} key=${card ?? "none"} role="img"
            aria-label=${card ? nameOf(card) : text("board.empty")}>${card && html`<${Card} card=${card} />`}</div>
        <p class="who small"><strong>${player.username}</strong><span class="soft numbers">${facts.join(" · ")}</span></p>
      </div>`;
    })}
  </div>`;
}

/** @param {BoardProps} props */
export default function Hearts({ view: told, room, me, canMove: isTurn, pending, onMove, live }) {
  const view = usePaced(told, live);
  const upToDate = view === told;
  const canMove = isTurn && upToDate;
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const seat = room.players.findIndex(({ id }) => id === me);
  const first = Math.max(0, seat);
  const passing = view.phase === "passing";
  const toPass = live && upToDate && passing && seat >= 0 && !view.given;
  const round = `${view.round} ${view.phase}`;
  useEffect(() => setChosen([]), [round]);
  const pick = (/** @type {string} */ card) => {
    if (!passing) onMove?.({ card });
    else if (chosen.includes(card)) setChosen(chosen.filter((one) => one !== card));
    else setChosen([...chosen, card]);
  };
  const free = (/** @type {string} */ card) =>
    passing
      ? toPass && !pending && (chosen.includes(card) || chosen.length < PASSED)
      : canMove && view.playable.includes(card);
  const taker = room.players[(first + (OFFSETS[view.direction] ?? 0)) % room.players.length];
  const shown = view.given ?? (pending ? (pending.cards ?? [pending.card]) : chosen);
  const turn = room.players.findIndex(({ id }) => id === view.turn);
  const last = view.trick.at(-1) ?? view.last_trick?.cards.at(-1);
  return html`<div class="hearts">
    <${Trick} view=${view} room=${room} first=${first} turn=${turn} />
    <p class="hidden" aria-live="polite">
      ${last ? text("hearts.played", { name: room.players[last[0]].username, card: nameOf(last[1]) }) : ""}</p>
    ${
      toPass &&
      html`<div class="passing"><p>${text("hearts.choose", { name: taker.username, count: chosen.length })}</p>
        <${Button} kind="primary" disabled=${chosen.length !== PASSED} busy=${Boolean(pending)}
          onClick=${() => onMove?.({ cards: chosen })}>${text("hearts.pass")}<//></div>`
    }
    ${passing && view.given && html`<div class="passing"><p role="status">${text("hearts.waiting")}</p></div>`}
    ${seat >= 0 && html`<${Hand} view=${view} chosen=${passing || pending ? shown : []} free=${free} onPick=${pick} />`}
  </div>`;
}
