// @ts-check
// The opening: once, the image sinks into noise by itself, and a network's ready run draws another
// picture out of noise. Any hand on the page takes over where t stands by then.
//
// Nothing is asked of the server but the run's film (see FeedValue), once, when it plays. Meanwhile
// `live.opened` is false: to lessons and the address the page is not at rest yet.

import { setData } from './dom.js';
import { moveSlider, showOnSlider } from './hand.js';
import { live } from './scene.js';

/** @type {[part: Part, ms: number][]} */
const PARTS = [
  ['leave', 300],
  ['sink', 2300],
  ['rest', 500],
  ['rise', 2300],
  ['look', 800],
  ['return', 300],
];
const LONGEST = 100; // ms: a frame that took longer (the tab was away) counts as so long
const HALF = 3100; // ms: whatever has not come by then is not waited for
const HANDS = ['pointerdown', 'keydown', 'wheel'];
const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @typedef {'leave' | 'sink' | 'rest' | 'rise' | 'look' | 'return'} Part */

/** Where the opening is after so many milliseconds; null: it is over.
 * @param {number} ms
 * @param {{ start: number, T: number, times: number[] | null }} way from the t where it starts, and
 *   back there; the film's times, or null: then there is no second half
 * @returns {{ part: Part, t: number, frame: number | null } | null} */
export function placeAt(ms, { start, T, times }) {
  let left = ms;
  for (const [part, length] of PARTS) {
    if (!times && (part === 'rise' || part === 'look')) continue;
    if (left >= length) {
      left -= length;
      continue;
    }
    const done = left / length;
    const smooth = done * done * (3 - 2 * done);
    const last = (times?.length ?? 0) - 1;
    const frame = part === 'rise' ? Math.floor(done * (last + 1)) : part === 'look' ? last : null;
    const end = times ? 0 : T; // where it returns from
    const t = {
      leave: start * (1 - smooth),
      sink: T * smooth,
      rest: T,
      rise: times?.[frame ?? 0] ?? T,
      look: 0,
      return: end + (start - end) * smooth,
    }[part];
    return { part, t: Math.round(t), frame };
  }
  return null;
}

/** @param {{ picture: HTMLCanvasElement, tell: (part: string | null) => void }} row the picture of x_t;
 *   what is to be told at it, null when all is as it was
 * @returns {{ play: () => void, playing: () => boolean }} */
export function makeOpening({ picture, tell }) {
  let turn = 0; // rises with every end, so that what is under way is dropped
  let running = false;
  let begun = false;
  let stopped = false; // by the press on the button that would now play it again
  let start = 0;
  /** @type {HTMLImageElement | null} */
  let sheet = null;

  async function load() {
    if (!live.film) return;
    const image = new Image();
    const ofTurn = turn;
    image.src = live.film.sheet;
    await image.decode().catch(() => null);
    if (ofTurn === turn && image.width) sheet = image;
  }

  /** @param {number} t */
  function show(t) {
    live.moveTo(t);
    showOnSlider(t);
  }

  /** @param {number} frame */
  function draw(frame) {
    if (!live.film || !sheet) return;
    const { cell, columns } = live.film;
    const [x, y] = [(frame % columns) * cell, Math.floor(frame / columns) * cell];
    const to = picture.getContext('2d');
    to?.drawImage(sheet, x, y, cell, cell, 0, 0, picture.width, picture.height);
  }

  function play() {
    if (running || !live.moment) return;
    begun = true;
    running = true;
    start = live.moment.t;
    live.opened = false;
    const { scene } = live;
    const T = live.moment.scene.alphaBar.length - 1;
    const ofTurn = turn;
    /** @type {number | null} */
    let last = null;
    let ms = 0;
    let asked = false;
    /** @type {number[] | null} */
    let times = null;
    /** @param {number} now */
    function tick(now) {
      if (ofTurn !== turn) return;
      if (scene !== live.scene) {
        end();
        return;
      }
      ms += Math.min(now - (last ?? now), LONGEST);
      last = now;
      if (!asked && live.film) {
        asked = true;
        load();
      }
      if (sheet && ms < HALF) times = live.film?.times ?? null;
      const place = placeAt(ms, { start, T, times });
      if (!place) {
        end(start);
        return;
      }
      show(place.t);
      if (place.frame !== null) draw(place.frame);
      if (element.dataset.opening !== place.part) {
        setData(element, { opening: place.part });
        tell(place.part);
      }
      requestAnimationFrame(tick);
    }
    requestAnimationFrame(tick);
  }

  /** @param {number} [t] where it stands then; as it is, if it isn't given */
  function end(t) {
    turn += 1;
    running = false;
    sheet = null;
    setData(element, { opening: 'over' });
    tell(null);
    live.open();
    if (t !== undefined) show(t);
  }

  /** @param {Event} event */
  function takeOver({ target }) {
    begun = true; // whoever is quicker than the opening need not see it
    const button = target instanceof Element && target.closest('a[data-lesson], .again');
    stopped = running && Boolean(button);
    if (!running) return;
    if (button) {
      end(start);
      return;
    }
    const { moment } = live;
    end();
    if (moment) moveSlider(moment.t);
  }

  /** A bare address opens so, as soon as all is there. */
  function begin() {
    const bare = !new URL(window.location.href).searchParams.has('t');
    const ready = live.moment && live.opened && window.explorerKeeper;
    if (begun || !ready || still() || !bare || !element.checkVisibility()) return;
    play();
  }

  for (const hand of HANDS) {
    window.addEventListener(hand, takeOver, { capture: true, passive: true });
  }
  window.addEventListener('explorer:lesson', () => running && end(start));
  window.addEventListener('explorer:keeper', begin);
  live.on('moment', begin);
  live.on('opened', begin);
  return {
    play: () => {
      if (!stopped) play();
      stopped = false;
    },
    playing: () => running,
  };
}
