// The noise maps: eps, eps_hat and eps_hat - eps on one signed scale that never changes.
//
// props.value is { scene, prediction }, either or both; see signals.py. What comes later the noiser
// hands on with the event "explorer:message". Every prediction drawn is
// told to the page with the event "explorer:prediction" { t, mse, ideal_mse }.

import { number } from './number.js';
import { bytesOf, floatsOf, paint } from './pixels.js';

const find = (selector) => element.querySelector(selector);
const SIGMAS = 3; // the scale reaches three standard deviations of what it shows

// Blue, white, red: told apart by colour-blind eyes, and equally dark at equal distance from zero.
const STOPS = [
  [5, 48, 97],
  [67, 147, 195],
  [247, 247, 247],
  [214, 96, 77],
  [103, 0, 31],
];
const PALETTE = Array.from({ length: 256 }, (_, k) => {
  const place = (k / 255) * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  return STOPS[low].map((from, c) => from + (STOPS[low + 1][c] - from) * (place - low));
});

let scene = null; // { key, shape, x_0 (bytes), eps }
let prediction = null; // { t, eps_hat, x_0_hat, figures }
let early = null; // a prediction that came before its scene

// What one pixel's noise is on the map: a channel, or the mean of all.
function pick(values) {
  const [channels, height, width] = scene.shape;
  const size = height * width;
  const choice = channels === 1 ? '0' : find('select').value;
  if (choice !== 'mean') return (i) => values[Number(choice) * size + i];
  return (i) => (values[i] + values[size + i] + values[2 * size + i]) / 3;
}

// The mean of three independent noises is smaller than each by a factor of root three.
const limit = () =>
  SIGMAS / (scene.shape[0] === 3 && find('select').value === 'mean' ? Math.sqrt(3) : 1);

function drawMap(name, value) {
  const reach = limit();
  const colour = (i) =>
    PALETTE[Math.max(0, Math.min(255, Math.round((value(i) / reach + 1) * 127.5)))];
  paint(find(name), [3, scene.shape[1], scene.shape[2]], (c, i) => colour(i)[c]);
}

function draw() {
  if (!scene) return;
  const text = number(limit());
  find('.low').textContent = `−${text}`;
  find('.high').textContent = `+${text}`;
  const size = scene.shape[1] * scene.shape[2];
  paint(find('.x_0'), scene.shape, (c, i) => scene.x_0[c * size + i]);
  const eps = pick(scene.eps);
  drawMap('.eps', eps);
  if (!prediction?.eps_hat) {
    ['.eps_hat', '.difference'].forEach((name) => drawMap(name, () => 0));
    paint(find('.x_0_hat'), scene.shape, (c, i) => scene.x_0[c * size + i]);
    return;
  }
  const epsHat = pick(prediction.eps_hat);
  drawMap('.eps_hat', epsHat);
  drawMap('.difference', (i) => epsHat(i) - eps(i));
  paint(find('.x_0_hat'), scene.shape, (c, i) => prediction.x_0_hat[c * size + i]);
}

function write() {
  const { t, figures } = prediction;
  for (const name of ['mse', 'correlation', 'ideal_mse'])
    find(`.${name}`).textContent = number(figures[name]);
  find('.ideal').hidden = figures.ideal_mse === undefined || figures.ideal_mse === null;
  find('.moment').textContent =
    t === 0
      ? 'At t = 0 the image is clean: there is no noise to predict. Move t up.'
      : `One prediction, at t = ${t}.`;
}

function keep({ key, t, eps_hat, eps_step, x_0_hat, figures }) {
  prediction = { key, t, figures };
  if (eps_hat) {
    prediction.eps_hat = Float32Array.from(
      new Int8Array(bytesOf(eps_hat).buffer),
      (step) => step * eps_step,
    );
    prediction.x_0_hat = bytesOf(x_0_hat);
  }
  write();
  window.dispatchEvent(new CustomEvent('explorer:prediction', { detail: { t, ...figures } }));
  element.dataset.prediction = t;
  element.dataset.scene = key;
}

function take(value) {
  if (!value) return;
  if (value.scene && value.scene.key !== scene?.key) {
    const { key, shape, x_0, eps } = value.scene;
    scene = { key, shape, x_0: bytesOf(x_0), eps: floatsOf(eps) };
    find('.channel').hidden = shape[0] === 1;
    if (prediction?.key !== key) prediction = null;
  }
  if (value.prediction && value.prediction.key === scene?.key) keep(value.prediction);
  else if (value.prediction) early = value.prediction;
  if (value.scene && early?.key === scene.key) {
    keep(early);
    early = null;
  }
  draw();
}

paint(find('.bar'), [3, 1, 256], (c, i) => PALETTE[i][c]);
find('select').addEventListener('change', draw);
watch('value', () => take(props.value));
window.addEventListener('explorer:message', ({ detail }) => take(detail));
take(props.value);
