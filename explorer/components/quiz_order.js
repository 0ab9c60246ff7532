// The quiz's answers that are put in order: two buttons a row, for thumb, mouse and keyboard alike.

import { button, fill, find, pictureName, pictureOf, words } from './quiz_parts.js';
import { setLabel } from './symbols.js';

const lines = {}; // a question's id -> its items, as they stand now

export const orderOf = (question) => lines[question.id];

export function forgetOrder() {
  for (const id of Object.keys(lines)) delete lines[id];
}

export function drawOrder(question, answer) {
  find('.order').hidden = question.kind !== 'order';
  if (question.kind !== 'order') return;
  const answered = answer !== undefined;
  lines[question.id] ??= question.items.map((_, k) => k);
  const line = answered ? question.right : lines[question.id];
  setLabel(find('.order .first'), question.first);
  setLabel(find('.order .last'), question.last);
  find('.check-order').hidden = answered;
  find('.order ol').replaceChildren(
    ...line.map((item, place) => orderRow(question, item, place, answer)),
  );
}

function orderRow(question, item, place, answer) {
  const made = document.createElement('li');
  const what = document.createElement('span');
  if (question.set) what.append(pictureOf(question, item));
  else setLabel(what, question.items[item]);
  made.append(what);
  if (answer === undefined) {
    made.append(mover(question, place, -1), mover(question, place, 1));
  } else {
    const said = answer.indexOf(item);
    made.className = said === place ? 'right' : 'wrong';
    const note = document.createElement('small');
    const value = question.values?.[item];
    note.textContent = [value, said === place ? '' : fill(words.order.said, { k: said + 1 })]
      .filter(Boolean)
      .join(' · ');
    made.append(note);
  }
  return made;
}

function mover(question, place, by) {
  const made = button(by < 0 ? '▲' : '▼', () => move(question, place, by));
  made.className = by < 0 ? 'up' : 'down';
  made.disabled = !(place + by in question.items);
  const name = question.set
    ? pictureName(lines[question.id][place])
    : question.items[lines[question.id][place]];
  made.setAttribute('aria-label', fill(by < 0 ? words.order.up : words.order.down, { name }));
  return made;
}

function move(question, place, by) {
  const line = lines[question.id];
  [line[place], line[place + by]] = [line[place + by], line[place]];
  drawOrder(question);
  // The hand stays on the item that it has moved; at an end only the other button is left.
  const row = find('.order ol').children[place + by];
  (
    row.querySelector(`${by < 0 ? '.up' : '.down'}:not(:disabled)`) ??
    row.querySelector('button:not(:disabled)')
  ).focus();
  find('.order .moved').textContent = fill(words.order.moved, {
    k: place + by + 1,
    n: line.length,
  });
}
