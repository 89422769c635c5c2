/** People by a part of their name. */
import { Avatar, Card, Empty, Loading, useEndless, useLoad, useTitle } from "../components.js";
import { html } from "../dom.js";
import { personPath } from "../person.js";
import { go } from "../router.js";
import { client } from "../session.js";
import { text } from "../texts.js";

/** @import { OnForm, Page, Rest } from "../types.d.ts" */

/** @param {{query: URLSearchParams}} props */
export default function Search({ query }) {
  const wanted = (query.get("search") ?? "").trim();
  const first = useLoad(
    /** @returns {Promise<Page<Rest.AccountsPublicProfile> | null>} */
    async () => (wanted ? client.request("GET", `/api/users/?search=${encodeURIComponent(wanted)}`) : null),
    [wanted],
  );
  const more = useEndless(first.data, [wanted]);
  useTitle(text("people.search"));
  /** @param {OnForm} event */
  const search = (event) => {
    event.preventDefault();
    go(`/people?search=${encodeURIComponent(String(new FormData(event.currentTarget).get("search")))}`);
  };
  const found = first.data ? [...first.data.results, ...more.rows] : [];
  return html`<div class="page">
    <h1>${text("people.search")}</h1>
    <${Card}><form class="search" role="search" onSubmit=${search}>
      <input type="search" name="search" key=${wanted} defaultValue=${wanted} aria-label=${text("people.search_hint")}
        placeholder=${text("people.search_hint")} maxlength="100" autocomplete="off" spellcheck=${false} />
      <button class="button primary" type="submit">${text("people.search")}</button></form><//>
    ${!wanted && html`<${Empty} words=${text("people.search_first")} href="/friends" action=${text("friends.title")} />`}
    ${wanted && html`<${Loading} of=${{ ...first, data: first.settled ? true : first.data }} />`}
    ${wanted && first.settled && first.data && !found.length && html`<${Empty} words=${text("people.search_none", { text: wanted })} />`}
    ${
      found.length > 0 &&
      html`<ul class="list">${found.map(
        (one) => html`<li key=${one.id}><a class="row" href=${personPath(one.username)}>
        <${Avatar} name=${one.username} presence=${one.online ? "online" : "offline"} />
        <span class="grow"><strong>${one.username}</strong><span class="soft small">${text("person.level", one)}</span></span>
        ${one.rating !== null && html`<span class="numbers">${one.rating}</span>`}</a></li>`,
      )}</ul>`
    }
    ${more.end}
  </div>`;
}
