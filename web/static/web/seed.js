/** Choices that are always the same for the same key. */

/**
 * Hash a text to 32 bits, by FNV-1a with a last mixing step, as names often differ in their last letter only.
 *
 * @param {string} words
 */
export function hash(words) {
  let sum = 0x811c9dc5;
  for (const letter of words) sum = Math.imul(sum ^ Number(letter.codePointAt(0)), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  return (sum ^ (sum >>> 13)) >>> 0;
}

/**
 * Return a function that chooses among a number of things, or among those of a list, one after another.
 *
 * @param {string} key
 */
export function choices(key) {
  let state = hash(key);
  const next = (/** @type {number} */ count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
  return {
    next,
    /**
     * @template Thing
     * @param {Thing[]} things
     * @returns {Thing}
     */
    of: (things) => things[next(things.length)],
  };
}
