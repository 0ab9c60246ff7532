// @ts-check
// The scrubber: keeps every frame of a run in the browser and draws the one under the slider.
//
// props.value is one piece of a run, and pieces add up; Gradio calls watch() once for each. A frame's
// PNG holds all views, side by side or one below the other.
// Tells Python 'scrub' {k} when the visitor comes to rest on a frame.
// For tests, `element` carries data-run, data-state, data-frames and data-position.

import { all, find, setData } from './dom.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';

/** @type {ComponentWords['scrubber']} */
const words = WORDS;
const PLAY_TIME = 5000; // ms: a whole run at speed 1, unless a frame would last too short or long
const SHORTEST_FRAME = 20;
const LONGEST_FRAME = 300;

const figure = find('.scrubber');
const range = find('input', HTMLInputElement);
const speed = find('.speed', HTMLSelectElement);
const playButton = find('.play');

/** @typedef {RunPiece['run']} Run */
/** @type {Run | null} */
let run = null; // the id of the run on show
const pastRuns = new Set(); // a late piece of an older run must not push the newer one aside
/** @type {ImageBitmap[]} */
let frames = []; // decoded pictures, by index
/** @type {string[]} */
let captions = [];
let total = 0;
let first = 0; // the first frame we were given: 0, unless this page joined a run late
let newest = -1; // the last frame decoded so far
let position = 0; // the frame on show
let done = false;
let follow = true; // stay on the newest frame while the run is computed
let playing = false;
/** @type {number | null} */
let settled = null; // the frame that Python was last told about
/** @type {string[]} */
let labels = [];
/** @type {HTMLCanvasElement[]} */
let canvases = [];

// ---- views: a label and a canvas each

/** @param {string[]} names */
function makeViews(names) {
  if (names.join('\n') === labels.join('\n')) return;
  labels = [...names];
  canvases = labels.map(() => document.createElement('canvas'));
  const views = labels.map((name, i) => {
    const view = document.createElement('div');
    const label = document.createElement('p');
    view.className = 'view';
    label.className = 'label';
    setLabel(label, name);
    canvases[i].setAttribute('role', 'img');
    canvases[i].setAttribute('aria-label', name);
    view.append(label, canvases[i]);
    return view;
  });
  find('.views').replaceChildren(...views);
}

/** @param {ImageBitmap} frame */
function draw(frame) {
  const stacked = frame.height > frame.width;
  const width = stacked ? frame.width : frame.width / canvases.length;
  const height = stacked ? frame.height / canvases.length : frame.height;
  canvases.forEach((canvas, i) => {
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.aspectRatio = String(width / height);
    }
    const [x, y] = stacked ? [0, i * height] : [i * width, 0];
    canvas.getContext('2d')?.drawImage(frame, x, y, width, height, 0, 0, width, height);
  });
}

// ---- where we are

/** @param {number} k a frame, or near the last one */
function show(k) {
  position = Math.max(first, Math.min(newest, k));
  if (frames[position]) draw(frames[position]);
  const caption = captions[position] || '';
  const count = fill(words.count, { k: position + 1, n: total });
  range.value = String(position);
  range.setAttribute('aria-valuetext', fill(words.frame, { caption, count }));
  find('.caption').textContent = caption;
  find('.count').textContent = count;
  setData(element, { position });
}

/** @param {number} k */
function moveTo(k) {
  pause();
  show(k);
  follow = position === newest;
}

function settle() {
  if (newest < 0 || position === settled) return;
  settled = position;
  trigger('scrub', { k: position });
}

// ---- play

/** @param {boolean} on */
function setPlaying(on) {
  playing = on;
  figure.classList.toggle('playing', on);
  const name = on ? words.pause : words.play;
  playButton.setAttribute('aria-label', name);
  playButton.title = name;
}

function pause() {
  if (playing) setPlaying(false);
}

function play() {
  if (newest < 0) return;
  if (position >= newest) show(first);
  setPlaying(true);
  follow = false;
  const ofRun = run;
  const frameTime = Math.max(SHORTEST_FRAME, Math.min(LONGEST_FRAME, PLAY_TIME / total));
  /** @type {number | null} */
  let last = null;
  let owed = 0; // ms of play not yet shown
  /** @param {number} now */
  function tick(now) {
    if (!playing || run !== ofRun) return;
    owed += Math.min(now - (last ?? now), 250) * Number(speed.value);
    last = now;
    const steps = Math.floor(owed / frameTime);
    owed -= steps * frameTime;
    if (steps > 0) show(position + steps);
    if (position < newest) {
      requestAnimationFrame(tick);
      return;
    }
    pause();
    follow = true; // at the newest frame of a run still being computed: go on with it
    settle();
  }
  requestAnimationFrame(tick);
}

function togglePlay() {
  if (playing) {
    pause();
    settle();
  } else {
    play();
  }
}

// ---- pieces from the server

/** @param {Run | null} id */
function reset(id) {
  pause();
  for (const frame of frames) frame?.close();
  pastRuns.add(run);
  run = id;
  frames = [];
  captions = [];
  total = 0;
  newest = -1;
  position = 0;
  follow = true;
  done = false;
  settled = null;
}

/** @param {DataURI} source */
async function decode(source) {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  return createImageBitmap(picture);
}

/** @param {number} k
 * @param {DataURI} source */
async function addFrame(k, source) {
  const ofRun = run;
  const frame = await decode(source).catch(() => null); // a damaged frame is left out
  if (!frame || run !== ofRun) return;
  frames[k] = frame;
  newest = Math.max(newest, k);
  if (follow && k === newest) show(k);
  else if (k === position) draw(frame);
  tellState();
}

function tellState() {
  const empty = newest < 0;
  const state = run === null ? 'empty' : empty ? 'waiting' : done ? 'done' : 'running';
  figure.classList.toggle('waiting', state === 'waiting');
  find('progress', HTMLProgressElement).value = total ? (newest + 1) / total : 0;
  for (const control of [...all('.controls button', HTMLButtonElement), speed, range]) {
    control.disabled = empty;
  }
  setData(element, { run: run ?? '', state, frames: frames.filter(Boolean).length });
}

function take() {
  /** @type {RunPiece | null} */
  const piece = props.value;
  if (!piece || piece.run === undefined) {
    reset(null);
    for (const canvas of canvases)
      canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    for (const text of ['.caption', '.count']) find(text).textContent = '';
    find('.status').textContent = props.placeholder;
    setEnds(words.ends);
    tellState();
    return;
  }
  if (piece.download) {
    save(piece.download);
    return;
  }
  if (pastRuns.has(piece.run)) return;
  const sources = piece.frames ?? [];
  const start = piece.start ?? 0;
  if (piece.run !== run) {
    reset(piece.run);
    first = start;
    setEnds(piece.ends ?? words.ends);
    makeViews(piece.views ?? props.views);
  }
  const wasDone = done; // stopped, say: a piece that was under way then does not reopen the run
  total = Math.max(wasDone ? total : (piece.total ?? 0), start + sources.length);
  range.min = String(first);
  range.max = String(Math.max(first, total - 1));
  sources.forEach((source, j) => {
    captions[start + j] = piece.captions?.[j] ?? '';
    addFrame(start + j, source);
  });
  done = wasDone || Boolean(piece.done) || start + sources.length >= total;
  if (piece.done || !wasDone) find('.status').textContent = piece.status || '';
  if (done && !wasDone) find('.announce').textContent = fill(words.done, { n: total });
  if (!done) find('.announce').textContent = '';
  tellState();
}

/** A file made on the server from this run: hand it to the browser to keep.
 * @param {{ name: string, uri: DataURI }} file */
function save({ name, uri }) {
  const link = document.createElement('a');
  link.href = uri;
  link.download = name;
  link.click();
}

/** @param {[string, string]} ends */
function setEnds(ends) {
  find('.ends .noise').textContent = ends[0];
  find('.ends .clean').textContent = ends[1];
}

// ---- the visitor's hands

range.addEventListener('input', () => moveTo(Number(range.value)));
range.addEventListener('change', settle);
playButton.addEventListener('click', togglePlay);
for (const [button, step] of Object.entries({ '.back': -1, '.forward': 1 })) {
  find(button).addEventListener('click', () => {
    moveTo(position + step);
    settle();
  });
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowLeft: () => moveTo(position - 1),
  ArrowDown: () => moveTo(position - 1),
  ArrowRight: () => moveTo(position + 1),
  ArrowUp: () => moveTo(position + 1),
  Home: () => moveTo(first),
  End: () => moveTo(newest),
  ' ': togglePlay,
};
/** The slider and the menu move by themselves, and Space presses a button.
 * @param {KeyboardEvent} event */
function hasOwnUse({ target, key }) {
  if (target === range) return key !== ' ';
  return target === speed || (target instanceof HTMLButtonElement && key === ' ');
}
figure.addEventListener('keydown', (event) => {
  const withModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (!(event.key in KEYS) || withModifier || hasOwnUse(event) || newest < 0) return;
  event.preventDefault(); // do not scroll the page
  KEYS[event.key]();
});
figure.addEventListener('keyup', (event) => {
  if (event.key in KEYS && !hasOwnUse(event) && !playing) settle();
});

makeViews(props.views);
watch('value', take);
take();
