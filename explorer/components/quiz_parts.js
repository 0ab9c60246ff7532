// @ts-check
// What the quiz's files share: its texts, its buttons and its pictures.

import { setLabel } from './symbols.js';
import { fill } from './text.js';

/** @type {QuizWords} */
export const words = props.words;

/** @param {string} text
 * @param {() => void} act */
export function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  setLabel(made, text);
  made.addEventListener('click', act);
  return made;
}

// ---- pictures, which the server makes when a question with some of them is in sight

/** @type {Record<string, DataURI[]>} */
export const sets = {}; // a set's name -> its pictures

/** @param {number} k */
export const letter = (k) => 'ABCDEF'[k];

/** @param {number} k */
export const pictureName = (k) => fill(words.picture, { letter: letter(k) });

/** @param {{ set: string, pictures: number[] }} question
 * @param {number} k */
export function pictureOf({ set, pictures }, k) {
  const made = new Image();
  made.alt = pictureName(k);
  const uri = sets[set]?.[pictures[k]];
  if (uri) made.src = uri;
  return made;
}
