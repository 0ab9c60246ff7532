// @ts-check
// The picture row: small pictures side by side, each with a label and a note.
//
// A new picture is decoded first and then drawn over the old one. For tests, each canvas carries
// data-drawn, which grows by one with every picture drawn, and `element` data-pictures.

import { find, setData } from './dom.js';
import { followPixels, frameOf, valueIn } from './pixel.js';
import { live } from './scene.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';

/** @typedef {ReturnType<typeof makeFigure>} RowFigure */

/** @type {ComponentWords['picture_row']} */
const words = WORDS;
const row = find('.row');
row.style.setProperty('--columns', String(props.columns));
/** @type {RowFigure[]} */
const figures = [];
let newest = 0;

function makeFigure() {
  const box = document.createElement('figure');
  const label = document.createElement('p');
  const canvas = document.createElement('canvas');
  const value = document.createElement('p');
  const note = document.createElement('p');
  label.className = 'label';
  value.className = 'value';
  note.className = 'note';
  canvas.setAttribute('role', 'img');
  box.append(label, canvas, value, note);
  row.append(box);
  const frame = frameOf(canvas, '');
  const shown = { uri: /** @type {DataURI | null | undefined} */ (undefined), text: '', range: 1 };
  return { box, label, canvas, frame, value, note, shown };
}

/** @param {RowFigure} figure
 * @param {DataURI | null} uri */
async function draw({ box, canvas, shown }, uri) {
  shown.uri = uri;
  box.classList.toggle('waiting', !uri);
  if (!uri) return;
  const picture = new Image();
  picture.src = uri;
  await picture.decode().catch(() => null);
  if (shown.uri !== uri || !picture.width) return; // a newer one is under way
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.style.aspectRatio = String(picture.width / picture.height);
  }
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  setData(canvas, { drawn: Number(canvas.dataset.drawn ?? 0) + 1 });
  updatePixels();
}

async function take() {
  /** @type {PictureRowValue | null} */
  const value = props.value;
  const pictures = value?.pictures ?? [];
  newest += 1;
  const turn = newest;
  for (const { box } of figures.splice(pictures.length)) box.remove();
  while (figures.length < pictures.length) figures.push(makeFigure());
  await Promise.all(
    pictures.map(({ uri, label, note, range }, i) => {
      const figure = figures[i];
      const text = label ?? '';
      if (figure.shown.text !== text) {
        figure.shown.text = text;
        setLabel(figure.label, text);
        figure.canvas.setAttribute('aria-label', text);
        figure.frame.setAttribute('aria-label', fill(words.walk, { picture: text }));
      }
      figure.shown.range = range ?? 1;
      figure.note.textContent = note ?? '';
      return uri === figure.shown.uri ? null : draw(figure, uri);
    }),
  );
  if (turn === newest) setData(element, { pictures: pictures.length });
}

/** What each picture has there; a place that is waiting has nothing. */
function writePixel() {
  for (const { box, frame, value, shown } of figures) {
    const there = box.classList.contains('waiting') ? '' : valueIn(frame, shown.range);
    const colour = live.scene?.shape[0] === 3 ? words.channels[live.channel] : '';
    value.textContent = there && fill(words.value, { channel: colour, value: there }).trim();
  }
}

const updatePixels = followPixels(() => figures.map(({ frame }) => frame), writePixel);
watch('value', take);
take();
