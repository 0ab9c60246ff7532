// The pad: strokes are kept as lines of points, so that Undo is "paint all but the last again".
//
// props.value, from the server: { clear: true } or { mode: 'digit' | 'colour', size: pixels }.
// Tells Python 'drawn' { png: data URI, empty: bool } after each stroke, Undo and Clear.
// For tests, `element` carries data-ink and data-strokes.

const MODES = {
  // A digit's stroke is as wide and as soft as those of MNIST: 2.6 of 28 pixels once shrunk.
  digit: { paper: '#000000', size: 28, hint: 'Draw a digit', brush: 0.085, blur: 0.02 },
  colour: { paper: '#ffffff', size: 64, hint: 'Draw something', brush: 0.07, blur: 0 },
};
const WHITE = '#ffffff';
const SIDE = 300; // the PNG's side, about: a whole multiple of the picture's

const find = (selector) => element.querySelector(selector);
const findAll = (selector) => [...element.querySelectorAll(selector)];
const canvas = find('canvas');
const context = canvas.getContext('2d');
const finished = document.createElement('canvas'); // all strokes but the one being drawn
const finishedContext = finished.getContext('2d');

let ink; // 'digit' or 'colour'
let colour;
let brush; // its width, as a share of the sheet's side
let erasing = false;
let marks = []; // strokes { points, colour, width, blur } and clears { clear }, oldest first
let stroke = null; // the stroke being drawn
let pointer = null; // and the pointer that draws it

// ---- painting

function paintPaper() {
  finishedContext.shadowBlur = 0;
  finishedContext.fillStyle = MODES[ink].paper;
  finishedContext.fillRect(0, 0, finished.width, finished.height);
}

// One smooth line: each point bends the curve between the middles of its neighbours.
function paint(target, { points, colour, width, blur }) {
  const middle = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
  target.lineCap = target.lineJoin = 'round';
  target.strokeStyle = target.shadowColor = colour;
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
  const lastClear = marks.findLastIndex((mark) => mark.clear);
  for (const mark of marks.slice(lastClear + 1)) paint(finishedContext, mark);
  refresh();
  tellState();
}

const isEmpty = () => !marks.length || Boolean(marks[marks.length - 1].clear);

function tellState() {
  find('.hint').hidden = !isEmpty() || stroke !== null;
  find('.undo').disabled = !marks.length;
  find('.clear').disabled = isEmpty();
  element.dataset.strokes = marks.filter((mark) => !mark.clear).length;
}

function tellDrawn() {
  trigger('drawn', { png: finished.toDataURL('image/png'), empty: isEmpty() });
}

// ---- a stroke, from the pointer's touching down to its lifting (or being taken away)

function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

canvas.addEventListener('pointerdown', (event) => {
  if (pointer !== null || event.button !== 0) return;
  event.preventDefault(); // no text selection, no scrolling
  canvas.focus({ preventScroll: true, focusVisible: false }); // so that Ctrl+Z is ours
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
  if (event.pointerId !== pointer) return;
  const events = event.getCoalescedEvents?.() || [];
  stroke.points.push(...(events.length ? events : [event]).map(place));
  refresh();
});

function finish(event) {
  if (event.pointerId !== pointer) return;
  marks.push(stroke);
  paint(finishedContext, stroke);
  stroke = null;
  pointer = null;
  refresh();
  tellState();
  tellDrawn();
}
// A pointer that the system takes away (a call, a gesture) ends the stroke; what is drawn stays.
for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
  canvas.addEventListener(end, finish);
}

// ---- tools

function undo() {
  if (!marks.length || stroke) return;
  marks.pop();
  repaint();
  tellDrawn();
}

find('.undo').addEventListener('click', undo);
find('.clear').addEventListener('click', () => {
  marks.push({ clear: true }); // so that Undo brings the drawing back
  repaint();
  tellDrawn();
});
element.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== 'z') return;
  event.preventDefault();
  undo();
});

function markTools() {
  const press = (button, on) => button.setAttribute('aria-pressed', String(on));
  for (const button of findAll('.colours button')) {
    press(button, !erasing && button.dataset.colour === colour);
  }
  for (const button of findAll('.brushes [data-width]')) {
    press(button, Number(button.dataset.width) === brush);
  }
  press(find('.eraser'), erasing);
}

for (const button of findAll('.colours button')) {
  button.addEventListener('click', () => {
    colour = button.dataset.colour;
    erasing = false;
    markTools();
  });
}
for (const button of findAll('.brushes [data-width]')) {
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

function startSheet(mode, size) {
  ink = mode in MODES ? mode : 'digit';
  const pixels = size || MODES[ink].size;
  const side = pixels * Math.max(1, Math.round(SIDE / pixels));
  for (const sheet of [canvas, finished]) sheet.width = sheet.height = side;
  ({ brush } = MODES[ink]);
  colour = '#000000';
  erasing = false;
  marks = [];
  stroke = null;
  pointer = null;
  find('.pad').classList.toggle('digit', ink === 'digit');
  find('.hint').textContent = MODES[ink].hint;
  element.dataset.ink = ink;
  markTools();
  repaint();
}

function take() {
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
