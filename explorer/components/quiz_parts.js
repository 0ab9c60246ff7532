// What the quiz's files share: its texts, its buttons and its pictures.

import { setLabel } from './symbols.js';

export const find = (selector) => element.querySelector(selector);
export const words = props.words;
export const fill = (text, values) => text.replace(/{(\w+)}/g, (all, name) => values[name] ?? all);

export function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  setLabel(made, text);
  made.addEventListener('click', act);
  return made;
}

// ---- pictures, which the server makes when a question with some of them is in sight

export const sets = {}; // a set's name -> its pictures' URIs
export const letter = (k) => 'ABCDEF'[k];
export const pictureName = (k) => fill(words.picture, { letter: letter(k) });

export function pictureOf(question, k) {
  const made = new Image();
  made.alt = pictureName(k);
  const uri = sets[question.set]?.[question.pictures[k]];
  if (uri) made.src = uri;
  return made;
}
