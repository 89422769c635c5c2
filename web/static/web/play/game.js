/** One game, played or watched: its board, the people at it, clocks, offers, the result, and what they say. */
import { SyncedView } from "../../client/sync.js";
import { gameNamed } from "../catalog.js";
import { Chat } from "../chat.js";
import {
  Badge,
  Button,
  Card,
  Failure,
  IconButton,
  LinkButton,
  Loading,
  Refusal,
  Skeleton,
  useAction,
  useKeys,
  useLoad,
  useNow,
  useTitle,
} from "../components.js";
import { html, useCallback, useEffect, useElement, useLayoutEffect, useMemo, useRef, useState } from "../dom.js";
import { loadBoard } from "../games/index.js";
import { Icon } from "../icons.js";
import { Arriving, Line } from "../line.js";
import { PersonLink } from "../person.js";
import { Money } from "../purse.js";
import { isOver, mayMove, nameOf, NEW_ROOM, told } from "./room.js";
import { RatingChange, reasonOf, Seat } from "./seat.js";
import { joined, MoveList, scenesOf, Transport, useStepKeys } from "./steps.js";
import { TableMenu } from "./table_menu.js";
import { playComputer } from "../queue.js";
import { go } from "../router.js";
import { client, session } from "../session.js";
import { useSocket } from "../socket.js";
import { play, setSound, sound } from "../sound.js";
import { useStore } from "../store.js";
import { amount, duration, refusalOf, text, textOr, words } from "../texts.js";
import { takeAlong, VoiceEntry } from "../voice_entry.js";

/**
 * @import { Own } from "../../client/gameplatform.js"
 * @import { Game } from "../../client/messages.d.ts"
 * @import { Board, GameRoom, Hearing, Movement, OnSelect, Ref, Rest, Scene } from "../types.d.ts"
 * @typedef {Game.Heard["game_state"] | {type: "chat_history", lines: Rest.GameChatLine[]}} Told
 */

const OPEN_STATES = new Set(["created", "waiting_for_players"]);
const NOT_BEGUN = new Set([...OPEN_STATES, "waiting_for_ready"]);

/** The voice channel of a game's players. */
const channelOf = (/** @type {string} */ id) => `game_${id}`;

/**
 * The room behind a game's socket, seen by a spectator as the player `follow` sees it, if that is not null:
 * `{room, connection, refusal, refused, pending, move, act, frames}`.
 *
 * @param {string} id
 * @param {number | null} follow
 */
function useRoom(id, follow) {
  const [pending, setPending] = useState(/** @type {Movement | null} */ (null));
  const me = useRef(/** @type {number | null} */ (null));
  const isOpen = useRef(false);
  // The newest message that may be refused; the page says by itself that it is ready, so a refusal of that is not
  // shown.
  const asked = useRef(/** @type {{id: number | string, silent?: boolean} | null} */ (null));
  const watchers = useRef(/** @type {Set<(tick: number, view: any, ack?: number) => void>} */ (new Set()));
  const shownScores = useRef(/** @type {string | null} */ (null));

  /** @type {Hearing<Game.Heard & Own>} */
  const hear = {
    // Thirty times a second: boards draw it themselves, the rest of the screen only hears of a new score.
    game_tick({ tick, view: seen }) {
      const view = /** @type {any} */ (seen);
      for (const watch of watchers.current) watch(tick, view, client.game?.ack);
      const scores = JSON.stringify(view.scores);
      const isKnown = scores === shownScores.current;
      shownScores.current = scores;
      return isKnown;
    },
    connection(now) {
      // A command sent on a lost connection is not answered any more; the next connection tells if it was carried out.
      if (isOpen.current && now.state !== "open") setPending(null);
      isOpen.current = now.state === "open";
    },
    game_state({ state, you, players }) {
      me.current = you?.user_id ?? null;
      const ready = players.find((one) => one.id === me.current)?.ready ?? true;
      if (NOT_BEGUN.has(state) && !ready) asked.current = { id: client.sendReady(), silent: true };
    },
    player_move({ user_id }) {
      if (user_id !== me.current) return;
      setPending(null);
      setRefusal(null);
    },
    error({ ref }) {
      const silent = asked.current?.id === ref && Boolean(asked.current?.silent);
      // A move stands until it is the move that was refused.
      if (!ref || asked.current?.id === ref) setPending(null);
      return silent;
    },
  };
  const {
    state: room,
    tell,
    connection,
    refusal,
    setRefusal,
    refused,
  } = useSocket(() => client.connectToGame(id, { sync: new SyncedView(), follow }), [id, follow], told, NEW_ROOM, hear);

  useEffect(() => {
    let current = true;
    // The socket tells what is said from now on. Without what was said before the game can be played all the same.
    client.request("GET", `/api/games/${id}/chat/`).then(
      (/** @type {Rest.GameChatLine[]} */ lines) => current && tell({ type: "chat_history", lines }),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [id]);

  const move = useCallback((/** @type {Movement} */ movement) => {
    setRefusal(null);
    asked.current = { id: client.sendMove(movement) };
    setPending(movement);
  }, []);
  const act = useCallback((/** @type {string} */ action) => {
    setRefusal(null);
    return client.sendAction(action);
  }, []);
  const frames = useCallback((/** @type {(tick: number, view: any, ack?: number) => void} */ watch) => {
    watchers.current.add(watch);
    return () => watchers.current.delete(watch);
  }, []);
  return { room, connection, refusal, refused, pending, move, act, frames };
}

/**
 * Every known position of a game that takes turns. Those from before this page was opened are only told of games that
 * hide nothing.
 *
 * @param {GameRoom} room
 * @param {boolean} takesTurns
 */
function useScenes(room, takesTurns) {
  const [before, setBefore] = useState(/** @type {Scene[]} */ ([]));
  const arrived = room.scenes.findLast(({ input }) => !input)?.seq;
  useEffect(() => {
    if (!takesTurns || !room.moved || isOver(room)) return undefined;
    let current = true;
    client.request("GET", `/api/games/${room.id}/replay/?views=1`).then(
      (/** @type {Rest.GameReplay} */ replay) => current && setBefore(scenesOf(replay)),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [room.id, arrived, takesTurns]);
  return useMemo(() => (takesTurns ? joined(before, room.scenes) : []), [before, room.scenes, takesTurns]);
}

/**
 * The position that is looked at, if it is not the present one: `{scenes, last, at, back, to}`.
 *
 * @param {GameRoom} room
 * @param {boolean} takesTurns
 */
function useLookBack(room, takesTurns) {
  const scenes = useScenes(room, takesTurns);
  const [seq, setSeq] = useState(/** @type {number | null} */ (null));
  const last = Math.max(0, scenes.length - 1);
  const found = scenes.findIndex((one) => one.seq === seq);
  const at = found < 0 ? last : found;
  const to = (/** @type {number} */ index) => {
    const wanted = Math.max(0, index);
    setSeq(wanted < last ? scenes[wanted].seq : null);
  };
  useStepKeys(at, last, to);
  return { scenes, last, at, back: at < last ? scenes[at] : null, to };
}

/** @param {any} view */
const piecesOn = (view) => (Array.isArray(view?.board) ? view.board.flat().filter(Boolean).length : 0);

/**
 * Lets what happens in a game be heard: moves, captures, the own clock running low, a win.
 *
 * @param {GameRoom} room
 * @param {number | null} me
 * @param {boolean} realTime
 */
function useSounds(room, me, realTime) {
  const pieces = piecesOn(room.view);
  const before = useRef({ move: room.lastMove, pieces });
  useEffect(() => {
    const { move, pieces: were } = before.current;
    before.current = { move: room.lastMove, pieces };
    if (room.lastMove && room.lastMove !== move && !realTime) play(pieces < were ? "capture" : "move");
  }, [room.lastMove]);
  const hadResult = useRef(room.result !== null || room.id === null);
  useEffect(() => {
    if (room.result && !hadResult.current && me !== null && room.result.winner_ids.includes(me)) play("win");
    hadResult.current = room.result !== null || room.id === null;
  }, [room.result, room.id]);
}

function SoundSwitch() {
  const on = useStore(sound);
  return html`<${IconButton} icon=${on ? "sound" : "silent"} label=${text(on ? "sound.off" : "sound.on")}
    aria-pressed=${on} onClick=${() => setSound(!on)} />`;
}

/** @param {{phase: Game.PhaseState}} props */
function PhaseTime({ phase }) {
  useNow(phase.ends_at ? 500 : null);
  const left = phase.ends_at ? Math.max(0, Date.parse(phase.ends_at) - client.serverNow()) : null;
  return html`<span class="numbers phase">${words(phase.name)}${left !== null && ` · ${duration(left)}`}</span>`;
}

/**
 * @param {GameRoom} room
 * @param {number|null} me
 * @param {boolean} canMove
 */
function statusOf(room, me, canMove) {
  if (isOver(room)) return textOr(`game.${room.state}`, text("game.finished"));
  if (room.state !== "active") return textOr(`game.${room.state}`, words(room.state));
  if (canMove) return text("game.your_turn");
  if (room.turn === null) return text("game.active");
  if (me !== null) return text("game.their_turn", { name: nameOf(room, room.turn) });
  return text("game.turn_of", { name: nameOf(room, room.turn) });
}

/**
 * @param {NonNullable<GameRoom["result"]>} result
 * @param {Pick<GameRoom, "players">} room
 * @param {number|null} me
 */
function verdict(result, room, me) {
  const { winner_ids: winners, reason: why } = result;
  if (!winners.length)
    return text(why === "aborted" ? "result.aborted" : why.startsWith("draw") ? "result.draw" : "result.none");
  if (me === null) return text("result.winner", { name: winners.map((id) => nameOf(room, id)).join(", ") });
  return text(winners.includes(me) ? "result.won" : "result.lost");
}

/**
 * `onStronger`: begins the same game against a stronger computer.
 *
 * @param {{room: GameRoom, board: Board, result: NonNullable<GameRoom["result"]>, me: number | null, act: (action: string) => void, offline: boolean, onStronger: (() => Promise<void>) | null}} props
 */
function Result({ room, board, result, me, act, offline, onStronger }) {
  const stronger = useAction(async () => onStronger?.());
  /** @type {Ref<HTMLElement>} */
  const button = useElement();
  const asked = me !== null && room.rematchAskedBy.includes(me);
  const wanted = room.rematchAskedBy.find((id) => id !== me);
  const change = result.ratings?.find(({ user_id }) => user_id === me);
  const reward = result.rewards?.find(({ user_id }) => user_id === me);
  useLayoutEffect(() => {
    // Enter asks for a rematch, unless somebody is in the middle of a sentence.
    if (!document.activeElement?.closest("input, dialog")) button.current?.querySelector("button")?.focus();
  }, []);
  const kind = me === null || !result.winner_ids.length ? "" : result.winner_ids.includes(me) ? "won" : "lost";
  return html`<${Card} class=${`result ${kind}`}>
    <div role="status"><h2>${verdict(result, room, me)}</h2>
      <p class="soft">${reasonOf(board, room.view, result.reason)}</p></div>
    ${
      change &&
      html`<p class="numbers rating">${text("result.rating")} <strong>${Math.round(change.after)}
      </strong> <${RatingChange} change=${change} /></p>`
    }
    ${
      reward &&
      html`<p class="purse-line reward"><strong>${text("reward.xp", reward)}</strong><span>+<${Money} currency="gold">
        ${reward.gold}<//></span>
      ${Object.entries({ ...(reward.gems && { gems: reward.gems }), ...reward.currencies }).map(
        ([name, much]) => html`<span key=${name}>+<${Money} currency=${name}>${much}<//></span>`,
      )}
      ${reward.items?.map(
        (item) =>
          html`<span key=${item.item} class=${item.rarity}>${text("reward.item", { count: amount(item.quantity), name: item.name })}</span>`,
      )}
      ${reward.level_up && html`<${Badge} kind="good">${text("reward.level_up")}<//>`}</p>`
    }
    ${
      wanted !== undefined &&
      !asked &&
      me !== null &&
      html`<p role="status">${text("result.rematch_wanted", { name: nameOf(room, wanted) })}</p>`
    }
    <${Refusal} error=${stronger.error} />
    <div class="actions" ref=${button}>
      ${
        me !== null &&
        html`<${Button} kind="primary" icon="turn" disabled=${asked || offline} onClick=${() => act("rematch")}>
        ${text(asked ? "result.rematch_asked" : "result.rematch")}<//>
      <${LinkButton} href=${`/play?queue=${room.game}`}>${text("result.again")}<//>`
      }
      ${
        kind === "won" &&
        onStronger &&
        html`<${Button} icon="robot" busy=${stronger.busy} disabled=${offline}
          onClick=${() => stronger.run()}>${text("result.stronger")}<//>`
      }
      <${LinkButton} kind=${me === null ? "primary" : "plain"} href=${`/replay/${room.id}`}>${text("result.replay")}<//>
      <${LinkButton} kind="quiet" href="/play">${text("game.other_game")}<//>
    </div>
  <//>`;
}

/**
 * `alone`: nobody agrees to a draw; `undo`: moves can be taken back.
 *
 * @param {{room: GameRoom, me: number, act: (action: string) => void, alone: boolean, undo: boolean}} props
 */
function Controls({ room, me, act, alone, undo }) {
  const [sure, setSure] = useState(false);
  const offer = room.drawOfferedBy;
  const giveUp = room.moved ? "resign" : "abort";
  const [declined, setDeclined] = useState(/** @type {number | null} */ (null));
  useEffect(() => setDeclined(null), [offer]);
  useKeys(({ key }) => key === "Escape" && setSure(false));
  if (offer !== null && offer !== me && declined !== offer)
    return html`<div class="offer" role="status"><p>${text("game.draw_wanted", { name: nameOf(room, offer) })}</p>
      <div class="actions"><${Button} kind="primary" onClick=${() => act("accept_draw")}>${text("friends.accept")}<//>
        <${Button} onClick=${() => setDeclined(offer)}>${text("friends.decline")}<//></div></div>`;
  const asker = room.undoAskedBy;
  if (asker !== null && asker !== me)
    return html`<div class="offer" role="status"><p>${text("game.undo_wanted", { name: nameOf(room, asker) })}</p>
      <div class="actions"><${Button} kind="primary" onClick=${() => act("accept_undo")}>${text("friends.accept")}<//>
        <${Button} onClick=${() => act("decline_undo")}>${text("friends.decline")}<//></div></div>`;
  if (sure)
    return html`<div class="offer"><p>${text(`game.${giveUp}_sure`)}</p>
      <div class="actions"><${Button} kind="danger" icon="flag" onClick=${() => act("resign")}>
        ${text(`game.${giveUp}_yes`)}<//>
        <${Button} onClick=${() => setSure(false)}>${text("dialog.cancel")}<//></div></div>`;
  return html`<div class="actions">
    ${
      !alone &&
      html`<${Button} icon="equal" disabled=${offer === me} onClick=${() => act("offer_draw")}>
      ${text(offer === me ? "game.draw_offered" : "game.draw")}<//>`
    }
    ${
      undo &&
      html`<${Button} icon="turn" disabled=${asker === me || !room.moved} onClick=${() => act("ask_undo")}>
      ${text(asker === me ? "game.undo_asked" : "game.undo")}<//>`
    }
    <${Button} icon="flag" onClick=${() => setSure(true)}>${text(`game.${giveUp}`)}<//>
  </div>`;
}

/**
 * The way in for others; `onStart`, of the host, begins with those who are there.
 *
 * @param {{id: string, onStart: (() => void) | null}} props
 */
function Link({ id, onStart }) {
  const game = useLoad(() => client.request("GET", `/api/games/${id}/`), [id]);
  const [copied, setCopied] = useState(false);
  /** @type {Ref<HTMLInputElement>} */
  const link = useElement();
  const copy = async () => {
    link.current.select();
    // Without a secure origin there is no clipboard; the selected link can still be copied by hand.
    await navigator.clipboard?.writeText(location.href);
    setCopied(Boolean(navigator.clipboard));
  };
  return html`<${Card} class="invite" title=${text("game.invite_title")}>
    <p>${text(onStart ? "game.invite_all" : "game.invite_text")}</p>
    <div class="copy"><input ref=${link} readonly value=${location.href} aria-label=${text("game.invite_copy")} />
      <${Button} kind="primary" onClick=${copy}>${text(copied ? "game.invite_copied" : "game.invite_copy")}<//></div>
    ${game.data?.code && html`<p>${text("game.invite_code")} <strong class="code">${game.data.code}</strong></p>`}
    ${onStart && html`<${Button} onClick=${onStart}>${text("game.start_now")}<//>`}
  <//>`;
}

const WATCHERS_EVERY_MS = 10_000;

/**
 * The number of those who watch, and some of their names.
 *
 * @param {{id: string}} props
 */
function Watchers({ id }) {
  const { data } = useLoad(
    /** @returns {Promise<Rest.GameSpectators>} */
    () => client.request("GET", `/api/games/${id}/spectators/`),
    [id],
    WATCHERS_EVERY_MS,
  );
  const { count = 0, usernames = [] } = data ?? {};
  const others = count - usernames.length;
  return html`<span class="watchers">${
    count > 0 &&
    html`<${Icon} name="watch" /><span class="hidden">${text("game.watchers")}</span><span class="numbers">${count}</span>
      ${usernames.map((name) => html`<${PersonLink} key=${name} name=${name} />`)}
      ${others > 0 && html`<span class="numbers">+${others}</span>`}`
  }</span>`;
}

/**
 * The choice of the player whose view of the game a spectator sees, or null for that of all spectators.
 *
 * @param {{room: GameRoom, followed: number | null, onFollow: (userId: number | null) => void}} props
 */
function Following({ room, followed, onFollow }) {
  const playing = room.players.filter(({ left }) => !left);
  return html`<label class="following"><span class="soft">${text("game.follow")}</span>
    <select onChange=${(/** @type {OnSelect} */ { currentTarget }) => onFollow(Number(currentTarget.value) || null)}>
      <option value="" selected=${followed === null}>${text("game.follow_nobody")}</option>
      ${playing.map(
        ({ id, username }) => html`<option key=${id} value=${id} selected=${id === followed}>${username}</option>`,
      )}
    </select></label>`;
}

/**
 * The schema of the movements that the present phase allows.
 *
 * @param {any} entry
 * @param {GameRoom} room
 */
function schemaNow(entry, room) {
  const schema = entry?.move_schema;
  const moves = entry?.phases?.find((/** @type {any} */ { name }) => name === room.phase?.name)?.moves;
  return moves && schema?.anyOf
    ? { ...schema, anyOf: schema.anyOf.filter((/** @type {any} */ { title }) => moves.includes(title)) }
    : schema;
}

const NOT_ALLOWED = 4403;
/** @type {Record<number, string>} */
const CLOSED = { [NOT_ALLOWED]: "game.not_allowed", 4404: "game.unknown", 4409: "game.replaced" };

/** @param {{code?: number}} props */
function Closed({ code }) {
  const here = code === 4409;
  return html`<div class="empty closed" role="alert"><p>${text(CLOSED[Number(code)] ?? "game.closed")}</p>
    ${here && html`<${Button} kind="primary" onClick=${() => client.game?.open()}>${text("game.replaced_here")}<//>`}
    <${LinkButton} href="/play">${text("error.home")}<//></div>`;
}

/**
 * `level`: how strong the computer is that the game is played against.
 *
 * @param {{id: string, level: number | null, options: Record<string, unknown>, rated: boolean}} props
 */
function Table({ id, level, options, rated }) {
  const [followed, setFollowed] = useState(/** @type {number | null} */ (null));
  const { room, connection, refusal, refused, pending, move, act, frames } = useRoom(id, followed);
  const {
    data: board,
    error,
    reload,
  } = useLoad(() => (room.game ? loadBoard(room.game) : Promise.resolve(null)), [room.game]);
  const { data: entry } = useLoad(() => (room.game ? gameNamed(room.game) : Promise.resolve(null)), [room.game]);
  useEffect(() => {
    if (!room.rematch) return;
    takeAlong(channelOf(id), { of: room.rematch, channel: channelOf(room.rematch), href: `/games/${room.rematch}` });
    go(`/games/${room.rematch}`, { replace: true });
  }, [room.rematch]);
  useEffect(() => {
    const isThere = room.players.some((one) => one.id === followed && !one.left);
    // The server closes the socket of who follows nobody that plays.
    if (followed !== null && (!isThere || connection.code === NOT_ALLOWED)) setFollowed(null);
  }, [room.players, connection]);
  const me = room.you?.user_id ?? null;
  const seat = room.players.findIndex((one) => one.id === me);
  const over = isOver(room);
  const live = room.state === "active";
  const realTime = entry?.kind === "real_time";
  const isStrongest = level === null || !entry?.bots.includes(level + 1);
  const stronger = isStrongest ? null : () => playComputer(String(room.game), level + 1, options);
  const takesTurns = Boolean(entry) && !realTime;
  const { scenes, last, at, back, to } = useLookBack(room, takesTurns);
  const mine = mayMove(room, me, realTime);
  const closed = connection.state === "closed" && connection.code !== 1000 && connection.code !== 4401;
  const myTurn = live && me !== null && mine;
  const canMove = myTurn && !pending && !closed;
  useSounds(room, me, realTime);
  const names = room.players.map(({ username }) => username).join(" – ");
  useTitle(canMove ? `● ${text("game.your_turn")}` : names, { turn: canMove });

  if (closed && !(room.id && board)) return html`<${Closed} code=${connection.code} />`;
  if (!room.id) return html`<${Arriving} connection=${connection} channel=${() => client.game} rows=${2} />`;
  if (error) return html`<${Failure} words=${text("error.offline")} onRetry=${reload} />`;
  if (!board) return html`<${Skeleton} rows=${2} tall />`;
  const Board = board.default;
  // Spectators see the first player's side below, too.
  const own = Math.max(0, seat);
  const ours = room.players.slice(own, own + 1);
  const theirs = [...room.players.slice(own + 1), ...room.players.slice(0, own)];
  const status = back
    ? text("replay.position", { index: at, count: last })
    : statusOf(room, me, myTurn || Boolean(pending));
  const shown = back ? { ...room, view: back.view, lastMove: /** @type {any} */ (back.input), legal: [] } : room;
  return html`<div class="at-table">${closed && html`<${Closed} code=${connection.code} />`}<div
    class=${`table game-${room.game}`} inert=${closed}>
    <h1 class="hidden">${entry?.title ?? words(room.game)}: ${names}</h1>
    <div class="above">${theirs.map(
      (one) => html`<${Seat} key=${one.id} room=${shown} seat=${one}
      board=${board} />`,
    )}</div>
    <div class="board-frame">
      ${
        room.state === "created" &&
        me !== null &&
        html`<${Link} id=${room.id}
        onStart=${entry && entry.max_players > 2 && room.players[0]?.id === me ? () => act("start") : null} />`
      }
      ${
        room.view &&
        html`<${Board} view=${shown.view} room=${shown} me=${me} followed=${followed} canMove=${canMove && !back}
        pending=${back ? null : pending} onMove=${realTime ? (/** @type {Movement} */ movement) => client.game?.steer(movement) : move}
        frames=${frames} live=${live && !back} realTime=${realTime} schema=${schemaNow(entry, room)} />`
      }
      ${refusal && html`<${Refusal}>${refusalOf(refusal, room.game)}<//>`}
    </div>
    <div class="below">${ours.map(
      (one) => html`<${Seat} key=${one.id} room=${shown} seat=${one}
      board=${board} />`,
    )}</div>
    <aside class="side">
      <div class="status-line"><p class=${`status ${canMove && !back ? "mine" : ""}`} role="status">${status}</p>
        <${TableMenu} id=${room.id} players=${room.players} /><${SoundSwitch} />
        ${
          !over &&
          me !== null &&
          room.players.some((one) => one.id !== me && one.bot_level === null) &&
          html`<${VoiceEntry} kind="game" of=${id} channel=${channelOf(id)} title=${entry?.title ?? words(room.game)}
          href=${`/games/${id}`} small />`
        }
        <div class="status-facts soft small">
          ${me === null && !over && html`<${Badge}>${text("game.watching")}<//>`}
          ${live && room.phase && html`<${PhaseTime} phase=${room.phase} />`}
          ${live && entry?.spectators && html`<${Watchers} id=${id} />`}
          <span class="spring"></span>
          ${
            !closed &&
            html`<${Line} connection=${connection} away=${me === null ? "connection.waiting" : "game.offline"} />`
          }</div></div>
      ${
        me === null &&
        !over &&
        entry?.spectators_follow &&
        html`<${Following} room=${room} followed=${followed} onFollow=${setFollowed} />`
      }
      ${
        takesTurns &&
        html`<${Card} class="steps"><${Transport} ...${{ at, last, to }}>
          <${Button} kind=${back ? "primary" : "quiet"} disabled=${!back} onClick=${() => to(last)}>
            ${text("game.now")}<//><//>
          <${MoveList} ...${{ scenes, at, to }} notation=${board.notation?.(scenes.at(-1)?.view ?? room.view) ?? null}
            nameOf=${(/** @type {number} */ userId) => nameOf(room, userId)} /><//>`
      }
      ${
        room.result &&
        html`<${Result} room=${room} board=${board} result=${room.result} me=${me} act=${act}
        offline=${connection.state !== "open"} onStronger=${stronger} />`
      }
      ${
        !over &&
        me !== null &&
        html`<div class="controls">
        ${
          live &&
          html`<${Controls} room=${room} me=${me} act=${act} alone=${level !== null || room.players.length < 2}
          undo=${entry?.undo && !rated} />`
        }
        </div>`
      }
      <${Chat} lines=${room.chat} me=${me} refused=${refused} away=${connection.state !== "open"}
        onSay=${(/** @type {string} */ message) => client.sendChat(message)} />
    </aside>
  </div></div>`;
}

/**
 * An invitation for visitors of a game that still has a free seat.
 *
 * @param {{game: Rest.GameOneGame, title: string, onJoined: () => void}} props
 */
function Invitation({ game, title, onJoined }) {
  const join = useAction(async () => {
    await client.request("POST", `/api/games/${game.id}/join/`);
    onJoined();
  });
  return html`<div class="gate card">
    <h1>${text("game.join_title", { name: game.players[0]?.username ?? "" })}</h1>
    <p>${text("game.join_text", { game: title })}</p>
    <${Button} kind="primary" busy=${join.busy} onClick=${() => join.run()}>${text("game.join")}<//>
    <${Refusal} error=${join.error} />
  </div>`;
}

/** @param {{id: string}} props */
export default function Game({ id }) {
  const { user } = useStore(session);
  const { data, error, reload } = useLoad(async () => {
    /** @type {Rest.GameOneGame} */
    const game = await client.request("GET", `/api/games/${id}/`);
    return { game, entry: await gameNamed(game.game) };
  }, [id]);
  if (error || data?.game.id !== id)
    return html`<${Loading} of=${{ error, reload }} known=${{ 404: "game.unknown" }} rows=${2} tall />`;
  const { game, entry } = data;
  const seated = game.players.some((one) => one.id === user?.id);
  const free = game.state === "created";
  if (!seated && free)
    return html`<${Invitation} game=${game} title=${entry?.title ?? words(game.game)} onJoined=${reload} />`;
  const level = game.players.find((one) => "bot_level" in one)?.bot_level ?? null;
  return html`<${Table} key=${id} id=${id} rated=${game.rated} level=${level} options=${game.options} />`;
}
