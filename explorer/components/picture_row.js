// The picture row: props.value is { pictures: [{ uri, label, note }] }.
//
// A new picture is decoded first and then drawn over the old one. For tests, each canvas carries
// data-drawn, which grows by one with every picture drawn, and `element` data-pictures.

import { setLabel } from './symbols.js';

const row = element.querySelector('.row');
row.style.setProperty('--columns', props.columns);
let figures = []; // { box, label, canvas, note, uri }
let newest = 0;

function makeFigure() {
  const [box, label, canvas, note] = ['figure', 'p', 'canvas', 'p'].map((tag) =>
    document.createElement(tag),
  );
  label.className = 'label';
  note.className = 'note';
  canvas.setAttribute('role', 'img');
  box.append(label, canvas, note);
  row.append(box);
  return { box, label, canvas, note, uri: undefined };
}

async function draw(figure, uri) {
  figure.uri = uri;
  figure.box.classList.toggle('waiting', !uri);
  if (!uri) return;
  const picture = new Image();
  picture.src = uri;
  await picture.decode().catch(() => null);
  if (figure.uri !== uri || !picture.width) return; // a newer one is under way
  const { canvas } = figure;
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.style.aspectRatio = picture.width / picture.height;
  }
  canvas.getContext('2d').drawImage(picture, 0, 0);
  canvas.dataset.drawn = Number(canvas.dataset.drawn || 0) + 1;
}

async function take() {
  const pictures = props.value?.pictures || [];
  const turn = (newest += 1);
  while (figures.length > pictures.length) figures.pop().box.remove();
  while (figures.length < pictures.length) figures.push(makeFigure());
  await Promise.all(
    pictures.map(({ uri, label, note }, i) => {
      const figure = figures[i];
      if (figure.text !== label) {
        figure.text = label;
        setLabel(figure.label, label || '');
        figure.canvas.setAttribute('aria-label', label || '');
      }
      figure.note.textContent = note || '';
      return uri === figure.uri ? null : draw(figure, uri);
    }),
  );
  if (turn === newest) element.dataset.pictures = pictures.length;
}

watch('value', take);
take();
