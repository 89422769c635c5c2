/** The picture of the arena, as a pure drawing: what lies in the dark, in sight, and flashes. */

/**
 * @import { Effects, Fighter, Place, Shot, Thumb, Thumbs, View } from "./arena.js"
 * @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Pen
 * @typedef {{scale: number, lit: OffscreenCanvas, dark: OffscreenCanvas, corners: number[][],
 *   isWall: (column: number, row: number) => boolean}} Ground
 * @typedef {string | number} Seat
 */

const TURN = 1024;
const RADIUS = 0.42;
const SIGHT = 12;
/** So many cells are to be seen across the shorter side. */
const ACROSS = 17;
/** The time for which a shot glows, and a hit is marked. */
export const FLASH_MS = 160;
const MARK_MS = 220;
const FEED_SHOWN = 4;
const RAYS_BESIDE = 0.0004;

const COLOURS = {
  dark: "#0a0d14",
  floor: "#263145",
  line: "#2e3b52",
  fog: "rgb(7 9 14 / 66%)",
  wall: "#51658c",
  top: "#7088b5",
  own: "#7fd8ff",
  foe: "#ff7d5c",
  health: "#6fe39a",
  power: "#ffd257",
  text: "#e9edf6",
  soft: "#9aa6bd",
};
/** Without teams each of the others has a colour. */
const FOES = ["#ff7d5c", "#ffb84d", "#f06bb5", "#b48bff", "#ff5d7a", "#d8e05a", "#5fd6a8", "#e88f6f"];
const TEAMS = ["#6aa8ff", "#ff7d5c"];

/** Each map as a picture of its own, drawn once. @type {WeakMap<string[], Ground>} */
const grounds = new WeakMap();

/**
 * @param {Pen} pen
 * @param {string[]} rows
 * @param {number} scale
 * @param {boolean} isLit
 */
function drawGround(pen, rows, scale, isLit) {
  for (const [row, cells] of rows.entries())
    for (let column = 0; column < cells.length; column += 1) {
      const isWall = cells[column] === "#";
      pen.fillStyle = isWall ? COLOURS.wall : (row + column) % 2 ? COLOURS.floor : COLOURS.line;
      pen.fillRect(column * scale, row * scale, scale, scale);
      if (isWall && rows[row + 1]?.[column] !== "#") {
        pen.fillStyle = "rgb(0 0 0 / 35%)";
        pen.fillRect(column * scale, (row + 0.82) * scale, scale, 0.18 * scale);
      }
      if (isWall && rows[row - 1]?.[column] !== "#") {
        pen.fillStyle = COLOURS.top;
        pen.fillRect(column * scale, row * scale, scale, 0.14 * scale);
      }
    }
  if (isLit) return;
  pen.fillStyle = COLOURS.fog;
  pen.fillRect(0, 0, rows[0].length * scale, rows.length * scale);
}

/**
 * @param {string[]} rows
 * @param {number} scale
 */
function groundOf(rows, scale) {
  let known = grounds.get(rows);
  if (known?.scale === scale) return known;
  const picture = (/** @type {boolean} */ isLit) => {
    const canvas = new OffscreenCanvas(Math.ceil(rows[0].length * scale), Math.ceil(rows.length * scale));
    drawGround(/** @type {Pen} */ (canvas.getContext("2d")), rows, scale, isLit);
    return canvas;
  };
  const isWall = (/** @type {number} */ column, /** @type {number} */ row) => rows[row]?.[column] === "#";
  const corners = [];
  for (let row = 1; row < rows.length; row += 1)
    for (let column = 1; column < rows[0].length; column += 1) {
      const around = [
        isWall(column - 1, row - 1),
        isWall(column, row - 1),
        isWall(column - 1, row),
        isWall(column, row),
      ];
      const walls = around.filter(Boolean).length;
      if (walls === 1 || walls === 3 || (walls === 2 && around[0] === around[3])) corners.push([column, row]);
    }
  known = { scale, lit: picture(true), dark: picture(false), corners, isWall };
  grounds.set(rows, known);
  return known;
}

/**
 * → the distance to the next wall in this direction (of length 1), at most `SIGHT`.
 *
 * @param {Ground} ground
 * @param {number} x
 * @param {number} y
 * @param {number} toX
 * @param {number} toY
 */
function reach({ isWall }, x, y, toX, toY) {
  let [column, row] = [Math.floor(x), Math.floor(y)];
  const [stepX, stepY] = [Math.sign(toX), Math.sign(toY)];
  const [cellX, cellY] = [Math.abs(1 / toX), Math.abs(1 / toY)];
  let nextX = toX ? (toX > 0 ? column + 1 - x : x - column) * cellX : Infinity;
  let nextY = toY ? (toY > 0 ? row + 1 - y : y - row) * cellY : Infinity;
  for (;;) {
    let distance = nextX;
    if (nextX < nextY) {
      nextX += cellX;
      column += stepX;
    } else {
      distance = nextY;
      nextY += cellY;
      row += stepY;
    }
    if (distance >= SIGHT) return SIGHT;
    if (isWall(column, row)) return distance;
  }
}

/**
 * → the outline of what is in sight from a place, as `[x, y]` in the order of their angles.
 *
 * @param {Ground} ground
 * @param {number} x
 * @param {number} y
 */
export function outline(ground, x, y) {
  const angles = [];
  for (const [column, row] of ground.corners) {
    if (Math.hypot(column - x, row - y) > SIGHT + 1) continue;
    const angle = Math.atan2(row - y, column - x);
    angles.push(angle - RAYS_BESIDE, angle, angle + RAYS_BESIDE);
  }
  for (let part = 0; part < 48; part += 1) angles.push((part / 48) * 2 * Math.PI - Math.PI);
  angles.sort((one, other) => one - other);
  return angles.map((angle) => {
    const [toX, toY] = [Math.cos(angle), Math.sin(angle)];
    // A little of the wall that is met is seen, too.
    const distance = reach(ground, x, y, toX, toY) + 0.3;
    return [x + toX * distance, y + toY * distance];
  });
}

/**
 * @param {Seat} seat
 * @param {number | null} own
 * @param {(seat: Seat) => number | null} team
 */
function colourOf(seat, own, team) {
  if (Number(seat) === own) return COLOURS.own;
  const side = team(seat);
  return side === null ? FOES[Number(seat) % FOES.length] : TEAMS[side % TEAMS.length];
}

/**
 * @param {Pen} pen
 * @param {Fighter} fighter
 * @param {string} name
 * @param {string} colour
 * @param {number} now
 * @param {boolean} isOwn
 */
function drawFighter(pen, fighter, name, colour, now, isOwn) {
  const { x, y, aim, health, safe, power } = fighter;
  const angle = (aim / TURN) * 2 * Math.PI;
  pen.save();
  pen.translate(x, y);
  if (power) {
    pen.fillStyle = COLOURS.power;
    pen.globalAlpha = 0.28 + 0.1 * Math.sin(now / 90);
    pen.beginPath();
    pen.arc(0, 0, RADIUS * 1.7, 0, 2 * Math.PI);
    pen.fill();
    pen.globalAlpha = 1;
  }
  pen.globalAlpha = safe ? 0.55 + 0.25 * Math.sin(now / 70) : 1;
  pen.rotate(angle);
  pen.fillStyle = "#0b0f17";
  pen.fillRect(RADIUS * 0.4, -0.13, RADIUS * 1.25, 0.26);
  pen.fillStyle = colour;
  pen.fillRect(RADIUS * 0.4, -0.08, RADIUS * 1.15, 0.16);
  pen.beginPath();
  pen.arc(0, 0, RADIUS, 0, 2 * Math.PI);
  pen.fill();
  pen.lineWidth = 0.07;
  pen.strokeStyle = "#0b0f17";
  pen.stroke();
  pen.fillStyle = "rgb(255 255 255 / 75%)";
  pen.beginPath();
  pen.arc(RADIUS * 0.35, 0, RADIUS * 0.28, 0, 2 * Math.PI);
  pen.fill();
  pen.restore();
  const width = 1.1;
  pen.fillStyle = "rgb(0 0 0 / 60%)";
  pen.fillRect(x - width / 2, y - 0.82, width, 0.14);
  pen.fillStyle = health > 40 ? COLOURS.health : COLOURS.foe;
  pen.fillRect(x - width / 2, y - 0.82, (width * health) / 100, 0.14);
  if (isOwn) return;
  pen.font = "600 0.46px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.fillStyle = COLOURS.text;
  pen.fillText(name, x, y - 0.95, 4);
}

/**
 * @param {Pen} pen
 * @param {string[]} rows
 * @param {boolean[]} pickups
 * @param {number} now
 */
function drawPickups(pen, rows, pickups, now) {
  let number = 0;
  for (const [row, cells] of rows.entries())
    for (let column = 0; column < cells.length; column += 1) {
      if (cells[column] !== "h" && cells[column] !== "p") continue;
      const lies = pickups[number];
      number += 1;
      if (!lies) continue;
      const [x, y] = [column + 0.5, row + 0.5];
      pen.fillStyle = pen.strokeStyle = cells[column] === "h" ? COLOURS.health : COLOURS.power;
      pen.globalAlpha = 0.2;
      pen.beginPath();
      pen.arc(x, y, 0.46 + 0.05 * Math.sin(now / 250), 0, 2 * Math.PI);
      pen.fill();
      pen.globalAlpha = 1;
      pen.beginPath();
      if (cells[column] === "h") pen.rect(x - 0.08, y - 0.28, 0.16, 0.56);
      if (cells[column] === "h") pen.rect(x - 0.28, y - 0.08, 0.56, 0.16);
      else
        for (const [dx, dy] of [
          [0.06, -0.32],
          [-0.2, 0.05],
          [0, 0.05],
          [-0.06, 0.32],
          [0.2, -0.05],
          [0, -0.05],
        ])
          pen.lineTo(x + dx, y + dy);
      pen.fill();
    }
}

/**
 * @param {Pen} pen
 * @param {Effects["shots"]} shots
 * @param {number} now
 * @param {(seat: Seat) => string} colour
 */
function drawShots(pen, shots, now, colour) {
  pen.lineCap = "round";
  for (const shot of shots) {
    const age = (now - shot.at) / FLASH_MS;
    if (age < 0 || age > 1) continue;
    for (const [width, alpha] of [
      [0.3, 0.25],
      [0.1, 1],
    ]) {
      pen.globalAlpha = alpha * (1 - age);
      pen.lineWidth = width * (1 - age / 2);
      pen.strokeStyle = width > 0.2 ? colour(shot.seat) : "#fff";
      pen.beginPath();
      // The trail catches up with its head.
      pen.moveTo(shot.x + (shot.to_x - shot.x) * age * 0.7, shot.y + (shot.to_y - shot.y) * age * 0.7);
      pen.lineTo(shot.to_x, shot.to_y);
      pen.stroke();
    }
    pen.fillStyle = shot.hit === null ? COLOURS.soft : "#fff";
    pen.globalAlpha = 1 - age;
    pen.beginPath();
    pen.arc(shot.to_x, shot.to_y, (shot.hit === null ? 0.14 : 0.34) * (0.5 + age), 0, 2 * Math.PI);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/**
 * @param {Pen} pen
 * @param {Thumb | null} thumb
 * @param {number} unit
 */
function drawThumb(pen, thumb, unit) {
  if (!thumb) return;
  pen.globalAlpha = 0.3;
  pen.fillStyle = COLOURS.text;
  for (const [x, y, radius] of [
    [thumb.x, thumb.y, 44],
    [thumb.x + thumb.dx * 44, thumb.y + thumb.dy * 44, 22],
  ]) {
    pen.beginPath();
    pen.arc(x * unit, y * unit, radius * unit, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/**
 * The middle of the picture: one's fighter, but no more of what lies beyond the map than needed.
 *
 * @param {number} at
 * @param {number} shown
 * @param {number} size
 */
const middle = (at, shown, size) => (shown >= size ? size / 2 : Math.min(size - shown / 2, Math.max(shown / 2, at)));

/**
 * Draws one frame; a spectator (`own` null) sees the whole map. → where one's fighter is on the canvas, from its middle.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{own: number | null, names: (seat: Seat) => string, team: (seat: Seat) => number | null, now: number,
 *   rows: string[], view: View, effects: Effects, thumbs: Thumbs}} scene
 */
export function draw(canvas, { own, names, team, now, rows, view, effects, thumbs }) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const unit = devicePixelRatio;
  const { width, height } = canvas;
  const mine = own === null ? undefined : view.fighters[own];
  const whole = Math.min(width / rows[0].length, height / rows.length);
  const scale = Math.round(mine ? Math.min(width, height) / ACROSS : whole);
  const ground = groundOf(rows, scale);
  const centre = {
    x: middle(mine?.x ?? 0, width / scale, rows[0].length),
    y: middle(mine?.y ?? 0, height / scale, rows.length),
  };
  const at = mine ? { x: (mine.x - centre.x) * scale, y: (mine.y - centre.y) * scale } : { x: 0, y: 0 };
  const left = Math.round(width / 2 - centre.x * scale);
  const top = Math.round(height / 2 - centre.y * scale);
  const colour = (/** @type {Seat} */ seat) => colourOf(seat, own, team);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = COLOURS.dark;
  pen.fillRect(0, 0, width, height);
  pen.drawImage(mine ? ground.dark : ground.lit, left, top);
  pen.setTransform(scale, 0, 0, scale, left, top);
  if (mine) {
    pen.save();
    pen.beginPath();
    for (const [x, y] of outline(ground, mine.x, mine.y)) pen.lineTo(x, y);
    pen.closePath();
    pen.clip();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(ground.lit, left, top);
    pen.restore();
    pen.setTransform(scale, 0, 0, scale, left, top);
  }
  drawPickups(pen, rows, view.pickups, now);
  for (const [seat, fighter] of Object.entries(view.fighters))
    if (fighter.health > 0) drawFighter(pen, fighter, names(seat), colour(seat), now, Number(seat) === own);
  drawShots(pen, effects.shots, now, colour);

  pen.setTransform(1, 0, 0, 1, 0, 0);
  if (now - effects.hit < MARK_MS) {
    pen.strokeStyle = "#fff";
    pen.lineWidth = 2.5 * unit;
    pen.beginPath();
    for (const [x, y] of [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ]) {
      pen.moveTo(width / 2 + at.x + x * 20 * unit, height / 2 + at.y + y * 20 * unit);
      pen.lineTo(width / 2 + at.x + x * 29 * unit, height / 2 + at.y + y * 29 * unit);
    }
    pen.stroke();
  }
  const hurt = 1 - (now - effects.hurt) / MARK_MS;
  if (hurt > 0 || mine?.health === 0) {
    pen.strokeStyle = COLOURS.foe;
    pen.globalAlpha = mine?.health === 0 ? 0.5 : hurt * 0.7;
    pen.lineWidth = 14 * unit;
    pen.strokeRect(0, 0, width, height);
    pen.globalAlpha = 1;
  }
  pen.font = `600 ${13 * unit}px system-ui, sans-serif`;
  pen.textAlign = "right";
  for (const [row, { by, seat }] of effects.falls.slice(-FEED_SHOWN).entries()) {
    const y = (78 + row * 20) * unit;
    pen.fillStyle = colour(seat);
    pen.fillText(names(seat), width - 12 * unit, y);
    const taken = pen.measureText(names(seat)).width + 20 * unit;
    pen.fillStyle = COLOURS.soft;
    pen.fillText("›", width - taken + 4 * unit, y);
    pen.fillStyle = colour(by);
    pen.fillText(names(by), width - taken - 8 * unit, y);
  }
  const box = canvas.getBoundingClientRect();
  for (const thumb of [thumbs.move, thumbs.aim])
    drawThumb(pen, thumb && { ...thumb, x: thumb.x - box.left, y: thumb.y - box.top }, unit);
  return { x: at.x / unit, y: at.y / unit };
}
