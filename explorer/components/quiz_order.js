// @ts-check
// The quiz's answers that are put in order: two buttons a row, for thumb, mouse and keyboard alike.

import { find } from './dom.js';
import { button, pictureName, pictureOf, words } from './quiz_parts.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';

/** @type {Record<string, number[]>} */
const lines = {}; // a question's id -> its items, as they stand now

/** @param {OrderQuestion} question */
export function orderOf(question) {
  lines[question.id] ??= question.items.map((_, k) => k);
  return lines[question.id];
}

export function forgetOrder() {
  for (const id of Object.keys(lines)) delete lines[id];
}

/** @param {Question} question
 * @param {Answer} [answer] */
export function drawOrder(question, answer) {
  find('.order').hidden = question.kind !== 'order';
  if (question.kind !== 'order') return;
  const line = answer === undefined ? orderOf(question) : question.right;
  setLabel(find('.order .first'), question.first);
  setLabel(find('.order .last'), question.last);
  find('.check-order').hidden = answer !== undefined;
  const rows = line.map((item, place) => orderRow(question, item, place, answer));
  find('.order ol').replaceChildren(...rows);
}

/** @param {OrderQuestion} question
 * @param {number} item
 * @param {number} place
 * @param {Answer} [answer] */
function orderRow(question, item, place, answer) {
  const made = document.createElement('li');
  const what = document.createElement('span');
  if ('set' in question) what.append(pictureOf(question, item));
  else setLabel(what, question.items[item]);
  made.append(what);
  if (answer === undefined) {
    made.append(mover(question, place, -1), mover(question, place, 1));
    return made;
  }
  const said = [answer].flat().indexOf(item);
  const right = said === place;
  made.className = right ? 'right' : 'wrong';
  const note = document.createElement('small');
  const value = question.values?.[item];
  const remark = right ? '' : fill(words.order.said, { k: said + 1 });
  note.textContent = [value, remark].filter(Boolean).join(' · ');
  made.append(note);
  return made;
}

/** @param {OrderQuestion} question
 * @param {number} place
 * @param {-1 | 1} by */
function mover(question, place, by) {
  const made = button(by < 0 ? '▲' : '▼', () => move(question, place, by));
  made.className = by < 0 ? 'up' : 'down';
  made.disabled = !(place + by in question.items);
  const item = orderOf(question)[place];
  const name = 'set' in question ? pictureName(item) : question.items[item];
  made.setAttribute('aria-label', fill(by < 0 ? words.order.up : words.order.down, { name }));
  return made;
}

/** @param {OrderQuestion} question
 * @param {number} place
 * @param {-1 | 1} by */
function move(question, place, by) {
  const line = orderOf(question);
  [line[place], line[place + by]] = [line[place + by], line[place]];
  drawOrder(question);
  // The hand stays on the item that it has moved; at an end only the other button is left.
  const row = find('.order ol').children[place + by];
  const same = row.querySelector(`${by < 0 ? '.up' : '.down'}:not(:disabled)`);
  const left = same ?? row.querySelector('button:not(:disabled)');
  if (left instanceof HTMLElement) left.focus();
  find('.order .moved').textContent = fill(words.order.moved, {
    k: place + by + 1,
    n: line.length,
  });
}
