// @ts-check
// How the picker finds pictures by what a visitor types.

/** "Cat-Face" -> " cat face ": lower case, no accents, a space before every word.
 * @param {string} text */
export function plain(text) {
  const bare = text
    .normalize('NFD')
    .replace(/\p{M}|['’]/gu, '')
    .toLowerCase();
  return ` ${bare.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;
}

/** A text fits when each word begins a word of it ("cats" also finds "cat"); loosely, when it has
 * each word somewhere.
 * @param {string} text plain
 * @param {string[]} words plain
 * @param {boolean} loose */
function fits(text, words, loose) {
  /** @param {string} word */
  const has = (word) => text.includes(loose ? word : ` ${word}`);
  return words.every(
    (word) =>
      has(word) ||
      (word.length > 3 && (has(word.replace(/ies$/, 'y')) || has(word.replace(/e?s$/, '')))),
  );
}

/** Those that fit what was typed; if there are none, those that loosely do.
 * @template {{ text: string }} T
 * @param {T[]} all each with a plain text
 * @param {string} typed */
export function search(all, typed) {
  const words = plain(typed).split(' ').filter(Boolean);
  const found = all.filter(({ text }) => fits(text, words, false));
  return found.length ? found : all.filter(({ text }) => fits(text, words, true));
}
