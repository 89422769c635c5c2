/** One lobby: what is said in it, who is there, and what its owner and moderators may do. */
import { LOCALE } from "../page.js";
import { catalog } from "../catalog.js";
import {
  Badge,
  Button,
  Card,
  Dialog,
  Field,
  Form,
  IconButton,
  LinkButton,
  Loading,
  Menu,
  Person,
  Refusal,
  Skeleton,
  useAction,
  useLoad,
  useMedia,
  useNow,
  useTitle,
} from "../components.js";
import { Conversation, useConversation } from "./conversation.js";
import { html, useEffect, useReducer, useRef, useState } from "../dom.js";
import { GameField, Sure } from "./friend_list.js";
import { byRank, NOBODY, outranks, told } from "./members.js";
import { Reporting } from "./reporting.js";
import { askFriend, friends, invite } from "../social.js";
import { go } from "../router.js";
import { client, currentUser } from "../session.js";
import { useStore } from "../store.js";
import { text } from "../texts.js";
import { toast } from "../toasts.js";
import { VoiceEntry } from "../voice_entry.js";

/**
 * @import { Fields, Page, Rest } from "../types.d.ts"
 * @import { Lobby as Socket } from "../../client/messages.d.ts"
 * @import { Message } from "./talk.js"
 * @typedef {Rest.ChatOneLobby} Lobby
 * @typedef {Socket.Member} LobbyMember
 * @typedef {"kick" | "ban" | "mute"} Act
 */

const BESIDE = "(min-width: 900px)";
const HOUR_MS = 3_600_000;
const READ_AFTER_MS = 1_000;
const SLOW_MODES = [0, 5, 15, 30, 60, 300];
/**
 * Bans last until they are lifted and mutes ten minutes, unless it is said how long.
 *
 * @type {Record<string, number | null>}
 */
const LENGTHS = { "": null, hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };

/**
 * Why and for how long: asked before somebody is kicked, banned or muted.
 *
 * @param {{lobby: Lobby, member: LobbyMember, act: Act, onClose: () => void}} props
 */
function Moderate({ lobby, member, act, onClose }) {
  const send = async (/** @type {Fields} */ { reason: why, length }) => {
    const lasts = LENGTHS[length];
    const ends = lasts && { until: new Date(client.serverNow() + lasts).toISOString() };
    await client.request("POST", `/api/lobbies/${lobby.id}/${act}/`, { user_id: member.user_id, reason: why, ...ends });
    onClose();
  };
  return html`<${Dialog} title=${text(`lobby.${act}_title`, { name: member.username })} onClose=${onClose}>
    <${Form} onSend=${send} submit=${text(`lobby.${act}`)} kind="danger">
    <${Field} label=${text("lobby.reason")} name="reason" maxlength="200" autocomplete="off" />
    ${
      act !== "kick" &&
      html`<${Field} label=${text("lobby.length")} name="length"
      options=${Object.keys(LENGTHS).map((value) => ({
        value,
        label: text(`lobby.length_${value || (act === "mute" ? "ten" : "ever")}`),
      }))} />`
    }
  <//><//>`;
}

/**
 * The time of day, with the day if that is not today.
 *
 * @param {string} time
 */
function moment(time) {
  const at = new Date(time);
  const isToday = at.toDateString() === new Date(client.serverNow()).toDateString();
  return at.toLocaleString(LOCALE, { timeStyle: "short", ...(!isToday && { dateStyle: "medium" }) });
}

/** @param {{muted_until: string | null}} member */
const isMuted = ({ muted_until: until }) => Boolean(until) && Date.parse(String(until)) > client.serverNow();

/** @param {{lobby: Lobby, member: LobbyMember, mine?: LobbyMember, onModerate: (act: Act, member: LobbyMember) => void}} props */
function Member({ lobby, member, mine, onModerate }) {
  const known = useStore(friends)?.some(({ user_id }) => user_id === member.user_id);
  const act = useAction((/** @type {() => Promise<unknown>} */ work) => work());
  const self = member.user_id === currentUser().id;
  const above = outranks(mine, member);
  const moderators = (/** @type {string} */ method) => () =>
    act.run(() => client.request(method, `/api/lobbies/${lobby.id}/moderators/`, { user_id: member.user_id }));
  const befriend = async () => {
    await askFriend(member.username);
    toast(text("friends.asked", { name: member.username }));
  };
  const presence = member.online ? "online" : "offline";
  const says = [
    self && text("lobby.you"),
    member.role !== "member" && text(`lobby.${member.role}`),
    isMuted(member) && text("lobby.muted"),
  ].filter(Boolean);
  return html`<${Person} name=${member.username} presence=${presence} class=${presence} says=${says.join(" · ")}>
    ${
      !self &&
      html`<${Menu} label=${text("lobby.actions", { name: member.username })} items=${[
        known
          ? { label: text("lobby.message"), onChoose: () => go(`/friends/${member.user_id}`) }
          : { label: text("lobby.befriend"), onChoose: () => act.run(befriend) },
        mine?.role === "owner" &&
          member.role === "member" && { label: text("lobby.appoint"), onChoose: moderators("POST") },
        mine?.role === "owner" &&
          member.role === "moderator" && { label: text("lobby.dismiss"), onChoose: moderators("DELETE") },
        above &&
          (isMuted(member)
            ? {
                label: text("lobby.unmute"),
                onChoose: () =>
                  act.run(() =>
                    client.request("POST", `/api/lobbies/${lobby.id}/unmute/`, { user_id: member.user_id }),
                  ),
              }
            : { label: text("lobby.mute"), onChoose: () => onModerate("mute", member) }),
        above && { label: text("lobby.kick"), danger: true, onChoose: () => onModerate("kick", member) },
        above && { label: text("lobby.ban"), danger: true, onChoose: () => onModerate("ban", member) },
      ]} />`
    }
    <${Refusal} error=${act.error} /><//>`;
}

/** @param {{lobby: Lobby, members: LobbyMember[] | null, mine?: LobbyMember}} props */
function Members({ lobby, members, mine }) {
  const [moderating, setModerating] = useState(/** @type {{act: Act, member: LobbyMember} | null} */ (null));
  if (!members) return html`<${Skeleton} rows=${4} />`;
  return html`<ul class="people-list members">${[...members].sort(byRank).map(
    (member) => html`<${Member} key=${member.user_id} lobby=${lobby}
      member=${member} mine=${mine} onModerate=${(/** @type {Act} */ act, /** @type {LobbyMember} */ who) => setModerating({ act, member: who })} />`,
  )}</ul>
    ${moderating && html`<${Moderate} lobby=${lobby} ...${moderating} onClose=${() => setModerating(null)} />`}`;
}

/** @param {{lobby: Lobby, games: Rest.GameCatalogueEntry[], onClose: () => void}} props */
function Start({ lobby, games, onClose }) {
  const start = async (/** @type {Fields} */ fields) => {
    await client.request("POST", `/api/lobbies/${lobby.id}/start/`, fields);
    onClose();
  };
  return html`<${Dialog} title=${text("lobby.start")} onClose=${onClose}><${Form} onSend=${start}
    submit=${text("lobby.start")} icon="play">
    <p class="soft">${text("lobby.start_text")}</p>
    <${GameField} games=${games} initial=${lobby.game} />
  <//><//>`;
}

/** @param {{lobby: Lobby, members: LobbyMember[], onClose: () => void}} props */
function InviteFriends({ lobby, members, onClose }) {
  const all = useStore(friends) ?? [];
  const here = new Set(members.map(({ user_id }) => user_id));
  const send = useAction(async (/** @type {Rest.FriendsFriend} */ friend) => {
    await invite(friend.user_id, { lobby_id: lobby.id });
    toast(text("invite.sent", { name: friend.username }));
  });
  const others = all.filter(({ user_id }) => !here.has(user_id));
  return html`<${Dialog} title=${text("lobby.invite")} onClose=${onClose}>
    ${!others.length && html`<p class="soft">${text("lobby.invite_nobody")}</p>`}
    <${Refusal} error=${send.error} />
    <ul class="people-list">${others.map(
      (friend) => html`<${Person} key=${friend.user_id} name=${friend.username}>
      <${Button} busy=${send.busy} onClick=${() => send.run(friend)}
        aria-label=${text("lobby.invite_name", { name: friend.username })}>${text("invite.send")}<//><//>`,
    )}</ul>
  <//>`;
}

/**
 * The users who are banned from the lobby, each with a button to lift the ban.
 *
 * @param {{lobby: Lobby, onClose: () => void}} props
 */
function Banned({ lobby, onClose }) {
  const { data, error, reload } = useLoad(
    /** @returns {Promise<Page<Rest.ChatOneSanction>>} */
    () => client.request("GET", `/api/lobbies/${lobby.id}/sanctions/`),
    [],
  );
  const lift = useAction(async (/** @type {number} */ userId) => {
    await client.request("POST", `/api/lobbies/${lobby.id}/unban/`, { user_id: userId });
    reload();
  });
  const bans = data?.results.filter(({ kind }) => kind === "ban");
  return html`<${Dialog} title=${text("lobby.banned")} onClose=${onClose}>
    <${Refusal} error=${error ?? lift.error} />
    ${bans?.length === 0 && html`<p class="soft">${text("lobby.banned_nobody")}</p>`}
    <ul class="people-list">${bans?.map(
      ({ user, reason: why }) => html`<${Person} key=${user.id} name=${user.username} says=${why}>
      <${Button} busy=${lift.busy} onClick=${() => lift.run(user.id)}
        aria-label=${text("lobby.unban_name", { name: user.username })}>${text("lobby.unban")}<//><//>`,
    )}</ul>
  <//>`;
}

/** @param {{lobby: Lobby & Partial<Socket.LobbyFacts>, onClose: () => void}} props */
function Settings({ lobby, onClose }) {
  const send = async (/** @type {Fields} */ { title, slow_mode_s: seconds }) => {
    await client.request("PATCH", `/api/lobbies/${lobby.id}/`, { title, slow_mode_s: Number(seconds) });
    onClose();
  };
  return html`<${Dialog} title=${text("lobby.settings")} onClose=${onClose}><${Form} onSend=${send}
    submit=${text("lobby.save")}>
    <${Field} label=${text("register.username")} name="title" required maxlength="100" initial=${lobby.title}
      autocomplete="off" />
    <${Field} label=${text("lobby.slow_mode")} name="slow_mode_s" initial=${String(lobby.slow_mode_s ?? 0)}
      options=${SLOW_MODES.map((value) => ({
        value: String(value),
        label: value ? text("lobby.slow_mode_every", { count: value }) : text("lobby.slow_mode_off"),
      }))} />
  <//><//>`;
}

/** @type {Record<number, string>} */
const CLOSED = { 4403: "lobby.not_member", 4404: "lobby.is_closed" };

/** @param {{lobby: Lobby, games: Rest.GameCatalogueEntry[], onLeft: () => void}} props */
function Room({ lobby: first, games, onLeft }) {
  const me = currentUser().id;
  const [room, tell] = useReducer(told, { ...NOBODY, lobby: first });
  const [over, setOver] = useState(/** @type {{type: string, reason?: string} | null} */ (null));
  const [dialog, setDialog] = useState(/** @type {{name: string, message?: Message} | null} */ (null));
  const beside = useMedia(BESIDE);
  /** @type {Lobby & Partial<Socket.LobbyFacts>} */
  const lobby = { ...first, ...room.lobby };
  const hear = (/** @type {any} */ message) => {
    tell(message);
    if (message.target_id === me && message.type !== "moderation_mute")
      setOver({ type: message.type, reason: message.reason });
    if (message.type === "moderation_mute" && message.target_id === me) toast(text("lobby.you_muted"));
    if (message.type === "lobby_closed") setOver({ type: "lobby_closed" });
    if (message.type === "game_start") go(`/games/${message.game_id}`);
  };
  const conversation = useConversation(
    `/api/lobbies/${lobby.id}/messages/`,
    () => client.connectToLobby(lobby.id),
    hear,
  );
  const { connection, channel, talk } = conversation;
  const since = useRef(/** @type {number | null} */ (null));
  since.current ??= room.readUpTo;
  const newest = talk.messages.at(-1)?.id;
  useEffect(() => {
    // Messages on a hidden screen have not been read.
    const read = () => {
      if (newest && connection.state === "open" && document.visibilityState === "visible")
        channel.current.send({ type: "read", up_to: newest });
    };
    const soon = setTimeout(read, READ_AFTER_MS);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearTimeout(soon);
      document.removeEventListener("visibilitychange", read);
    };
  }, [newest, connection.state]);
  const leave = useAction(async () => {
    await client.request("POST", `/api/lobbies/${lobby.id}/leave/`);
    onLeft();
    go("/lobbies");
  });
  const mine = room.members?.find(({ user_id }) => user_id === me);
  const act = useAction((/** @type {() => Promise<unknown>} */ work) => work());
  const muted = mine !== undefined && isMuted(mine);
  useNow(muted ? 1000 : null);
  const there = room.members?.filter(({ online }) => online).length ?? "…";
  const gone =
    over?.type ??
    (connection.state === "closed" &&
      connection.code !== 1000 &&
      connection.code !== 4401 &&
      (CLOSED[Number(connection.code)] ?? "game.closed"));
  if (gone)
    return html`<div class="empty" role="alert"><h2>${over ? text(`lobby.over_${over.type}`) : text(gone)}</h2>
      ${over?.reason && html`<p>${over.reason}</p>`}<${LinkButton} kind="primary" href="/lobbies">
        ${text("lobby.others")}<//></div>`;
  const moderates = mine && mine.role !== "member";
  const actionsFor = (/** @type {Message} */ message) => {
    const own = message.sender.id === me;
    return [
      moderates && { label: text("lobby.pin"), onChoose: () => act.run(() => pin("PUT", message.id)) },
      (own || moderates) && {
        label: text("lobby.delete"),
        danger: true,
        onChoose: () => setDialog({ name: "delete", message }),
      },
      !own && { label: text("lobby.report"), onChoose: () => setDialog({ name: "report", message }) },
    ];
  };
  const pin = (/** @type {string} */ method, /** @type {number} */ id) =>
    client.request(method, `/api/lobbies/${lobby.id}/messages/${id}/pin/`);
  const close = () => setDialog(null);
  const people = html`<${Members} lobby=${lobby} members=${room.members} mine=${mine} />`;
  return html`<div class="lobby">
    <header class="head"><div class="grow"><h1>${lobby.title}</h1>
        <p class="soft small">
          ${[
            games.find(({ name }) => name === lobby.game)?.title,
            lobby.owner?.username,
            !lobby.is_public && text("lobbies.private"),
          ]
            .filter(Boolean)
            .join(" · ")}</p></div>
      <${VoiceEntry} kind="lobby" of=${lobby.id} channel=${`lobby_${lobby.name}`} title=${lobby.title}
        href=${`/lobbies/${lobby.id}`} small=${!beside} />
      ${
        !beside &&
        html`<${Button} icon="friends" onClick=${() => setDialog({ name: "members" })}>
        ${text("lobby.there", { count: there })}<//>`
      }
      ${
        mine?.role === "owner" &&
        html`<${Button} kind="primary" icon="play" onClick=${() => setDialog({ name: "start" })}>${text("lobby.start")}
        <//>`
      }
      <${Menu} label=${text("lobby.menu")} items=${[
        { label: text("lobby.invite"), onChoose: () => setDialog({ name: "invite" }) },
        moderates && { label: text("lobby.banned"), onChoose: () => setDialog({ name: "banned" }) },
        mine?.role === "owner" && { label: text("lobby.settings"), onChoose: () => setDialog({ name: "settings" }) },
        { label: text("lobby.leave"), onChoose: () => leave.run() },
        mine?.role === "owner" && {
          label: text("lobby.close"),
          danger: true,
          onChoose: () => setDialog({ name: "close" }),
        },
      ]} /></header>
    <${Refusal} error=${leave.error ?? act.error} />
    ${
      lobby.pinned &&
      html`<p class="pinned"><strong>${text("lobby.pinned", { name: lobby.pinned.sender.username })}</strong>
        <span class="grow">${lobby.pinned.content}</span>
        ${
          moderates &&
          html`<${IconButton} icon="close" label=${text("lobby.unpin")}
            onClick=${() => act.run(() => pin("DELETE", Number(lobby.pinned?.id)))} />`
        }</p>`
    }
    <${Card} class="talk"><${Conversation} id=${`lobby-${lobby.id}`} conversation=${conversation}
      label=${text("lobby.write", { name: lobby.title })}
      empty=${text("lobby.empty")} actionsFor=${actionsFor} people=${room.members ?? []} since=${since.current}
        blocked=${muted && text("lobby.muted_until", { time: moment(String(mine?.muted_until)) })} /><//>
    ${
      beside &&
      html`<${Card} class="there"><h2 class="small-title">${text("lobby.there", { count: there })}</h2>
      ${people}<//>`
    }
    ${
      dialog?.name === "members" &&
      html`<${Dialog} title=${text("lobby.there", { count: there })} class="sheet" onClose=${close}>${people}<//>`
    }
    ${dialog?.name === "start" && html`<${Start} lobby=${lobby} games=${games} onClose=${close} />`}
    ${
      dialog?.name === "invite" &&
      html`<${InviteFriends} lobby=${lobby} members=${room.members ?? []} onClose=${close} />`
    }
    ${dialog?.name === "settings" && html`<${Settings} lobby=${lobby} onClose=${close} />`}
    ${dialog?.name === "banned" && html`<${Banned} lobby=${lobby} onClose=${close} />`}
    ${
      dialog?.name === "report" &&
      dialog.message &&
      html`<${Reporting} quote=${dialog.message.content} onClose=${close}
      path=${`/api/lobbies/${lobby.id}/messages/${dialog.message.id}/report/`} />`
    }
    ${
      dialog?.name === "delete" &&
      dialog.message &&
      html`<${Sure} title=${text("lobby.delete_title")} words=${dialog.message.content} action=${text("lobby.delete")}
      act=${() => client.request("DELETE", `/api/lobbies/${lobby.id}/messages/${dialog.message?.id}/`)}
        onClose=${close} />`
    }
    ${
      dialog?.name === "close" &&
      html`<${Sure} title=${text("lobby.close_title", { name: lobby.title })} words=${text("lobby.close_text")}
        action=${text("lobby.close")}
      act=${() => client.request("DELETE", `/api/lobbies/${lobby.id}/`)} onClose=${close} />`
    }
  </div>`;
}

/**
 * A lobby from outside: what it is, and the way in or why there is none.
 *
 * @param {{lobby: Lobby, title?: string, onJoined: () => void}} props
 */
function LobbyPreview({ lobby, title, onJoined }) {
  const join = useAction(async () => {
    await client.request("POST", `/api/lobbies/${lobby.id}/join/`);
    onJoined();
  });
  const full = lobby.member_count >= lobby.max_participants;
  const closed = lobby.status !== "open";
  return html`<${Card} class="gate"><h1>${lobby.title}</h1>
    <p class="soft">${[
      title,
      lobby.owner && text("lobby.of", { name: lobby.owner.username }),
      text("lobbies.count", { count: lobby.member_count, most: lobby.max_participants }),
    ]
      .filter(Boolean)
      .join(" · ")}
      </p>
    ${closed && html`<p>${text("lobby.is_closed")}</p>`}
    ${!closed && full && html`<p><${Badge} kind="warn">${text("lobbies.full")}<//> ${text("lobby.is_full")}</p>`}
    ${
      !closed &&
      html`<${Button} kind="primary" busy=${join.busy} disabled=${full} onClick=${() => join.run()}>
      ${text("lobby.join")}<//>`
    }
    <${Refusal} error=${join.error} />
    <${LinkButton} kind="quiet" href="/lobbies">${text("lobby.others")}<//><//>`;
}

/** @param {{id: string}} props */
export default function LobbyPlace({ id }) {
  const { data, error, reload } = useLoad(
    /** @returns {Promise<{games: Rest.GameCatalogueEntry[], lobby: Lobby}>} */
    async () => ({ games: await catalog(), lobby: await client.request("GET", `/api/lobbies/${id}/`) }),
    [id],
  );
  useTitle(data?.lobby.title ?? text("rail.lobbies"));
  if (error || !data || String(data.lobby.id) !== id)
    return html`<${Loading} of=${{ error, reload }} known=${{ 404: "lobby.unknown" }} rows=${3} tall />`;
  const { lobby, games } = data;
  if (lobby.role && lobby.status === "open")
    return html`<${Room} key=${id} lobby=${lobby} games=${games} onLeft=${reload} />`;
  return html`<${LobbyPreview} lobby=${lobby} title=${games.find(({ name }) => name === lobby.game)?.title}
    onJoined=${reload} />`;
}
