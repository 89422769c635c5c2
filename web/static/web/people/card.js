/** A small card about somebody, beside the link that the pointer or the focus rests on. */
import { Avatar, Badge, Skeleton, useLoad } from "../components.js";
import { html, useElement, useLayoutEffect } from "../dom.js";
import { findPerson } from "../person.js";
import { text } from "../texts.js";

/** @import { Ref } from "../types.d.ts" */

const GAP_PX = 6;

/** @param {{name: string, link: HTMLAnchorElement, onLeave: () => void, onEnter: () => void}} props */
export default function PersonCard({ name, link, onLeave, onEnter }) {
  const { data: user, settled } = useLoad(() => findPerson(name), [name]);
  /** @type {Ref<HTMLElement>} */
  const card = useElement();
  useLayoutEffect(() => {
    card.current.showPopover();
    const at = link.getBoundingClientRect();
    const { width, height } = card.current.getBoundingClientRect();
    const below = at.bottom + GAP_PX + height <= innerHeight;
    card.current.style.left = `${Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX))}px`;
    card.current.style.top = `${below ? at.bottom + GAP_PX : Math.max(GAP_PX, at.top - GAP_PX - height)}px`;
  }, [link, settled]);
  return html`<div ref=${card} class="person-card" popover="manual" role="tooltip" onPointerEnter=${onEnter}
    onPointerLeave=${onLeave}>
    ${
      !settled
        ? html`<${Skeleton} rows=${1} />`
        : html`<${Avatar} name=${name} presence=${user ? (user.online ? "online" : "offline") : null} />
      <div class="grow"><strong>${name}</strong>
        <span class="soft small">${
          user
            ? [text("person.level", user), user.rating && text("person.rating", user)].filter(Boolean).join(" · ")
            : text("person.gone")
        }</span></div>
      ${user?.is_premium && html`<${Badge} kind="accent">${text("profile.premium")}<//>`}`
    }
  </div>`;
}
