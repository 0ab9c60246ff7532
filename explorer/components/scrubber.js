// @ts-check
// The scrubber: keeps every frame of a run in the browser and draws the one under the slider.
//
// props.value is one piece of a run, and pieces add up; Gradio calls watch() once for each. A frame's
// PNG holds all views, side by side or one below the other.
// Tells Python 'scrub' {k} when the visitor comes to rest on a frame.
// For tests, `element` carries data-run, data-state, data-frames and data-position.

import { all, find, setData } from './dom.js';
import { number } from './number.js';
import { stepOf } from './one_step.js';
import { live } from './scene.js';
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
const further = find('.further', HTMLButtonElement);
const opened = find('.step');

/** @typedef {RunPiece['run']} Run */
/** @type {Run | null} */
let run = null; // the id of the run on show
const pastRuns = new Set(); // a late piece of an older run must not push the newer one aside
/** @type {ImageBitmap[]} */
let frames = []; // decoded pictures, by index
/** @type {string[]} */
let captions = [];
let total = 0;
let planned = 0; // frames, unless the run is stopped
/** @type {(number | undefined)[]} t of each frame, where it is known */
let times = [];
/** @type {RunPiece['rule']} how a step is taken, where it can be opened */
let rule;
let intro = false; // plays once by itself, when it comes into sight
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
  if (!opened.hidden) showStep();
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

// ---- one step, opened: from the frame before to the one on show

/** @param {string} name
 * @param {string} label */
function stepCanvas(name, label) {
  const canvas = find(`.step .${name}`, HTMLCanvasElement);
  const { width, height } = canvases[0];
  if (canvas.width !== width) Object.assign(canvas, { width, height });
  const title = canvas.previousElementSibling;
  if (title instanceof HTMLElement) setLabel(title, label);
  canvas.setAttribute('aria-label', label);
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
}

/** A view of a frame, of three one below the other.
 * @param {CanvasRenderingContext2D} target
 * @param {ImageBitmap} frame
 * @param {number} view */
function copy(target, frame, view) {
  const height = frame.height / 3;
  target.drawImage(frame, 0, view * height, frame.width, height, 0, 0, frame.width, height);
}

function showStep() {
  const before = frames[position - 1];
  const after = frames[position];
  const [t, next] = [times[position - 1], times[position]];
  const alphaBar = live.scene?.alphaBar;
  const known = before && after && alphaBar && t !== undefined && next !== undefined;
  opened.classList.toggle('nothing', !known);
  setLabel(find('.told'), known ? words.step.told[rule ?? 'other'] : words.step.first);
  if (!known) return;
  const { keep, add } = stepOf(alphaBar[t], alphaBar[next]);
  copy(stepCanvas('x_t', fill(words.step.x_t, { t })), before, 0);
  copy(stepCanvas('eps_hat', words.step.eps_hat), before, 2);
  copy(stepCanvas('x_0_hat', words.step.x_0_hat), before, 1);
  copy(stepCanvas('next', fill(words.step.next, { t: next })), after, 0);
  const sum = find('.sum');
  sum.hidden = rule !== 'ddim';
  setLabel(sum, fill(words.step.sum, { keep: number(keep), add: number(add) }));
}

function goFurther() {
  const wasHidden = opened.hidden;
  opened.hidden = false;
  further.setAttribute('aria-expanded', 'true');
  const atEnd = position >= newest;
  moveTo(atEnd && wasHidden ? first + 1 : position + 1);
  settle();
  if (wasHidden) opened.scrollIntoView({ block: 'nearest' });
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
  planned = 0;
  times = [];
  rule = undefined;
  intro = false;
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
  if (follow && k === newest && !(intro && k > first)) show(k);
  else if (k === position) draw(frame);
  tellState();
  playIntro();
}

function tellState() {
  const empty = newest < 0;
  const state = run === null ? 'empty' : empty ? 'waiting' : done ? 'done' : 'running';
  figure.classList.toggle('waiting', state === 'waiting');
  find('progress', HTMLProgressElement).value = total ? (newest + 1) / total : 0;
  for (const control of [...all('.controls button', HTMLButtonElement), speed, range]) {
    control.disabled = empty;
  }
  further.hidden = times.length === 0;
  if (further.hidden) opened.hidden = true;
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
    rule = piece.rule;
    intro = Boolean(piece.intro);
  }
  if (!done) planned = Math.max(planned, piece.total ?? 0);
  const wasDone = done; // stopped, say: a piece that was under way then does not reopen the run
  total = Math.max(wasDone ? total : (piece.total ?? 0), start + sources.length);
  range.min = String(first);
  range.max = String(Math.max(first, total - 1));
  sources.forEach((source, j) => {
    captions[start + j] = piece.captions?.[j] ?? '';
    if (piece.times) times[start + j] = piece.times[j];
    addFrame(start + j, source);
  });
  done = wasDone || Boolean(piece.done) || start + sources.length >= total;
  if (piece.done || !wasDone) find('.status').textContent = piece.status || '';
  if (done && !wasDone) tellEnd();
  if (!done) find('.announce').textContent = '';
  tellState();
}

/** Was it stopped? Then its end is not where the timeline's end was meant to be. */
function tellEnd() {
  const caption = captions[total - 1] ?? '';
  const stopped = total < planned && total > 0;
  const text = fill(stopped ? words.stopped : words.done, { caption, k: total, n: planned });
  find('.announce').textContent = text;
  if (!stopped) return;
  find('.status').textContent = text;
  find('.ends .clean').textContent = caption;
}

// A run that was ready before anybody came plays once, when it is first seen.
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
let inSight = false;

function playIntro() {
  if (!intro || !done || !inSight || newest < total - 1) return;
  intro = false;
  if (calm.matches) {
    moveTo(Math.floor((first + newest) / 2));
  } else {
    show(first);
    play();
  }
}

new IntersectionObserver(
  (changes) => {
    inSight = Boolean(changes.at(-1)?.isIntersecting);
    playIntro();
  },
  { threshold: 0.5 },
).observe(find('.views'));

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

further.addEventListener('click', goFurther);

// The pictures can be dragged through time: across them is the whole run.
const views = find('.views');
let from = 0; // the frame on which a drag began
let x = 0;
views.addEventListener('pointerdown', (event) => {
  if (newest < 0 || event.button) return;
  [from, x] = [position, event.clientX];
  intro = false;
  views.setPointerCapture(event.pointerId);
});
views.addEventListener('pointermove', (event) => {
  if (!views.hasPointerCapture(event.pointerId)) return;
  const moved = Math.round(((event.clientX - x) / views.clientWidth) * (newest - first));
  if (moved || playing) moveTo(from + moved);
});
views.addEventListener('pointerup', settle);

/** @type {Record<string, () => void>} */
const KEYS = {
  s: () => further.hidden || goFurther(),
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
