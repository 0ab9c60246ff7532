// @ts-check
// Keys from anywhere on the page, for whoever stands at a wall. One table: the dialog lists it, and
// it says what is done.
//
// A control that has the focus keeps the keys that are its own, and a box for text keeps them all.

import { isBig, setBig } from './big.js';
import { setRange } from './hand.js';
import { step } from './rooms.js';
import { share } from './sharing.js';
import { control, run, time } from './sight.js';

/** @type {{ keys: Record<string, string>, key_names: Record<string, string> }} */
const words = WORDS;
const OFF = 'denoising-explorer.keys-off';
const TYPED = `textarea, select, [contenteditable]:not([contenteditable="false"]),
  input:not([type="range"], [type="radio"], [type="checkbox"], [type="button"])`;
const PRESSED = 'button, a, summary, input, [role="button"], [role="tab"], [role="option"]';
const MOVED = 'input, pre, [role="tab"], [role="option"], [tabindex="0"]';

/** `go` is told the key's place among `keys`; false if there is nothing to do here, and the key
 * stays the browser's.
 * @typedef {{ what: string, keys: string[], go: (place: number, event: KeyboardEvent) => boolean }} Deed */

/** @type {Deed[]} */
const DEEDS = [
  { what: 'move', keys: ['ArrowLeft', 'ArrowRight'], go: (k, event) => move(control(), k, event) },
  { what: 'time', keys: [',', '.'], go: (k, event) => move(time(), k, event) },
  { what: 'play', keys: [' '], go: () => press('.play') },
  { what: 'step', keys: ['s'], go: () => press('.further:not([hidden])') || press('.forward') },
  { what: 'lesson', keys: ['p', 'n'], go: (k) => once(() => step(k ? 1 : -1)) },
  {
    what: 'clicker',
    keys: ['PageUp', 'PageDown'],
    go: (k) => isBig() && once(() => step(k ? 1 : -1)),
  },
  { what: 'big', keys: ['b'], go: () => once(() => setBig(!isBig())) },
  { what: 'leave', keys: ['Escape'], go: () => isBig() && once(() => setBig(false)) },
  { what: 'link', keys: ['l'], go: () => once(share) },
  { what: 'keys', keys: ['?'], go: () => once(openList) },
];

/** @param {() => void} act */
function once(act) {
  act();
  return true;
}

/** One step, or with Shift a tenth of the way.
 * @param {HTMLInputElement | null} range
 * @param {number} place
 * @param {KeyboardEvent} event */
function move(range, place, { shiftKey }) {
  if (!range || range.disabled) return false;
  const whole = Number(range.max) - Number(range.min);
  const one = Number(range.step) || 1;
  const by = shiftKey ? Math.max(one, Math.round(whole / 10 / one) * one) : one;
  setRange(range, range.valueAsNumber + (place ? by : -by));
  return true;
}

/** @param {string} selector of a button of the run in sight */
function press(selector) {
  const button = run()?.querySelector(selector);
  if (!(button instanceof HTMLButtonElement) || button.disabled) return false;
  button.click();
  return true;
}

/** With Shift a comma and a point are other signs, on each keyboard others.
 * @param {KeyboardEvent} event */
function keyOf({ key, code, shiftKey }) {
  if (shiftKey && code === 'Comma') return ',';
  if (shiftKey && code === 'Period') return '.';
  return key.length === 1 ? key.toLowerCase() : key;
}

/** Does what has the focus use this key by itself?
 * @param {string} key
 * @param {EventTarget | null} target */
function isTaken(key, target) {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPED)) return true;
  if (key === ' ') return target.closest(PRESSED) !== null;
  return key.startsWith('Arrow') && target.matches(MOVED);
}

/** @param {KeyboardEvent} event */
function heed(event) {
  const { target, defaultPrevented, isComposing, ctrlKey, metaKey, altKey, repeat } = event;
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey || isOff()) return;
  const key = keyOf(event);
  const deed = DEEDS.find(({ keys }) => keys.includes(key));
  if (!deed || isTaken(key, target) || document.querySelector('dialog[open]')) return;
  if (repeat && !['move', 'time', 'step'].includes(deed.what)) return;
  if (deed.go(deed.keys.indexOf(key), event)) event.preventDefault();
}

/** A screen reader or speech control may need these keys for itself. */
function isOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false; // storage is switched off
  }
}

/** @param {boolean} off */
function setOff(off) {
  try {
    if (off) localStorage.setItem(OFF, '1');
    else localStorage.removeItem(OFF);
  } catch {
    // Storage is switched off: the keys stay as they are.
  }
}

// ---- the list

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: '←', ArrowRight: '→', ...words.key_names };

/** @param {Deed} deed */
function lineOf({ what, keys }) {
  const names = document.createElement('dt');
  for (const key of keys) {
    const name = document.createElement('kbd');
    name.textContent = SIGNS[key] ?? key;
    names.append(name, ' ');
  }
  const says = document.createElement('dd');
  says.textContent = words.keys[what];
  return [names, says];
}

function openList() {
  const dialog = document.querySelector('#keys');
  const box = dialog?.querySelector('input');
  if (!(dialog instanceof HTMLDialogElement) || !box) return;
  dialog.querySelector('dl')?.replaceChildren(...DEEDS.flatMap(lineOf));
  box.checked = !isOff();
  box.onchange = () => setOff(!box.checked);
  dialog.showModal();
}

export function followKeys() {
  document.addEventListener('keydown', heed);
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('#keys-button')) openList();
  });
}
