// The tour: one stop at a time in a sheet at the bottom of the window, with the page set for it.
//
// props.value is { stops, trained }; see tour.py. Where one has come to is kept in the browser.

import { recall, remember } from './notebook.js';
import { number } from './number.js';
import { setLabel } from './symbols.js';
import { titleOf, visit } from './visit.js';

const find = (selector) => element.querySelector(selector);
const { words } = props;
const fill = (text, values) => text.replace(/{(\w+)}/g, (all, name) => values[name] ?? all);

let stops = [];
let at = 0;
let moment = {}; // the numbers that an equation is filled with
let network = null; // the one in sight
let error = {}; // of the newest prediction: { t, mse }

const isOpen = () => !find('.sheet').hidden;
const keep = (began) => remember('tour', { at, began });

function label() {
  const { at: last = 0, began = false, done = false } = recall('tour');
  const text = began && last < stops.length ? words.resume : done ? words.once_more : words.start;
  find('.what').textContent = fill(text, { k: last + 1, n: stops.length });
  find('.start small').textContent = began ? '' : words.about;
}

function open() {
  const { at: last = 0, began = false } = recall('tour');
  find('.sheet').hidden = false;
  fold(false);
  show(began && last < stops.length ? last : 0);
}

function show(k) {
  at = k;
  keep(true);
  const stop = stops[at];
  find('.name').textContent = titleOf(stop.lesson) ?? '';
  find('.place').textContent = fill(words.place, { k: at + 1, n: stops.length });
  find('.task span').textContent = stop.try;
  find('details').hidden = !stop.equation;
  find('.back').disabled = at === 0;
  find('.next').textContent = at === stops.length - 1 ? words.finish : words.next;
  find('.body').scrollTop = 0;
  write();
  makeRoom();
  visit(stop.lesson, stop.show);
  find('.name').focus({ preventScroll: true });
}

function write() {
  const { text = '', equation, numbers } = stops[at] || {};
  find('.text').textContent = fill(text, { trained: props.value?.trained?.[network] ?? '' });
  if (!equation) return;
  setLabel(find('.equation'), equation);
  const mse = error.t === moment.t && error.mse !== undefined ? number(error.mse) : '…';
  setLabel(find('.numbers'), fill(numbers, { ...moment, mse }));
}

function close(done) {
  find('.sheet').hidden = true;
  if (done) remember('tour', { done });
  makeRoom();
  label();
  find('.start').focus({ preventScroll: true });
}

function fold(small) {
  find('.sheet').classList.toggle('small', small);
  find('.fold').setAttribute('aria-expanded', String(!small));
  find('.fold').setAttribute('aria-label', small ? words.unfold : words.fold);
  makeRoom();
}

// The page's end can always be scrolled clear of the sheet.
function makeRoom() {
  const room = isOpen() ? `${find('.sheet').offsetHeight + 24}px` : '0px';
  document.documentElement.style.setProperty('--sheet', room);
}

window.addEventListener('explorer:moment', ({ detail: { t, alpha_bar, choices } }) => {
  network = choices.denoiser;
  const ratio = Math.sqrt((1 - alpha_bar) / alpha_bar);
  moment = {
    t,
    ratio: number(ratio),
    snr: number(1 / ratio ** 2),
    signal: number(Math.sqrt(alpha_bar)),
    noise: number(Math.sqrt(1 - alpha_bar)),
  };
  write();
});
window.addEventListener('explorer:prediction', ({ detail }) => {
  error = detail;
  write();
});

for (const [name, text] of Object.entries({
  '.leave': words.leave,
  '.back': words.back,
  '.task b': words.try,
  summary: words.equation,
}))
  find(name).textContent = text;
find('.sheet').setAttribute('aria-label', words.region);
find('.start').addEventListener('click', open);
find('.leave').addEventListener('click', () => close(false));
find('.fold').addEventListener('click', () => fold(!find('.sheet').classList.contains('small')));
find('.back').addEventListener('click', () => show(at - 1));
find('.next').addEventListener('click', () => (at < stops.length - 1 ? show(at + 1) : close(true)));
find('details').addEventListener('toggle', () => {
  makeRoom();
  if (find('details').open) find('.numbers').scrollIntoView({ block: 'nearest' });
});
find('.sheet').addEventListener('keydown', (event) => event.key === 'Escape' && close(false));

function take() {
  stops = props.value?.stops || [];
  label();
  element.dataset.stops = stops.length;
}

watch('value', take);
take();
