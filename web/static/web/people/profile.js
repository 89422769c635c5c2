/** Somebody: level, ratings, achievements, friends in common and games. */
import { Acting } from "./acting.js";
import { Avatar, Badge, Card, Loading, Missing, Skeleton, useLoad, useTitle } from "../components.js";
import { History } from "../record/history.js";
import { Ratings, useRatings } from "../record/ratings.js";
import { html } from "../dom.js";
import { PersonLink, findPerson } from "../person.js";
import { client, currentUser } from "../session.js";
import { day, text } from "../texts.js";

/** @import { Rest } from "../types.d.ts" */

/** @param {{earned: Rest.AchievementsEarned[]}} props */
function Achievements({ earned }) {
  return html`<${Card} title=${text("person.achievements", { count: earned.length })}>
    ${!earned.length && html`<p class="soft">${text("person.no_achievements")}</p>`}
    <ul class="earned-list">${earned.map(
      ({ code, name, description, earned_at: at }) => html`<li key=${code}><strong>${name}</strong>
        <span class="soft small">${[description, day(at)].filter(Boolean).join(" · ")}</span></li>`,
    )}</ul><//>`;
}

/** @param {{common: Rest.FriendsPerson[]}} props */
function Common({ common }) {
  if (!common.length) return null;
  return html`<${Card} title=${text("person.common", { count: common.length })}>
    <ul class="faces">${common.map(
      ({ id, username }) => html`<li key=${id}><${Avatar} name=${username} /><${PersonLink} name=${username} /></li>`,
    )}</ul><//>`;
}

/** @param {{user: Rest.AccountsPublicProfile}} props */
function Known({ user }) {
  const ratings = useRatings(user.id);
  const rest = useLoad(async () => {
    /** @type {[Rest.AchievementsEarned[], Rest.FriendsPerson[]]} */
    const [earned, common] = await Promise.all([
      client.request("GET", `/api/users/${user.id}/achievements/`),
      client.request("GET", `/api/friends/${user.id}/common/`),
    ]);
    return { earned, common };
  }, [user.id]);
  const isMe = user.id === currentUser().id;
  return html`<div class="page wide person-page">
    <header><${Avatar} name=${user.username} size="large" presence=${user.online ? "online" : "offline"} />
      <div><h1>${user.username}</h1>
        <p class="soft">${user.is_premium && html`<${Badge} kind="accent">${text("profile.premium")}<//> `}
          ${text("person.level", user)} · ${text(user.online ? "presence.online" : "presence.offline")}</p></div>
      <span class="spring"></span><${Acting} user=${user} /></header>
    ${
      ratings.settled && rest.settled
        ? html`<div class="halves"><${Ratings} of=${ratings} />
          <div class="stack">${
            rest.data
              ? html`<${Achievements} ...${rest.data} />${!isMe && html`<${Common} ...${rest.data} />`}`
              : html`<${Loading} of=${rest} />`
          }</div></div>
        <${History} key=${user.id} userId=${user.id} />`
        : html`<${Skeleton} rows=${4} tall />`
    }
  </div>`;
}

/** @param {{name: string}} props */
export default function Profile({ name: encoded }) {
  const name = decodeURIComponent(encoded);
  const found = useLoad(() => findPerson(name), [name]);
  useTitle(name);
  if (!found.settled || found.error) return html`<${Loading} of=${found} tall />`;
  if (!found.data) return html`<${Missing} words=${text("person.unknown", { name })} />`;
  return html`<${Known} key=${found.data.id} user=${found.data} />`;
}
