/** The choice of the own avatar: a colour and a pattern. */
import { choose, HUES, made, SHAPES, useAvatar } from "../avatars.js";
import { Avatar, Button, Card, Refusal, useAction } from "../components.js";
import { html } from "../dom.js";
import { text } from "../texts.js";

/**
 * @param {{label: string, count: number, value: number, of: (index: number) => import("../avatars.js").Look, name: string, onChoose: (index: number) => void}} props
 */
function Choice({ label, count, value, of, name, onChoose }) {
  return html`<fieldset class="looks"><legend>${label}</legend>
    ${Array.from(
      { length: count },
      (_, index) => html`<label key=${index}><input type="radio" name=${label} checked=${index === value}
          aria-label=${`${label} ${index + 1}`} onChange=${() => onChoose(index)} />
        <${Avatar} name=${name} look=${of(index)} /></label>`,
    )}
  </fieldset>`;
}

/** @param {{name: string}} props */
export function OwnAvatar({ name }) {
  const look = useAvatar(name);
  const { hue, shape } = look;
  const save = useAction((/** @type {import("../avatars.js").Look | null} */ wanted) => choose(name, wanted));
  const fromName = made(name);
  return html`<${Card} title=${text("avatar.title")} class="own-avatar">
    <${Avatar} name=${name} size="large" />
    <${Choice} label=${text("avatar.colour")} count=${HUES} value=${hue} name=${name}
      of=${(/** @type {number} */ index) => ({ hue: index, shape })}
      onChoose=${(/** @type {number} */ index) => save.run({ hue: index, shape })} />
    <${Choice} label=${text("avatar.pattern")} count=${SHAPES} value=${shape} name=${name}
      of=${(/** @type {number} */ index) => ({ hue, shape: index })}
      onChoose=${(/** @type {number} */ index) => save.run({ hue, shape: index })} />
    <div class="actions"><${Button} kind="quiet" disabled=${hue === fromName.hue && shape === fromName.shape}
      onClick=${() => save.run(null)}>${text("avatar.from_name")}<//></div>
    <${Refusal} error=${save.error} />
  <//>`;
}
