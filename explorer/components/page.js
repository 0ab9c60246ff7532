// @ts-check
// The page's own script: the address, the navigation, and (figures.js) the live figures.
//
// It listens to what the components tell, and never asks the server.

import { followFigures } from './figures.js';
import { live } from './scene.js';

live.opened = false; // until the keeper says so
followFigures();

// Gradio's page has a base address. With one, Plotly writes the page's own address of the moment
// into its figures, and the browser asks for that page as soon as the address bar has moved on.
document.querySelector('base')?.remove();

// ---- the address carries the main choices, so that it can be sent as a link. It stays as it came
// until a visitor changes something.

/** @type {string | null} */
let untouched = null;
let writing = 0;

/** @type {string | null} the lesson that is being read, unless it is the first */
let lesson = null;
/** @type {Record<string, string | null>} of the lessons; null is as the page opens */
let settings = {};

/** @param {Moment} moment */
function writeAddress({ t, scene }) {
  if (!live.opened) return; // what the address says is still on its way onto the page
  const choices = { ...scene.choices, t, lesson, ...settings };
  const text = JSON.stringify(choices);
  untouched ??= text;
  if (text === untouched) return;
  untouched = '';
  clearTimeout(writing);
  writing = setTimeout(() => {
    const address = new URL(window.location.href);
    for (const [name, value] of Object.entries(choices)) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, String(value));
    }
    window.history.replaceState(window.history.state, '', address);
    tellHub(address);
    window.dispatchEvent(new Event('explorer:address'));
  }, 300);
}

live.on('opened', () => {
  if (live.moment) writeAddress(live.moment);
});
window.addEventListener('explorer:settings', ({ detail }) => {
  settings = detail;
  if (live.moment) writeAddress(live.moment);
});

/** On the Hub a visitor sees another page's address, which follows by this message. What the Hub
 * itself told us (a private Space's key, the theme) is not for a link that is sent around.
 * @param {URL} address */
function tellHub(address) {
  const told = [...address.searchParams].filter(([name]) => !name.startsWith('__'));
  const message = { queryString: `${new URLSearchParams(told)}`, hash: address.hash };
  if (window.parent !== window) window.parent.postMessage(message, 'https://huggingface.co');
}

// ---- what scrolls, and the part of the window that it fills (see framed.js)

const framed = document.documentElement.classList.contains('framed');
const scroller = () =>
  (framed ? document.querySelector('gradio-app') : document.scrollingElement) ??
  document.documentElement;
const screen = () =>
  framed ? scroller().getBoundingClientRect() : { top: 0, height: window.innerHeight };

// ---- the navigation shows which lesson is being read

const links = () =>
  /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('#lessons a')]);
/** @param {HTMLAnchorElement} link */
const lessonOf = (link) => document.getElementById(link.hash.slice(1));
/** @param {HTMLAnchorElement} link */
const nameOf = (link) => link.hash.replace('#lesson-', '').replaceAll('-', '_');

function markCurrent() {
  const { top, height } = screen();
  const line = top + height / 3;
  /** @param {HTMLAnchorElement} link */
  const begun = (link) => (lessonOf(link)?.getBoundingClientRect().top ?? Infinity) < line;
  const current = links().findLast(begun) ?? links()[0];
  if (!current) return; // the page is not there yet
  if (current.getAttribute('aria-current') !== 'true') {
    lesson = current === links()[0] ? null : nameOf(current);
    if (live.moment) writeAddress(live.moment);
  }
  for (const link of links()) {
    if (link === current) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const bar = current.parentElement; // on a narrow screen the links slide sideways
  if (bar) bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
}

// Its links stand in two rows where they don't fit in one; the rail begins below them.
const rows = new ResizeObserver(([{ target }]) => {
  const height = /** @type {HTMLElement} */ (target).offsetHeight;
  document.documentElement.style.setProperty('--nav', `${height}px`);
});

let begun = false;
live.on('moment', (moment) => {
  const navigation = document.querySelector('#lessons');
  if (!begun && navigation) {
    begun = true;
    markCurrent();
    rows.observe(navigation);
    const asked = new URLSearchParams(window.location.search).get('lesson');
    const link = links().find((one) => nameOf(one) === asked);
    if (link && asked !== nameOf(links()[0])) goTo(link.hash.slice(1));
  }
  writeAddress(moment);
});

/** Where a click landed, if inside of something that fits.
 * @param {Event} event
 * @param {string} selector */
const inside = ({ target }, selector) =>
  target instanceof Element ? target.closest(selector) : null;

// A link leads to its lesson, and stays with it while the lessons above grow.
document.addEventListener('click', (event) => {
  const link = inside(event, '#lessons a');
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  goTo(link.hash.slice(1));
});
window.addEventListener('explorer:visit', ({ detail }) => goTo(detail));

// ---- Lessons grow when they come into sight, and push the others away. So the one that was asked
// for is gone to again at each growth, until it is left in peace or the visitor moves.

/** @type {HTMLElement | null} */
let destination = null;
let arriving = 0;
const growth = new ResizeObserver(scrollThere);

/** @param {string} id of a lesson */
function goTo(id) {
  destination = document.getElementById(id);
  clearTimeout(arriving);
  arriving = setTimeout(stay, 3000);
  const article = document.querySelector('#article');
  if (article) growth.observe(article);
  scrollThere();
}

function scrollThere() {
  if (!destination) return;
  // From afar, jump: lessons that only fly past should not begin to work.
  const { top, height } = screen();
  const padding = Number.parseFloat(getComputedStyle(scroller()).scrollPaddingTop);
  const way = destination.getBoundingClientRect().top - top - padding;
  const far = Math.abs(way) > 2 * height;
  scroller().scrollBy({ top: way, behavior: far ? 'instant' : 'auto' });
}

function stay() {
  destination = null;
  growth.disconnect();
}

for (const move of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
  window.addEventListener(move, stay, { passive: true });
}

// On a phone the rail is a thin bar; the button unfolds the rest of it.
document.addEventListener('click', (event) => {
  const open = inside(event, '#rail-toggle');
  if (!open) return;
  const unfolded = document.querySelector('#rail')?.classList.toggle('open');
  open.setAttribute('aria-expanded', String(unfolded));
});

// (A part of the page that scrolls by itself, as the navigation does on a phone, is no move.)
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (target === document || target === scroller()) markCurrent();
  },
  { passive: true, capture: true },
);
