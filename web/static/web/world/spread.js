/** A picture in which nobody hides anybody. */

const ROUNDS = 12;
/** Of a turn: who stands on one point with others is pushed away in directions that differ most. */
const GOLDEN = 2.399963;

/**
 * Return `spots` with those that are nearer than `apart` to another moved away from it. The first stays where it is.
 *
 * @template {{x: number, y: number}} Spot
 * @param {Spot[]} spots
 * @param {number} apart
 * @returns {Spot[]}
 */
export function spread(spots, apart) {
  const all = spots.map((spot) => ({ ...spot }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false;
    for (let one = 0; one < all.length; one += 1)
      for (let other = one + 1; other < all.length; other += 1) {
        const [a, b] = [all[one], all[other]];
        const distance = Math.hypot(b.x - a.x, b.y - a.y);
        if (distance >= apart - 0.01) continue;
        moved = true;
        const turn = distance > 0.01 ? Math.atan2(b.y - a.y, b.x - a.x) : other * GOLDEN;
        const push = apart - distance;
        const share = one === 0 ? 0 : push / 2;
        a.x -= Math.cos(turn) * share;
        a.y -= Math.sin(turn) * share;
        b.x += Math.cos(turn) * (push - share);
        b.y += Math.sin(turn) * (push - share);
      }
    if (!moved) break;
  }
  return all;
}
