// @ts-check
// The picture row: small pictures side by side, each with a label and a note.
//
// A new picture is decoded first and then drawn over the old one. For tests, each canvas carries
// data-drawn, which grows by one with every picture drawn, and `element` data-pictures.

import { find, setData } from './dom.js';
import { setLabel } from './symbols.js';

/** @typedef {ReturnType<typeof makeFigure>} RowFigure */

const row = find('.row');
row.style.setProperty('--columns', String(props.columns));
/** @type {RowFigure[]} */
const figures = [];
let newest = 0;

function makeFigure() {
  const box = document.createElement('figure');
  const label = document.createElement('p');
  const canvas = document.createElement('canvas');
  const note = document.createElement('p');
  label.className = 'label';
  note.className = 'note';
  canvas.setAttribute('role', 'img');
  box.append(label, canvas, note);
  row.append(box);
  const shown = { uri: /** @type {DataURI | null | undefined} */ (undefined), text: '' };
  return { box, label, canvas, note, shown };
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
    pictures.map(({ uri, label, note }, i) => {
      const figure = figures[i];
      const text = label ?? '';
      if (figure.shown.text !== text) {
        figure.shown.text = text;
        setLabel(figure.label, text);
        figure.canvas.setAttribute('aria-label', text);
      }
      figure.note.textContent = note ?? '';
      return uri === figure.shown.uri ? null : draw(figure, uri);
    }),
  );
  if (turn === newest) setData(element, { pictures: pictures.length });
}

watch('value', take);
take();
