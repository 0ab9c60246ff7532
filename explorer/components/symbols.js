// @ts-check
// Shared by the components whose labels name what the code names.

/** "Best guess x_0_hat": text with the code's names taken apart into the papers' symbols.
 * @param {string} text
 * @returns {(string | { name: string, letter: string, index: string })[]} */
export function symbolsIn(text) {
  const symbol = /\b(?:([xv])(?=_)|eps)(?:_([0t]))?(_hat)?\b/g;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(symbol)) {
    const letter = (match[1] ?? 'ε') + (match[3] ? '\u0302' : '');
    parts.push(text.slice(end, match.index), { name: match[0], letter, index: match[2] ?? '' });
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}

/** @param {Element} target
 * @param {string} text with the code's names, which are shown as the papers' symbols */
export function setLabel(target, text) {
  const nodes = symbolsIn(text).map((part) => {
    if (typeof part === 'string') return part;
    const letter = document.createElement('span');
    letter.className = `symbol of-${part.name}`; // its hue: see page.css
    letter.textContent = part.letter;
    if (part.index) {
      const index = document.createElement('sub');
      index.textContent = part.index;
      letter.append(index);
    }
    return letter;
  });
  target.replaceChildren(...nodes);
}
