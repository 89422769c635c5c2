/** The board of Studio on the platform's page; what it is given stands in `/static/web/board.js`. */
import { Button, html } from "/static/web/board.js";

export default function Board({ view, canMove, onMove }) {
  return html`<div class="card">
    <p><strong>${view.total}</strong> of 10</p>
    <div class="actions">
      ${[1, 2, 3].map(
        (number) => html`<${Button} key=${number} disabled=${!canMove || view.total + number > 10}
          onClick=${() => onMove({ number })}>+ ${number}<//>`,
      )}
    </div>
  </div>`;
}
