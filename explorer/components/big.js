// @ts-check
// Big mode, for a classroom's wall: of the lesson in sight only its stage and its one control are
// left, as large as the window lets them be. It is in the address, big=1, so that a link opens so.
//
// What is left carries data-wall, and so do the boxes that it lies in; a rule of page.css hides all
// else beside them. Knows no lesson: the stage is the box of the first picture.

import { sayInAddress } from './address.js';
import { control } from './sight.js';

const html = document.documentElement;
const PHONE = '(max-width: 640px)';
/** @type {HTMLElement | null} */
let stage = null;

export const isBig = () => html.hasAttribute('data-big');

/** @param {boolean} on */
export function setBig(on) {
  if (on === isBig()) return;
  html.toggleAttribute('data-big', on);
  arrange();
  document.querySelector('#big-button')?.setAttribute('aria-pressed', String(on));
  sayInAddress('big', on ? '1' : null);
  window.dispatchEvent(new Event('resize')); // figures, and whoever knows the window's size
}

/** Choose what is left, if the lesson is there by now. */
function arrange() {
  for (const one of document.querySelectorAll('[data-wall]')) one.removeAttribute('data-wall');
  stage = null;
  html.dataset.control = 't'; // t can be seen only then
  if (!isBig()) return;
  const pictures = [...document.querySelectorAll('#article :is(canvas, .scrubber)')];
  const first = pictures.find((one) => one.checkVisibility());
  stage = first?.closest('.block') ?? null;
  if (!stage) return;
  const range = control();
  const own = range?.closest('#article .block') ?? null;
  if (own || !range) html.dataset.control = 'own';
  for (const one of [stage, own]) if (one) leave(/** @type {HTMLElement} */ (one));
  measure();
}

/** @param {HTMLElement} one */
function leave(one) {
  one.dataset.wall = '';
  for (let box = one.parentElement; box && box.id !== 'article'; box = box.parentElement) {
    box.dataset.wall = 'around';
  }
}

/** How many pictures stand side by side, and in how many rows: the styles share the window out. */
function measure() {
  const seen = [...(stage?.querySelectorAll('canvas') ?? [])].filter((one) =>
    one.checkVisibility(),
  );
  const pictures = seen.filter((one) => one.clientHeight > one.clientWidth / 2); // no colour bars
  if (!stage || !pictures.length) return;
  const columns = new Set(pictures.map((one) => Math.round(one.getBoundingClientRect().left))).size;
  html.style.setProperty('--wall-columns', String(columns));
  html.style.setProperty('--wall-rows', String(Math.ceil(pictures.length / columns)));
}

export function followBig() {
  const wide = !window.matchMedia(PHONE).matches; // a class may open the wall's link on its phones
  const asked = new URL(window.location.href).searchParams.get('big') === '1';
  if (asked && wide) html.setAttribute('data-big', '');

  // A lesson's room, and the pictures of a row, come late.
  let count = -1;
  let waiting = false;
  const look = () => {
    waiting = false;
    if (!isBig()) return;
    const now =
      (stage ?? document.querySelector('#article'))?.querySelectorAll('canvas').length ?? 0;
    if (stage?.checkVisibility() && now === count) return;
    arrange();
    count = stage?.querySelectorAll('canvas').length ?? -1;
  };
  const soon = () => {
    if (waiting || !isBig()) return;
    waiting = true;
    requestAnimationFrame(look);
  };
  new MutationObserver(soon).observe(html, { childList: true, subtree: true });
  window.addEventListener('explorer:lesson', arrange);
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest('#big-button, #big-leave');
    if (button) setBig(!isBig());
  });
}
