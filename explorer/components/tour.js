// @ts-check
// The tour: one stop at a time in a sheet at the bottom of the window, with the page set for it.
//
// Where one has come to is kept in the browser.

import { find, setData } from './dom.js';
import { recall, remember } from './notebook.js';
import { number } from './number.js';
import { live } from './scene.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';
import { titleOf, visit } from './visit.js';

/** @type {TourWords} */
const words = props.words;
const sheet = find('.sheet');
const start = find('.start');
const foldButton = find('.fold');
const back = find('.back', HTMLButtonElement);
const next = find('.next');
const equationFold = find('details', HTMLDetailsElement);

/** @type {Stop[]} */
let stops = [];
let at = 0;

/** @param {boolean} began */
const keep = (began) => remember('tour', { at, began });

function label() {
  const { at: last = 0, began = false, done = false } = recall('tour');
  const again = done ? words.once_more : words.start;
  const text = began && last < stops.length ? words.resume : again;
  find('.what').textContent = fill(text, { k: last + 1, n: stops.length });
  find('.start small').textContent = began ? '' : words.about;
}

function open() {
  const { at: last = 0, began = false } = recall('tour');
  sheet.hidden = false;
  fold(false);
  show(began && last < stops.length ? last : 0);
}

/** @param {number} k */
function show(k) {
  at = k;
  keep(true);
  const stop = stops[at];
  find('.name').textContent = titleOf(stop.lesson);
  find('.place').textContent = fill(words.place, { k: at + 1, n: stops.length });
  find('.task span').textContent = stop.try;
  equationFold.hidden = !stop.equation;
  back.disabled = at === 0;
  next.textContent = at === stops.length - 1 ? words.finish : words.next;
  find('.body').scrollTop = 0;
  write();
  makeRoom();
  visit(stop.lesson, stop.show);
  find('.name').focus({ preventScroll: true });
}

function write() {
  const { moment, prediction } = live;
  /** @type {TourValue | null} */
  const value = props.value;
  const { text = '', equation, numbers = '' } = stops[at] ?? {};
  const trained = value?.trained?.[moment?.scene.network ?? ''] ?? '';
  find('.text').textContent = fill(text, { trained });
  if (!equation || !moment) return;
  setLabel(find('.equation'), equation);
  const known = prediction?.t === moment.t && prediction.figures.mse !== undefined;
  setLabel(
    find('.numbers'),
    fill(numbers, {
      t: moment.t,
      signal: number(moment.signal),
      noise: number(moment.noise),
      ratio: number(moment.ratio),
      snr: number(moment.snr),
      mse: known ? number(prediction.figures.mse) : '…',
    }),
  );
}

/** @param {boolean} done */
function close(done) {
  sheet.hidden = true;
  if (done) remember('tour', { done });
  makeRoom();
  label();
  start.focus({ preventScroll: true });
}

/** @param {boolean} small */
function fold(small) {
  sheet.classList.toggle('small', small);
  foldButton.setAttribute('aria-expanded', String(!small));
  foldButton.setAttribute('aria-label', small ? words.unfold : words.fold);
  makeRoom();
}

/** The page's end can always be scrolled clear of the sheet. */
function makeRoom() {
  const room = sheet.hidden ? '0px' : `${sheet.offsetHeight + 24}px`;
  document.documentElement.style.setProperty('--sheet', room);
}

live.on('moment', write);
live.on('prediction', write);

find('.leave').textContent = words.leave;
back.textContent = words.back;
find('.task b').textContent = words.try;
find('summary').textContent = words.equation;
sheet.setAttribute('aria-label', words.region);
start.addEventListener('click', open);
find('.leave').addEventListener('click', () => close(false));
foldButton.addEventListener('click', () => fold(!sheet.classList.contains('small')));
back.addEventListener('click', () => show(at - 1));
next.addEventListener('click', () => (at < stops.length - 1 ? show(at + 1) : close(true)));
equationFold.addEventListener('toggle', () => {
  makeRoom();
  if (equationFold.open) find('.numbers').scrollIntoView({ block: 'nearest' });
});
sheet.addEventListener('keydown', (event) => event.key === 'Escape' && close(false));

function take() {
  /** @type {TourValue | null} */
  const value = props.value;
  stops = value?.stops ?? [];
  label();
  setData(element, { stops: stops.length });
}

watch('value', take);
take();
