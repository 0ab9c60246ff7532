// The page's own script: live marks in the figures, the address, and the navigation.
//
// It listens to what the components tell ("explorer:moment", "explorer:prediction") and never asks
// the server.

import { number } from './number.js';

const figure = (id) => document.querySelector(`#${id} .js-plotly-plot`);
let moment = null; // { t, x_t, shape, alpha_bar, choices }
let prediction = null; // { t, mse, ideal_mse }
const marked = new Set(); // figures in sight whose mark follows t
let waiting = false;

// Gradio's page has a base address. With one, Plotly writes the page's own address of the moment
// into its figures, and the browser asks for that page as soon as the address bar has moved on.
document.querySelector('base')?.remove();

// At most one update a frame, with the newest values.
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    if (window.Plotly) mark();
  });
}

function mark() {
  const schedule = figure('schedule-figure');
  if (schedule && moment) {
    const shapes = {};
    for (let k = 0; k < 3; k++) {
      shapes[`shapes[${k}].x0`] = moment.t;
      shapes[`shapes[${k}].x1`] = moment.t;
    }
    window.Plotly.relayout(schedule, shapes);
  }
  for (const plot of marked) {
    if (moment && plot.layout?.shapes?.length) {
      window.Plotly.relayout(plot, { 'shapes[0].x0': moment.t, 'shapes[0].x1': moment.t });
    }
  }
  const histogram = figure('histogram-figure');
  if (histogram && moment) {
    const note = histogram.layout.annotations[0].text.replace(/\S+$/, number(neighbours(moment)));
    window.Plotly.update(
      histogram,
      { y: [density(moment.x_t)] },
      { 'annotations[0].text': note },
      [0],
    );
  }
  const errors = figure('error-figure');
  if (errors && prediction) {
    const point = (value) => [value ? Math.max(value, 1e-4) : null];
    window.Plotly.update(
      errors,
      {
        x: [[prediction.t], [prediction.t]],
        y: [point(prediction.mse), point(prediction.ideal_mse)],
      },
      { 'shapes[0].x0': prediction.t, 'shapes[0].x1': prediction.t },
      [0, 1],
    );
  }
}

// The correlation of each pixel with the one to its right, as experiments/forward_noising.py has it.
function neighbours({ x_t, shape: [, , width] }) {
  let a = 0,
    b = 0,
    aa = 0,
    bb = 0,
    ab = 0,
    n = 0;
  for (let i = 0; i + 1 < x_t.length; i++) {
    if ((i + 1) % width === 0) continue; // the last of its row
    const left = x_t[i],
      right = x_t[i + 1];
    a += left;
    b += right;
    aa += left * left;
    bb += right * right;
    ab += left * right;
    n += 1;
  }
  const spread = Math.sqrt((aa - (a * a) / n) * (bb - (b * b) / n));
  return spread > 0 ? (ab - (a * b) / n) / spread : 0;
}

// The same 64 bins from -4 to 4 as plots/forward_noising.py.
function density(values) {
  const count = new Array(64).fill(0);
  for (const value of values) count[Math.max(0, Math.min(63, Math.floor((value + 4) * 8)))] += 1;
  return count.map((n) => (n * 8) / values.length);
}

// The address carries the main choices, so that it can be sent as a link. It stays as it came
// until a visitor changes something.
let untouched = null;
let writing = 0;
function writeAddress(choices) {
  const text = JSON.stringify(choices);
  untouched ??= text;
  if (text === untouched) return;
  untouched = '';
  clearTimeout(writing);
  writing = setTimeout(() => {
    const address = new URL(window.location.href);
    for (const [name, value] of Object.entries(choices)) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    window.history.replaceState(window.history.state, '', address);
    tellHub(address);
    window.dispatchEvent(new Event('explorer:address'));
  }, 300);
}

// On the Hub a visitor sees another page's address, which follows by this message. What the Hub
// itself told us (a private Space's key, the theme) is not for a link that is sent around.
function tellHub(address) {
  const told = [...address.searchParams].filter(([name]) => !name.startsWith('__'));
  const message = { queryString: `${new URLSearchParams(told)}`, hash: address.hash };
  if (window.parent !== window) window.parent.postMessage(message, 'https://huggingface.co');
}

// What scrolls, and the part of the window that it fills (see framed.js).
const framed = document.documentElement.classList.contains('framed');
const scroller = () => (framed ? document.querySelector('gradio-app') : document.scrollingElement);
const screen = () =>
  framed ? scroller().getBoundingClientRect() : { top: 0, height: window.innerHeight };

window.addEventListener('explorer:moment', ({ detail }) => {
  if (!moment) {
    follow();
    rows.observe(document.querySelector('#lessons'));
  }
  moment = detail;
  writeAddress({ ...detail.choices, t: detail.t });
  soon();
});
window.addEventListener('explorer:prediction', ({ detail }) => {
  prediction = detail;
  soon();
});

// Of the figures that hang on t by nothing but their mark, those in sight are marked.
const sight = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    if (isIntersecting) marked.add(target);
    else marked.delete(target);
  }
  soon();
});

// A figure that has just been opened takes the newest marks.
const known = new WeakSet();
new MutationObserver(() => {
  const live = ['schedule-figure', 'histogram-figure', 'error-figure'].map(figure);
  for (const opened of [...live, ...document.querySelectorAll('.marks-t .js-plotly-plot')]) {
    if (opened?.data && !known.has(opened)) {
      known.add(opened);
      if (opened.closest('.marks-t')) sight.observe(opened);
      soon();
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// The navigation shows which lesson is being read.
function follow() {
  const links = [...document.querySelectorAll('#lessons a')];
  if (!links.length) return; // the page is not there yet
  const { top, height } = screen();
  const line = top + height / 3;
  let current = links[0];
  for (const link of links) {
    const lesson = document.querySelector(link.getAttribute('href'));
    if (lesson && lesson.getBoundingClientRect().top < line) current = link;
  }
  for (const link of links) {
    if (link === current) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const bar = current.parentElement; // on a narrow screen the links slide sideways
  bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
}
// Its links stand in two rows where they don't fit in one; the rail begins below them.
const rows = new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty('--nav', `${target.offsetHeight}px`);
});
// A link leads to its lesson, and stays with it while the lessons above grow.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('#lessons a');
  if (!link) return;
  event.preventDefault();
  goTo(link.getAttribute('href').slice(1));
});
window.addEventListener('explorer:visit', ({ detail }) => goTo(detail));

// Lessons grow when they come into sight, and push the others away. So the one that was asked for
// is gone to again at each growth, until it is left in peace or the visitor moves.
let destination = null;
let arriving = 0;
function goTo(id) {
  destination = document.getElementById(id);
  clearTimeout(arriving);
  arriving = setTimeout(stay, 3000);
  growth.observe(document.querySelector('#article'));
  scrollThere();
}
function scrollThere() {
  if (!destination) return;
  // From afar, jump: lessons that only fly past should not begin to work.
  const { top, height } = screen();
  const way =
    destination.getBoundingClientRect().top -
    top -
    Number.parseFloat(getComputedStyle(scroller()).scrollPaddingTop);
  const far = Math.abs(way) > 2 * height;
  scroller().scrollBy({ top: way, behavior: far ? 'instant' : 'auto' });
}
function stay() {
  destination = null;
  growth.disconnect();
}
const growth = new ResizeObserver(scrollThere);
for (const move of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
  window.addEventListener(move, stay, { passive: true });
}

// On a phone the rail is a thin bar; the button unfolds the rest of it.
document.addEventListener('click', (event) => {
  const toggle = event.target.closest?.('#rail-toggle');
  if (!toggle) return;
  const open = document.querySelector('#rail').classList.toggle('open');
  toggle.setAttribute('aria-expanded', String(open));
});

// (A part of the page that scrolls by itself, as the navigation does on a phone, is no move.)
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (target === document || target === scroller()) follow();
  },
  { passive: true, capture: true },
);
