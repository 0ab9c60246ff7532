// @ts-check
// The noise maps: eps, eps_hat and eps_hat - eps on one signed scale that never changes.

import { all, find, setData } from './dom.js';
import { number } from './number.js';
import { colourOf, PALETTE } from './palette.js';
import { coarse, followPixels, frameOf } from './pixel.js';
import { paint, paintImage } from './pixels.js';
import { live } from './scene.js';
import { fill } from './text.js';

/** @type {ComponentWords['noise_maps']} */
const words = WORDS;
const SIGMAS = 3; // the scale reaches three standard deviations of what it shows

const channel = find('select', HTMLSelectElement);
/** @param {string} name */
const canvas = (name) => find(name, HTMLCanvasElement);

/** What one pixel's noise is on the map: a channel, or the mean of all.
 * @param {Scene} scene
 * @param {Float32Array} values
 * @returns {(i: number) => number} */
function pick({ shape: [channels, height, width] }, values) {
  const size = height * width;
  const choice = channels === 1 ? '0' : channel.value;
  if (choice !== 'mean') return (i) => values[Number(choice) * size + i];
  return (i) => (values[i] + values[size + i] + values[2 * size + i]) / 3;
}

/** The mean of three independent noises is smaller than each by a factor of root three.
 * @param {Scene} scene */
const limit = ({ shape: [channels] }) =>
  SIGMAS / (channels === 3 && channel.value === 'mean' ? Math.sqrt(3) : 1);

/** @param {Scene} scene
 * @param {string} name
 * @param {(i: number) => number} value */
function drawMap(scene, name, value) {
  const reach = limit(scene);
  const [, height, width] = scene.shape;
  paint(canvas(name), [3, height, width], (c, i) => colourOf(value(i) / reach)[c]);
}

function draw() {
  const { scene, prediction } = live;
  if (!scene) return;
  const text = number(limit(scene));
  find('.low').textContent = `−${text}`;
  find('.high').textContent = `+${text}`;
  find('.channel').hidden = scene.shape[0] === 1;
  const eps = pick(scene, scene.eps);
  const epsHat = prediction?.eps_hat ? pick(scene, prediction.eps_hat) : null;
  drawMap(scene, '.eps', eps);
  drawMap(scene, '.eps_hat', epsHat ?? (() => 0));
  drawMap(scene, '.difference', epsHat ? (i) => epsHat(i) - eps(i) : () => 0);
  paintImage(canvas('.x_0'), scene.shape, scene.x_0);
  paintImage(canvas('.x_0_hat'), scene.shape, prediction?.x_0_hat ?? scene.x_0);
  writePixel();
}

/** @param {Prediction} prediction */
function write({ t, figures }) {
  find('.mse').textContent = number(figures.mse);
  find('.correlation').textContent = number(figures.correlation);
  find('.ideal_mse').textContent = number(figures.ideal_mse);
  find('.ideal').hidden = figures.ideal_mse === undefined || figures.ideal_mse === null;
  find('.moment').textContent = t === 0 ? words.nothing_at_0 : fill(words.moment, { t });
}

const line = find('.one');

/** What the three maps have there. */
function writePixel() {
  const { pixel, scene, prediction } = live;
  find('.pixel .hint').hidden = Boolean(pixel);
  line.hidden = !pixel;
  if (!pixel || !scene) return;
  const i = pixel.y * scene.shape[2] + pixel.x;
  const eps = pick(scene, scene.eps)(i);
  const epsHat = prediction?.eps_hat ? pick(scene, prediction.eps_hat)(i) : null;
  const texts = {
    '.x': String(pixel.x + 1),
    '.y': String(pixel.y + 1),
    '.shown': channel.selectedOptions[0].textContent ?? '',
    '.value-eps': coarse(eps),
    '.value-eps_hat': epsHat === null ? '–' : coarse(epsHat),
    '.value-difference': epsHat === null ? '–' : coarse(epsHat - eps),
  };
  for (const [name, text] of Object.entries(texts))
    find(name, HTMLElement, line).textContent = text;
  find('.colour').hidden = scene.shape[0] === 1;
}

const frames = all('figure canvas', HTMLCanvasElement).map((picture) =>
  frameOf(picture, fill(words.walk, { picture: picture.getAttribute('aria-label') })),
);
paint(canvas('.bar'), [3, 1, 256], (c, i) => PALETTE[i][c]);
channel.addEventListener('change', draw);
live.on('scene', draw);
live.on('prediction', (prediction) => {
  write(prediction);
  draw();
  setData(element, { prediction: prediction.t, scene: live.scene?.key });
});
followPixels(() => frames, writePixel, [line]);
