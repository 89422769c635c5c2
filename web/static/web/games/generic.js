/**
 * Any other game: what its view holds, and the legal movements to choose from. Where the game does not tell them there is
 * a form made from its movements' JSON schema.
 */
import { Button } from "../components.js";
import { html, useEffect, useState } from "../dom.js";
import { text, words } from "../texts.js";

/**
 * @import { BoardProps } from "../board.js"
 * @import { OnInput, OnSelect, Schema } from "../types.d.ts"
 * @typedef {Record<string, unknown>} Facts
 * @typedef {{label: string, schema: Schema, root: Schema, value: any, onChange: (value: any) => void}} InputProps
 */

const HIDDEN = new Set(["you", "turn"]);
/** Up to so many movements have a button each; more are narrowed down field by field. */
const BUTTONS_MOST = 12;

/**
 * A part of a schema with its `$ref` followed.
 *
 * @param {Schema} schema
 * @param {Schema} root
 * @returns {Schema}
 */
function resolve(schema, root) {
  if (!schema.$ref) return schema;
  const path = schema.$ref.replace(/^#\//, "").split("/");
  return resolve(
    path.reduce((part, key) => part[key], /** @type {any} */ (root)),
    root,
  );
}

/** @param {Schema} schema */
const variantsOf = (schema) => schema.anyOf ?? schema.oneOf ?? null;

/**
 * All values that a schema allows, if it names them.
 *
 * @param {Schema} schema
 * @returns {unknown[] | undefined}
 */
function choicesOf(schema) {
  if ("const" in schema) return [schema.const];
  if (schema.type === "null") return [null];
  const within = variantsOf(schema)?.map(choicesOf);
  return within?.every(Boolean) ? within.flat() : schema.enum;
}

/**
 * The values among which an option of a game is chosen, or null for other options.
 *
 * @param {Schema} given
 * @param {Schema} root
 * @returns {unknown[] | null}
 */
export function valuesOf(given, root) {
  const schema = resolve(given, root);
  return schema.type === "boolean" ? [true, false] : (choicesOf(schema) ?? null);
}

/**
 * Return whether a value has a schema's form: enough to tell which of several schemas made it.
 *
 * @param {Schema} given
 * @param {Schema} root
 * @param {any} value
 * @returns {boolean}
 */
function fits(given, root, value) {
  const schema = resolve(given, root);
  const choices = choicesOf(schema);
  if (choices) return choices.includes(value);
  if (value === null || schema.type !== "object") return value !== null;
  const fields = Object.entries(schema.properties ?? {});
  return (
    fields.length === Object.keys(value).length &&
    fields.every(([name, part]) => Object.hasOwn(value, name) && fits(part, root, value[name]))
  );
}

/**
 * The value that a field starts with.
 *
 * @param {Schema} given
 * @param {Schema} root
 * @returns {any}
 */
export function initial(given, root) {
  const schema = resolve(given, root);
  if ("default" in schema) return schema.default;
  const choices = choicesOf(schema);
  if (choices) return choices[0];
  const variants = variantsOf(schema);
  if (variants) return initial(variants[0], root);
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 0;
  if (schema.type === "boolean") return false;
  if (schema.type === "array")
    return Array.from({ length: schema.minItems ?? 0 }, () => initial(schema.items ?? {}, root));
  if (schema.type === "object")
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, part]) => [name, initial(part, root)]),
    );
  return schema.type === "null" ? null : "";
}

/**
 * A field for a value of this schema.
 *
 * @param {InputProps} props
 */
export function Input({ label, schema: given, root, value, onChange }) {
  const schema = resolve(given, root);
  const choices = choicesOf(schema);
  if (choices?.length === 1) return null;
  if (choices)
    return html`<label class="field"><span>${label}</span>
      <select value=${choices.indexOf(value)} onChange=${(/** @type {OnSelect} */ event) => onChange(choices[Number(event.currentTarget.value)])}>
        ${choices.map(
          (choice, index) => html`<option key=${index} value=${index}>
          ${choice === null ? "–" : String(choice)}</option>`,
        )}
      </select></label>`;
  if (variantsOf(schema)) return html`<${Variants} ...${{ label, schema, root, value, onChange }} />`;
  if (schema.type === "object") return html`<${Fields} ...${{ label, schema, root, value, onChange }} />`;
  if (schema.type === "array")
    return html`<fieldset><legend>${label}</legend>
      ${value.map(
        (
          /** @type {unknown} */ item,
          /** @type {number} */ index,
        ) => html`<${Input} key=${index} label=${`${label} ${index + 1}`} schema=${schema.items} root=${root}
          value=${item} onChange=${(/** @type {unknown} */ changed) => onChange(value.with(index, changed))} />`,
      )}
      <div class="actions">
        ${
          value.length < (schema.maxItems ?? Infinity) &&
          html`<${Button} onClick=${() => onChange([...value, initial(schema.items ?? {}, root)])}>${text("form.add")}<//>`
        }
        ${
          value.length > (schema.minItems ?? 0) &&
          html`<${Button} onClick=${() => onChange(value.slice(0, -1))}>${text("form.remove")}<//>`
        }
      </div></fieldset>`;
  if (schema.type === "boolean")
    return html`<label class="check"><input type="checkbox" checked=${value}
      onChange=${(/** @type {OnInput} */ event) => onChange(event.currentTarget.checked)} /><span>${label}</span></label>`;
  const number = schema.type === "integer" || schema.type === "number";
  return html`<label class="field"><span>${label}</span>
    <input type=${number ? "number" : "text"} required value=${value} min=${schema.minimum} max=${schema.maximum}
      step=${schema.type === "number" ? "any" : undefined} minlength=${schema.minLength} maxlength=${schema.maxLength}
      onInput=${(/** @type {OnInput} */ { currentTarget }) => onChange(number ? currentTarget.valueAsNumber : currentTarget.value)} />
        </label>`;
}

/** @param {InputProps} props */
function Variants({ label, schema, root, value, onChange }) {
  const variants = (variantsOf(schema) ?? []).map((one) => resolve(one, root));
  // The form comes and goes with the turn, and what was filled in last stays.
  const [chosen, setChosen] = useState(() =>
    Math.max(
      0,
      variants.findIndex((one) => fits(one, root, value)),
    ),
  );
  const choose = (/** @type {number} */ index) => {
    setChosen(index);
    onChange(initial(variants[index], root));
  };
  const title = (/** @type {Schema} */ one, /** @type {number} */ index) =>
    words(one.title ?? one.type ?? String(index + 1));
  return html`<label class="field"><span>${label}</span>
      <select value=${chosen} onChange=${(/** @type {OnSelect} */ event) => choose(Number(event.currentTarget.value))}>
        ${variants.map((one, index) => html`<option key=${index} value=${index}>${title(one, index)}</option>`)}
      </select></label>
    <${Input} key=${chosen} label=${label} schema=${variants[chosen]} root=${root} value=${value}
      onChange=${onChange} />`;
}

/** @param {Omit<InputProps, "label">} props */
function Fields({ schema, root, value, onChange }) {
  return html`<div class="fields">
    ${Object.entries(schema.properties ?? {}).map(
      ([name, part]) => html`<${Input} key=${name} label=${words(name)} schema=${part} root=${root} value=${value[name]}
        onChange=${(/** @type {unknown} */ changed) => onChange({ ...value, [name]: changed })} />`,
    )}
  </div>`;
}

/**
 * @param {unknown} value
 * @returns {value is unknown[][]}
 */
const isGrid = (value) => Array.isArray(value) && value.length > 0 && value.every(Array.isArray);

/**
 * Rows of cells; with `onPick(row, column)` each that `isFree(row, column)` is a button.
 *
 * @param {{rows: unknown[][], onPick?: ((row: number, column: number) => void) | null, isFree?: (row: number, column: number) => boolean}} props
 */
function Grid({ rows, onPick = null, isFree = (_row, _column) => true }) {
  /** @param {unknown} cell */
  const content = (cell) => (cell === null ? "·" : html`<${Value} value=${cell} />`);
  /**
   * @param {number} row
   * @param {number} column
   */
  const label = (row, column) =>
    text("board.cell", { row: row + 1, column: column + 1, mark: rows[row][column] ?? text("board.empty") });
  return html`<div class="scrolls" tabindex="0"><table class="cells"><tbody>
    ${rows.map(
      (row, r) =>
        html`<tr key=${r}>${row.map(
          (cell, c) => html`<td key=${c}>
      ${
        onPick && isFree(r, c)
          ? html`<button type="button" aria-label=${label(r, c)} onClick=${() => onPick(r, c)}>${content(cell)}
        </button>`
          : content(cell)
      }
    </td>`,
        )}</tr>`,
    )}
  </tbody></table></div>`;
}

/**
 * Any JSON value: rows of rows as a grid, records as lists of their fields.
 *
 * @param {{value: unknown}} props
 * @returns {unknown}
 */
function Value({ value }) {
  if (isGrid(value)) return html`<${Grid} rows=${value} />`;
  if (Array.isArray(value))
    return value.every((item) => typeof item !== "object" || item === null)
      ? value.join(", ") || "–"
      : html`<ol>${value.map((item, index) => html`<li key=${index}><${Value} value=${item} /></li>`)}</ol>`;
  if (value !== null && typeof value === "object")
    return html`<dl>${Object.entries(value).map(
      ([name, part]) => html`<div key=${name}><dt>${words(name)}</dt><dd>
      <${Value} value=${part} /></dd></div>`,
    )}</dl>`;
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(1);
  return value === null ? "–" : String(value);
}

/**
 * The place of a clicked cell, under the names that movements usually have for it.
 *
 * @param {number} row
 * @param {number} column
 * @param {number} columns
 * @returns {Record<string, number>}
 */
const place = (row, column, columns) => ({ cell: row * columns + column, row, col: column, column });

/**
 * A value in a few words.
 *
 * @param {unknown} value
 * @returns {string}
 */
function said(value) {
  if (Array.isArray(value)) return value.map(said).join(", ") || "–";
  if (value !== null && typeof value === "object")
    return Object.entries(value)
      .map(([name, part]) => `${words(name)} ${said(part)}`)
      .join(", ");
  return value === null ? "–" : String(value);
}

/**
 * Return the kind of a movement: named by itself, else known by its fields; "" where there is only one.
 *
 * @param {Facts} movement
 * @param {Schema} schema
 * @returns {unknown}
 */
function moveOf(movement, schema) {
  const variants = variantsOf(schema)?.map((one) => resolve(one, schema));
  return movement.move ?? variants?.find((one) => fits(one, schema, movement))?.title ?? "";
}

/**
 * A movement's fields, of which the first is the move that it is, by the name "".
 *
 * @param {Facts} movement
 * @param {Schema} schema
 * @returns {Facts}
 */
function factsOf(movement, schema) {
  const { move: _named, ...fields } = movement;
  const name = moveOf(movement, schema);
  return name ? { "": words(name), ...fields } : fields;
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Goes field by field from all legal movements to one: `{fields, movement}`, where each of `fields` is
 * `{name, values, value}` with the values that what was chosen before leaves.
 *
 * @param {Facts[]} legal
 * @param {Schema} schema
 * @param {Facts} wanted
 */
function narrowed(legal, schema, wanted) {
  /** @type {{name: string, values: unknown[], value: unknown}[]} */
  const fields = [];
  let left = legal.map((movement) => ({ movement, facts: factsOf(movement, schema) }));
  while (left.length > 1) {
    const name = Object.keys(left[0].facts).find((one) => !fields.some((field) => field.name === one));
    if (name === undefined) break;
    const values = left
      .map(({ facts }) => facts[name])
      .filter((value, index, all) => all.findIndex((one) => alike(one, value)) === index);
    const value = values.find((one) => alike(one, wanted[name])) ?? values[0];
    fields.push({ name, values, value });
    left = left.filter(({ facts }) => alike(facts[name], value));
  }
  return { fields: fields.filter(({ values }) => values.length > 1), movement: left[0].movement };
}

/**
 * The legal movements: a button for each if there are few, else a choice for each field.
 *
 * @param {{legal: Facts[], schema: Schema, wanted: Facts, onWant: (wanted: Facts) => void, onMove: (movement: Facts) => void, pending: BoardProps["pending"]}} props
 */
function Choices({ legal, schema, wanted, onWant, onMove, pending }) {
  if (legal.length <= BUTTONS_MOST)
    return html`<div class="actions" role="group" aria-label=${text("form.legal")}>
      ${legal.map((movement) => {
        const { "": move, ...fields } = factsOf(movement, schema);
        const label = [move, said(fields)].filter((part) => part && part !== "–").join(": ") || text("form.send");
        return html`<${Button} key=${JSON.stringify(movement)} onClick=${() => onMove(movement)}>${label}<//>`;
      })}
    </div>`;
  const { fields, movement } = narrowed(legal, schema, wanted);
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    onMove(movement);
  };
  return html`<form onSubmit=${send} aria-label=${text("form.legal")}>
    ${fields.map(
      ({ name, values, value }) => html`<label class="field" key=${name}>
        <span>${name ? words(name) : text("form.variant")}</span>
        <select value=${values.indexOf(value)}
          onChange=${(/** @type {OnSelect} */ event) =>
            onWant({ ...wanted, [name]: values[Number(event.currentTarget.value)] })}>
          ${values.map((one, index) => html`<option key=${said(one)} value=${index}>${said(one)}</option>`)}
        </select></label>`,
    )}
    <${Button} kind="primary" type="submit" busy=${Boolean(pending)}>${text("form.send")}<//>
  </form>`;
}

/** @param {BoardProps} props */
export default function Generic({ view: told, room, canMove, pending, onMove, schema, frames, live, realTime }) {
  const [movement, setMovement] = useState(() => schema && initial(schema, schema));
  const [wanted, setWanted] = useState(/** @type {Facts} */ ({}));
  const [view, setView] = useState(told);
  useEffect(() => setView(told), [told]);
  useEffect(() => (live && realTime ? frames?.((_, seen) => setView(seen)) : undefined), [live, realTime]);
  const shown = Object.fromEntries(Object.entries(view).filter(([name]) => !HIDDEN.has(name)));
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    onMove?.(movement);
  };
  const { board, ...facts } = shown;
  const mayMove = schema && (canMove || (live && realTime));
  const legal = (canMove && room.legal) || [];
  const placed = (/** @type {Facts | undefined} */ one) =>
    Object.keys(one ?? {}).filter((name) => name in place(0, 0, 0));
  const named = placed(movement);
  /** The legal movements on a cell. */
  const at = (/** @type {number} */ row, /** @type {number} */ column) => {
    const all = place(row, column, board[row].length);
    return legal.filter((one) => placed(one).length && placed(one).every((name) => one[name] === all[name]));
  };
  const pick = (/** @type {number} */ row, /** @type {number} */ column) => {
    const all = place(row, column, board[row].length);
    if (legal.length) {
      const fitting = at(row, column);
      if (fitting.length === 1) onMove?.(fitting[0]);
      else if (schema) setWanted({ ...wanted, ...factsOf(fitting[0], schema) });
      return;
    }
    const picked = { ...movement, ...Object.fromEntries(named.map((name) => [name, all[name]])) };
    setMovement(picked);
    if (named.length === Object.keys(picked).length) onMove?.(picked);
  };
  const isFree = (/** @type {number} */ row, /** @type {number} */ column) =>
    !legal.length || at(row, column).length > 0;
  return html`<div class="generic card">
    <section aria-label=${text("form.view")}>
      ${
        isGrid(board)
          ? html`<${Grid} rows=${board} onPick=${mayMove && (legal.length || named.length) ? pick : null}
              isFree=${isFree} />`
          : html`<${Value} value=${board ?? ""} />`
      }
      <${Value} value=${facts} />
    </section>
    ${
      mayMove &&
      (legal.length
        ? html`<${Choices} ...${{ legal, schema, wanted, onMove, pending }} onWant=${setWanted} />`
        : html`<form onSubmit=${send}>
      <${Input} label=${text("form.variant")} schema=${schema} root=${schema} value=${movement}
        onChange=${setMovement} />
      <${Button} kind="primary" type="submit" busy=${Boolean(pending)}>${text("form.send")}<//>
    </form>`)
    }
  </div>`;
}
