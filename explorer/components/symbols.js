// Shared by the components whose labels name what the code names.

// "Best guess x_0_hat": text with the code's names shown as the papers' symbols.
export function setLabel(target, text) {
  const symbol = /\b(?:([xv])(?=_)|eps)(?:_([0t]))?(_hat)?\b/g;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(symbol)) {
    const letter = document.createElement('span');
    letter.className = 'symbol';
    letter.textContent = (match[1] || 'ε') + (match[3] ? '\u0302' : '');
    if (match[2]) {
      const index = document.createElement('sub');
      index.textContent = match[2];
      letter.append(index);
    }
    parts.push(text.slice(end, match.index), letter);
    end = match.index + match[0].length;
  }
  target.replaceChildren(...parts, text.slice(end));
}
