// The picker: one button a picture, cut out of a single sheet; searching only hides buttons.
//
// props.value: { sheet: URL or data URI, columns, cell, pictures: [{ name, kind, seen }], selected }
// in the sheet's order. A value without `pictures` only moves the mark to `selected`.
// Tells Python 'pick' { name }. For tests, `element` carries data-shown and data-filter-ms.

const TILE = 44; // px, as in picker.css
const USUAL_COLUMNS = 5; // for guessing the height of kinds out of sight
const SEEN = 'seen in training';
const NEVER_SEEN = 'never seen';

const find = (selector) => element.querySelector(selector);
const search = find('input');
const kindChoice = find('select');
const grid = find('.grid');

let tiles = []; // { button, name, kind, text }
let groups = []; // { section, tiles }: the pictures of one kind
let selected = null;
let sheet = null; // the sheet's address; fetched when the grid is first in sight
let blobURL = null;
let inSight = false;

// ---- making the grid

// "Cat-Face" -> " cat face ": lower case, no accents, a space before every word.
function plain(text) {
  const bare = text
    .normalize('NFD')
    .replace(/\p{M}|['’]/gu, '')
    .toLowerCase();
  return ` ${bare.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;
}

const readable = (kind) => kind.replaceAll('-', ' ');

function make(tag, className, text = '') {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function makeTile({ name, kind, seen }, index, columns) {
  const button = make('button', seen ? 'tile' : 'tile unseen');
  const label = `${name}, ${seen ? SEEN : NEVER_SEEN}`;
  button.type = 'button';
  button.title = label;
  button.tabIndex = -1;
  button.dataset.name = name;
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-pressed', 'false');
  button.style.setProperty('--x', index % columns);
  button.style.setProperty('--y', Math.floor(index / columns));
  return { button, name, kind, text: plain(`${name} ${kind}`) };
}

function makeGroup(kind, members) {
  const section = make('section', 'group');
  const box = make('div', 'tiles');
  section.setAttribute('aria-label', readable(kind));
  section.style.setProperty('--rows', Math.ceil(members.length / USUAL_COLUMNS));
  box.append(...members.map((tile) => tile.button));
  section.append(make('h4', '', readable(kind)), box);
  return { section, tiles: members };
}

function build({ pictures, columns, cell }) {
  tiles = pictures.map((picture, index) => makeTile(picture, index, columns));
  const kinds = new Map();
  for (const tile of tiles) {
    if (!kinds.has(tile.kind)) kinds.set(tile.kind, []);
    kinds.get(tile.kind).push(tile);
  }
  groups = [...kinds].map(([kind, members]) => makeGroup(kind, members));
  grid.style.setProperty('--columns', columns);
  grid.classList.toggle('enlarged', cell < TILE);
  find('.groups').replaceChildren(...groups.map((group) => group.section));

  const options = [...kinds].map(
    ([kind, members]) => new Option(`${readable(kind)} (${members.length})`, kind),
  );
  kindChoice.replaceChildren(new Option('all kinds', ''), ...options);
  search.value = '';
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

// A picture fits when each word begins a word of its name or kind ("cats" also finds "cat").
function fits(tile, words, loose) {
  const has = (word) => tile.text.includes(loose ? word : ` ${word}`);
  return words.every(
    (word) =>
      has(word) ||
      (word.length > 3 && (has(word.replace(/ies$/, 'y')) || has(word.replace(/e?s$/, '')))),
  );
}

function filter() {
  const begun = performance.now();
  const words = plain(search.value).split(' ').filter(Boolean);
  const ofKind = tiles.filter((tile) => !kindChoice.value || tile.kind === kindChoice.value);
  let found = ofKind.filter((tile) => fits(tile, words, false));
  if (!found.length) found = ofKind.filter((tile) => fits(tile, words, true));

  // A search must not make the page jump: the box keeps the height that it has with everything.
  const all = found.length === tiles.length;
  if (all) grid.style.minHeight = '';
  else if (!grid.style.minHeight) grid.style.minHeight = `${grid.offsetHeight}px`;

  const kept = new Set(found);
  for (const group of groups) {
    for (const tile of group.tiles) tile.button.hidden = !kept.has(tile);
    group.section.hidden = !group.tiles.some((tile) => kept.has(tile));
  }
  const where = kindChoice.value ? ` among “${readable(kindChoice.value)}”` : '';
  find('.nothing').textContent = `Nothing matches “${search.value.trim()}”${where}.`;
  find('.nothing').hidden = found.length > 0 || !tiles.length;
  find('.count').textContent = `${all ? '' : `${found.length} of `}${tiles.length} pictures`;
  chooseTabStop();
  if (all) bringIntoSight(selected);
  element.dataset.shown = found.length;
  element.dataset.filterMs = (performance.now() - begun).toFixed(1);
}

// ---- picking

const visible = () => tiles.filter((tile) => !tile.button.hidden);

// The Tab key stops once in the grid: at the marked picture, or else at the first.
function chooseTabStop(button = null) {
  const shown = visible();
  const stop = button || (shown.find((tile) => tile.name === selected) || shown[0])?.button;
  for (const tile of tiles) tile.button.tabIndex = tile.button === stop ? 0 : -1;
}

function mark(name) {
  selected = name;
  for (const tile of tiles) tile.button.setAttribute('aria-pressed', String(tile.name === name));
  chooseTabStop();
}

function bringIntoSight(name) {
  const tile = tiles.find((tile) => tile.name === name);
  if (!tile) return;
  const box = grid.getBoundingClientRect();
  const place = tile.button.getBoundingClientRect();
  if (place.top < box.top || place.bottom > box.bottom) {
    grid.scrollTop += place.top - box.top - box.height / 2 + place.height / 2;
  }
}

grid.addEventListener('click', (event) => {
  const button = event.target.closest('.tile');
  if (!button) return;
  mark(button.dataset.name);
  trigger('pick', { name: button.dataset.name });
});

// The tile nearest above (-1) or below (+1): tiles come row by row, so walk until the next row ends.
function nextRow(shown, from, way) {
  const here = shown[from].button.getBoundingClientRect();
  let best = null;
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

search.addEventListener('input', filter);
search.addEventListener('keydown', (event) => {
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
  const value = props.value;
  if (!value) return;
  if (value.pictures) build(value);
  if (value.sheet && value.sheet !== sheet) {
    sheet = value.sheet;
    loadSheet();
  }
  if ('selected' in value) mark(value.selected);
  if (value.pictures) filter();
  if ('selected' in value) bringIntoSight(value.selected);
}

watch('value', take);
take();
