/** Oneself: name, growth, money, games played, and for guests the way to a lasting account. */
import { Achievements, Daily, Growth, Ledger, loadAchievements, loadDaily, loadLedger } from "./character.js";
import { Avatar, Badge, Button, Skeleton, useLoad, useTitle } from "../components.js";
import { html, useState } from "../dom.js";
import { History } from "../record/history.js";
import { Keep } from "./keep.js";
import { Ratings, useRatings } from "../record/ratings.js";
import { refreshPlayer } from "../player.js";
import { signOut, useUser } from "../session.js";
import { day, text } from "../texts.js";
import { ProfileTabs } from "../things/things.js";

/** @param {{path: string}} props */
export default function Profile({ path }) {
  const user = useUser();
  const daily = useLoad(loadDaily, []);
  const growth = useLoad(refreshPlayer, []);
  const achievements = useLoad(loadAchievements, []);
  const ratings = useRatings(user.id);
  const ledger = useLoad(loadLedger, []);
  // All of it is shown at once: what came later would push down what was there.
  const [ready, setReady] = useState(false);
  const loads = [daily, growth, achievements, ratings, ledger];
  if (!ready && loads.every(({ settled }) => settled)) setReady(true);
  useTitle(text("profile.title"));
  const since = user.date_joined && day(user.date_joined);
  return html`<div class="page wide profile">
    <${ProfileTabs} path=${path} />
    <header><${Avatar} name=${user.username} size="large" />
      <div><h1>${user.username}</h1>
        <p class="soft">${user.is_guest && html`<${Badge} kind="warn">${text("profile.guest")}<//> `}
          ${user.is_premium && html`<${Badge} kind="accent">${text("profile.premium")}<//> `}
          ${since && text("profile.since", { date: since })}</p></div>
      <span class="spring"></span><${Button} icon="out" onClick=${signOut}>${text("top.sign_out")}<//></header>
    ${!ready && html`<${Skeleton} rows=${4} tall />`}
    ${
      ready &&
      html`<${Daily} of=${daily} />
      <${Growth} of=${growth} />
      ${user.is_guest && html`<${Keep} />`}
      <${Achievements} of=${achievements} />
      <div class="halves"><${Ratings} of=${ratings} />
        <section class="stack"><h2>${text("ledger.title")}</h2><${Ledger} of=${ledger} /></section></div>
      <${History} userId=${user.id} mine />`
    }
  </div>`;
}
