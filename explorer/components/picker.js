// @ts-check
// The picker: one button a picture, cut out of a single sheet; searching only hides buttons.
//
// Tells Python 'pick' { name }. For tests, `element` carries data-shown and data-filter-ms.

import { find, setData } from './dom.js';
import { plain, search } from './search.js';
import { fill } from './text.js';

/** @typedef {{ button: HTMLButtonElement, name: string, kind: string, text: string }} Tile */

/** @type {ComponentWords['picker']} */
const words = WORDS;
const TILE = 44; // px, as in picker.css
const USUAL_COLUMNS = 5; // for guessing the height of kinds out of sight

const box = find('input', HTMLInputElement);
const kindChoice = find('select', HTMLSelectElement);
const grid = find('.grid');

/** @type {Tile[]} */
let tiles = [];
/** @type {{ section: HTMLElement, members: Tile[] }[]} */
let groups = []; // the pictures of one kind
/** @type {string | null} */
let selected = null;
/** @type {string | null} */
let sheet = null; // the sheet's address; fetched when the grid is first in sight
/** @type {string | null} */
let blobURL = null;
let inSight = false;

// ---- making the grid

/** @param {string} kind */
const readable = (kind) => kind.replaceAll('-', ' ');

/** @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className */
function make(tag, className, text = '') {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** @param {PickerPicture} picture
 * @param {number} index in the sheet
 * @param {number} columns of the sheet
 * @returns {Tile} */
function makeTile({ name, kind, seen }, index, columns) {
  const button = make('button', seen ? 'tile' : 'tile unseen');
  const label = `${name}, ${seen ? words.seen : words.never_seen}`;
  button.type = 'button';
  button.title = label;
  button.tabIndex = -1;
  button.dataset.name = name;
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-pressed', 'false');
  button.style.setProperty('--x', String(index % columns));
  button.style.setProperty('--y', String(Math.floor(index / columns)));
  return { button, name, kind, text: plain(`${name} ${kind}`) };
}

/** @param {string} kind
 * @param {Tile[]} members */
function makeGroup(kind, members) {
  const section = make('section', 'group');
  const inside = make('div', 'tiles');
  section.setAttribute('aria-label', readable(kind));
  section.style.setProperty('--rows', String(Math.ceil(members.length / USUAL_COLUMNS)));
  inside.append(...members.map((tile) => tile.button));
  section.append(make('h4', '', readable(kind)), inside);
  return { section, members };
}

/** @param {PickerPicture[]} pictures
 * @param {PickerValue} value */
function build(pictures, { columns = 1, cell = TILE }) {
  tiles = pictures.map((picture, index) => makeTile(picture, index, columns));
  /** @type {Map<string, Tile[]>} */
  const kinds = new Map();
  for (const tile of tiles) kinds.set(tile.kind, [...(kinds.get(tile.kind) ?? []), tile]);
  groups = [...kinds].map(([kind, members]) => makeGroup(kind, members));
  grid.style.setProperty('--columns', String(columns));
  grid.classList.toggle('enlarged', cell < TILE);
  find('.groups').replaceChildren(...groups.map((group) => group.section));

  const options = [...kinds].map(
    ([kind, members]) =>
      new Option(fill(words.kind, { kind: readable(kind), count: members.length }), kind),
  );
  kindChoice.replaceChildren(new Option(words.all_kinds, ''), ...options);
  box.value = '';
  find('.legend').hidden = pictures.every((picture) => picture.seen);
  grid.scrollTop = 0;
}

// ---- the sheet, fetched once it is needed

async function loadSheet() {
  if (!inSight || !sheet) return;
  const wanted = sheet;
  let address = sheet;
  if (blobURL) URL.revokeObjectURL(blobURL);
  blobURL = null;
  if (address.startsWith('data:')) {
    // a long data URI would be parsed again for every tile
    const blob = await (await fetch(address)).blob();
    if (wanted !== sheet) return;
    address = blobURL = URL.createObjectURL(blob);
  }
  grid.style.setProperty('--sheet', `url(${JSON.stringify(address)})`);
}

new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  inSight = true;
  loadSheet();
  bringIntoSight(selected);
}).observe(grid);

// ---- searching

function filter() {
  const begun = performance.now();
  const ofKind = tiles.filter((tile) => !kindChoice.value || tile.kind === kindChoice.value);
  const found = search(ofKind, box.value);

  // A search must not make the page jump: the box keeps the height that it has with everything.
  const all = found.length === tiles.length;
  if (all) grid.style.minHeight = '';
  else if (!grid.style.minHeight) grid.style.minHeight = `${grid.offsetHeight}px`;

  const kept = new Set(found);
  for (const group of groups) {
    for (const tile of group.members) tile.button.hidden = !kept.has(tile);
    group.section.hidden = !group.members.some((tile) => kept.has(tile));
  }
  const kind = readable(kindChoice.value);
  const typed = box.value.trim();
  find('.nothing').textContent = fill(kind ? words.nothing_of_kind : words.nothing, {
    typed,
    kind,
  });
  find('.nothing').hidden = found.length > 0 || !tiles.length;
  const counts = { k: found.length, n: tiles.length };
  find('.count').textContent = fill(all ? words.count : words.count_of, counts);
  chooseTabStop();
  if (all) bringIntoSight(selected);
  setData(element, { shown: found.length, filterMs: (performance.now() - begun).toFixed(1) });
}

// ---- picking

const visible = () => tiles.filter((tile) => !tile.button.hidden);

// The Tab key stops once in the grid: at the marked picture, or else at the first.
/** @param {HTMLElement} [button] */
function chooseTabStop(button) {
  const shown = visible();
  const stop = button ?? (shown.find((tile) => tile.name === selected) ?? shown[0])?.button;
  for (const tile of tiles) tile.button.tabIndex = tile.button === stop ? 0 : -1;
}

/** @param {string | null} name */
function mark(name) {
  selected = name;
  for (const tile of tiles) tile.button.setAttribute('aria-pressed', String(tile.name === name));
  chooseTabStop();
}

/** @param {string | null} name */
function bringIntoSight(name) {
  const tile = tiles.find((one) => one.name === name);
  if (!tile) return;
  const view = grid.getBoundingClientRect();
  const place = tile.button.getBoundingClientRect();
  if (place.top < view.top || place.bottom > view.bottom) {
    grid.scrollTop += place.top - view.top - view.height / 2 + place.height / 2;
  }
}

grid.addEventListener('click', ({ target }) => {
  const tile = tiles.find(({ button }) => button.contains(/** @type {Node} */ (target)));
  if (!tile) return;
  mark(tile.name);
  trigger('pick', { name: tile.name });
});

/** The tile nearest above (-1) or below (+1): tiles come row by row, so walk until the next row ends.
 * @param {Tile[]} shown
 * @param {number} from
 * @param {-1 | 1} way */
function nextRow(shown, from, way) {
  const here = shown[from].button.getBoundingClientRect();
  /** @type {{ i: number, distance: number } | null} */
  let best = null;
  /** @type {number | null} */
  let row = null;
  for (let i = from + way; i >= 0 && i < shown.length; i += way) {
    const place = shown[i].button.getBoundingClientRect();
    if (place.top === here.top) continue;
    if (row !== null && place.top !== row) break;
    row = place.top;
    const distance = Math.abs(place.left - here.left);
    if (!best || distance < best.distance) best = { i, distance };
  }
  return best ? best.i : from;
}

grid.addEventListener('keydown', (event) => {
  const shown = visible();
  const from = shown.findIndex((tile) => tile.button === event.target);
  /** @type {Record<string, () => number>} */
  const ways = {
    ArrowLeft: () => from - 1,
    ArrowRight: () => from + 1,
    ArrowUp: () => nextRow(shown, from, -1),
    ArrowDown: () => nextRow(shown, from, +1),
    Home: () => 0,
    End: () => shown.length - 1,
  };
  if (from < 0 || !(event.key in ways)) return;
  event.preventDefault();
  const to = shown[Math.max(0, Math.min(shown.length - 1, ways[event.key]()))].button;
  chooseTabStop(to);
  to.focus();
});

box.addEventListener('input', filter);
box.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowDown') return;
  event.preventDefault();
  visible()[0]?.button.focus();
});
kindChoice.addEventListener('change', () => {
  grid.scrollTop = 0;
  filter();
});

// ---- the server's word

function take() {
  /** @type {PickerValue | null} */
  const value = props.value;
  if (!value) return;
  if (value.pictures) build(value.pictures, value);
  if (value.sheet && value.sheet !== sheet) {
    sheet = value.sheet;
    loadSheet();
  }
  if (value.selected !== undefined) mark(value.selected);
  if (value.pictures) filter();
  if (value.selected !== undefined) bringIntoSight(value.selected);
}

watch('value', take);
take();
