// @ts-check
// The pad: strokes are kept as lines of points, so that Undo is "paint all but the last again".
//
// Tells Python 'drawn' { png: data URI, empty: bool } after each stroke, Undo and Clear.
// For tests, `element` carries data-ink and data-strokes.

import { all, find, setData } from './dom.js';

/** @typedef {{ points: Point[], colour: string, width: number, blur: number }} Stroke */
/** @typedef {[x: number, y: number]} Point */

/** @type {ComponentWords['pad']} */
const words = WORDS;
const MODES = {
  // A digit's stroke is as wide and as soft as those of MNIST: 2.6 of 28 pixels once shrunk.
  digit: { paper: '#000000', size: 28, brush: 0.085, blur: 0.02 },
  colour: { paper: '#ffffff', size: 64, brush: 0.07, blur: 0 },
};
const WHITE = '#ffffff';
const SIDE = 300; // the PNG's side, about: a whole multiple of the picture's

const canvas = find('canvas', HTMLCanvasElement);
const context = contextOf(canvas);
const finished = document.createElement('canvas'); // all strokes but the one being drawn
const finishedContext = contextOf(finished);
const undoButton = find('.undo', HTMLButtonElement);
const clearButton = find('.clear', HTMLButtonElement);

/** @type {Ink} */
let ink = 'digit';
let colour = '';
let brush = 0; // its width, as a share of the sheet's side
let erasing = false;
/** @type {(Stroke | 'clear')[]} */
let marks = []; // oldest first
/** @type {Stroke | null} */
let stroke = null; // the stroke being drawn
/** @type {number | null} */
let pointer = null; // and the pointer that draws it

/** @param {HTMLCanvasElement} sheet */
function contextOf(sheet) {
  const found = sheet.getContext('2d');
  if (!found) throw new Error('This browser draws nothing.');
  return found;
}

// ---- painting

function paintPaper() {
  finishedContext.shadowBlur = 0;
  finishedContext.fillStyle = MODES[ink].paper;
  finishedContext.fillRect(0, 0, finished.width, finished.height);
}

/** One smooth line: each point bends the curve between the middles of its neighbours.
 * @param {CanvasRenderingContext2D} target
 * @param {Stroke} stroke */
function paint(target, { points, colour: paintedIn, width, blur }) {
  /** @type {(p: Point, q: Point) => Point} */
  const middle = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
  target.lineCap = 'round';
  target.lineJoin = 'round';
  target.strokeStyle = paintedIn;
  target.shadowColor = paintedIn;
  target.lineWidth = width;
  target.shadowBlur = blur;
  target.beginPath();
  target.moveTo(...points[0]);
  for (let i = 1; i < points.length; i++) {
    target.quadraticCurveTo(...points[i - 1], ...middle(points[i - 1], points[i]));
  }
  const [x, y] = points[points.length - 1];
  target.lineTo(x + 0.01, y); // a line without length would leave no dot
  target.stroke();
}

function refresh() {
  context.shadowBlur = 0;
  context.drawImage(finished, 0, 0);
  if (stroke) paint(context, stroke);
}

function repaint() {
  paintPaper();
  for (const mark of marks.slice(marks.lastIndexOf('clear') + 1)) {
    if (mark !== 'clear') paint(finishedContext, mark);
  }
  refresh();
  tellState();
}

const isEmpty = () => (marks.at(-1) ?? 'clear') === 'clear';

function tellState() {
  find('.hint').hidden = !isEmpty() || stroke !== null;
  undoButton.disabled = !marks.length;
  clearButton.disabled = isEmpty();
  setData(element, { strokes: marks.filter((mark) => mark !== 'clear').length });
}

function tellDrawn() {
  trigger('drawn', { png: finished.toDataURL('image/png'), empty: isEmpty() });
}

// ---- a stroke, from the pointer's touching down to its lifting (or being taken away)

/** @param {PointerEvent} event
 * @returns {Point} */
function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

canvas.addEventListener('pointerdown', (event) => {
  if (pointer !== null || event.button !== 0) return;
  event.preventDefault(); // no text selection, no scrolling
  const quietly = { preventScroll: true, focusVisible: false };
  canvas.focus(quietly); // so that Ctrl+Z is ours
  pointer = event.pointerId;
  canvas.setPointerCapture(pointer);
  const side = canvas.width;
  stroke = {
    points: [place(event)],
    colour: ink === 'digit' ? WHITE : erasing ? MODES[ink].paper : colour,
    width: brush * side,
    blur: MODES[ink].blur * side,
  };
  refresh();
  tellState();
});

canvas.addEventListener('pointermove', (event) => {
  if (!stroke || event.pointerId !== pointer) return;
  const events = event.getCoalescedEvents?.() ?? [];
  stroke.points.push(...(events.length ? events : [event]).map(place));
  refresh();
});

/** @param {PointerEvent} event */
function finish(event) {
  if (!stroke || event.pointerId !== pointer) return;
  marks.push(stroke);
  paint(finishedContext, stroke);
  stroke = null;
  pointer = null;
  refresh();
  tellState();
  tellDrawn();
}
// A pointer that the system takes away (a call, a gesture) ends the stroke; what is drawn stays.
for (const end of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
  canvas.addEventListener(end, finish);
}

// ---- tools

function undo() {
  if (!marks.length || stroke) return;
  marks.pop();
  repaint();
  tellDrawn();
}

undoButton.addEventListener('click', undo);
clearButton.addEventListener('click', () => {
  marks.push('clear'); // so that Undo brings the drawing back
  repaint();
  tellDrawn();
});
element.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== 'z') return;
  event.preventDefault();
  undo();
});

function markTools() {
  /** @type {(button: Element, on: boolean) => void} */
  const press = (button, on) => button.setAttribute('aria-pressed', String(on));
  for (const button of all('.colours button')) {
    press(button, !erasing && button.dataset.colour === colour);
  }
  for (const button of all('.brushes [data-width]')) {
    press(button, Number(button.dataset.width) === brush);
  }
  press(find('.eraser'), erasing);
}

for (const button of all('.colours button')) {
  button.addEventListener('click', () => {
    colour = button.dataset.colour ?? '';
    erasing = false;
    markTools();
  });
}
for (const button of all('.brushes [data-width]')) {
  button.addEventListener('click', () => {
    brush = Number(button.dataset.width);
    markTools();
  });
}
find('.eraser').addEventListener('click', () => {
  erasing = !erasing;
  markTools();
});

// ---- a new sheet, and the server's word

/** @param {Ink} mode
 * @param {number} [size] the side of the picture that will be made of it */
function startSheet(mode, size) {
  ink = mode in MODES ? mode : 'digit';
  const pixels = size || MODES[ink].size;
  const side = pixels * Math.max(1, Math.round(SIDE / pixels));
  for (const sheet of [canvas, finished]) {
    sheet.width = side;
    sheet.height = side;
  }
  ({ brush } = MODES[ink]);
  colour = '#000000';
  erasing = false;
  marks = [];
  stroke = null;
  pointer = null;
  find('.pad').classList.toggle('digit', ink === 'digit');
  find('.hint').textContent = words[ink];
  setData(element, { ink });
  markTools();
  repaint();
}

function take() {
  /** @type {PadValue | null} */
  const word = props.value;
  if (!word) return;
  if (word.mode) startSheet(word.mode, word.size);
  if (word.clear) {
    marks = [];
    stroke = null;
    pointer = null;
    repaint();
  }
  props.value = ''; // forget it: the same word must be heard when it is said again
}

startSheet(props.ink, props.size);
watch('value', take);
take();
