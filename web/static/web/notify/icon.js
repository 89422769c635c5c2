/** The count in the icon of the tab, drawn over the logo, and on that of the installed app. */
import { ICON } from "../page.js";

const SIDE = 64;
const MOST = 99;
const link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"]'));
const plain = link?.href ?? "";
const logo = new Image(SIDE, SIDE);
let newest = 0;

/** @param {number} count */
function drawn(count) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (logo.naturalWidth) pen.drawImage(logo, 0, 0, SIDE, SIDE);
  const words = count > MOST ? `${MOST}+` : String(count);
  const width = 24 + 13 * words.length;
  pen.fillStyle = "#c22f26";
  pen.beginPath();
  pen.roundRect(SIDE - width, SIDE - 38, width, 38, 19);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = "bold 30px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, SIDE - width / 2, SIDE - 18);
  return canvas.toDataURL("image/png");
}

/** @param {number} count */
export async function show(count) {
  newest = count;
  navigator.setAppBadge?.(count).catch(() => {});
  if (!logo.src) logo.src = ICON;
  await logo.decode().catch(() => {});
  // Another count may have come while the logo was loading.
  if (link) link.href = newest ? drawn(newest) : plain;
}
