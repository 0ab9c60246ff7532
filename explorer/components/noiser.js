// The noiser: draws x_t = signal_scale x_0 + noise_scale eps for every t, in the browser.
//
// props.value is { t, scene, prediction }, any of them; see signals.py. It follows the slider
// that props.follows names, and tells the page of every moment it draws with the event
// "explorer:moment" { t, x_t, shape, alpha_bar, choices }, which the page's live figures listen to.
// It hands each message on with the event "explorer:message": the server sends it once, for all.

import { moveSlider, slider } from './hand.js';
import { number, percent } from './number.js';
import { bytesOf, floatsOf, paint } from './pixels.js';

const find = (selector) => element.querySelector(selector);
const all = (selector) => element.querySelectorAll(selector);
const NOISE_RANGE = 3; // noise is drawn from -3 to 3, grey being 0

let scene = null; // { key, shape, x_0, eps, alpha_bar, choices, power }, the last being the mean of x_0²
let t = 0;
let x_t = null;
let early = null; // a prediction that came before its scene

const level = (value) => (value + 1) * 127.5; // model space -> 0..255
const scales = (time) => {
  const alphaBar = scene.alpha_bar[time];
  return [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
};

function drawMix(canvas, signal, noise) {
  const { shape, x_0, eps } = scene;
  const size = shape[1] * shape[2];
  paint(canvas, shape, (c, i) => level(signal * x_0[c * size + i] + noise * eps[c * size + i]));
}

function drawMoment() {
  const [signal, noise] = scales(t);
  const { x_0, eps } = scene;
  for (let i = 0; i < x_t.length; i++) x_t[i] = signal * x_0[i] + noise * eps[i];
  const size = scene.shape[1] * scene.shape[2];
  for (const name of ['.x_t', '.sum']) {
    paint(find(name), scene.shape, (c, i) => level(x_t[c * size + i]));
  }
  if (find('.parts').open) {
    drawMix(find('.signal_part'), signal, 0);
    drawMix(find('.noise_part'), 0, noise);
  }
  writeNumbers(signal, noise);
  window.dispatchEvent(
    new CustomEvent('explorer:moment', {
      detail: { t, x_t, shape: scene.shape, alpha_bar: scene.alpha_bar[t], choices: scene.choices },
    }),
  );
}

function writeNumbers(signal, noise) {
  const power = signal * signal;
  const kept = power * scene.power; // of the image's own, which is seldom 1
  const snr = power / (1 - power);
  const write = (name, text) =>
    all(name).forEach((output) => {
      output.textContent = text;
    });
  write('.signal', number(signal));
  write('.noise', number(noise));
  write('.time', t);
  write('.own_power', number(scene.power));
  write('.share', percent(kept / (kept + 1 - power)));
  write('.snr', number(snr));
  const T = scene.alpha_bar.length - 1;
  const nearest = Math.round((8 * t) / T);
  all('.strip button').forEach((button, k) => button.classList.toggle('near', k === nearest));
}

function drawScene() {
  const { shape, eps, alpha_bar } = scene;
  const size = shape[1] * shape[2];
  const T = alpha_bar.length - 1;
  x_t = new Float32Array(scene.x_0.length);
  drawMix(find('.x_0'), 1, 0);
  paint(find('.eps'), shape, (c, i) => level(eps[c * size + i] / NOISE_RANGE));
  all('.strip button').forEach((button, k) => {
    const time = Math.round((k * T) / 8);
    button.dataset.t = time;
    button.querySelector('span').textContent = time;
    button.setAttribute('aria-label', `Go to t = ${time}`);
    drawMix(button.querySelector('canvas'), ...scales(time));
  });
  find('.last').textContent = `${T} noise`;
}

function drawPrediction({ t: time, eps_hat, eps_step }) {
  const canvas = find('.eps_hat');
  const size = scene.shape[1] * scene.shape[2];
  const values = eps_hat ? new Int8Array(bytesOf(eps_hat).buffer) : null;
  const scale = (eps_step || 1) / NOISE_RANGE;
  paint(canvas, scene.shape, (c, i) => (values ? level(values[c * size + i] * scale) : 128));
  canvas.setAttribute(
    'aria-label',
    values ? `Predicted noise at t = ${time}` : 'At t = 0 there is no noise',
  );
  element.dataset.prediction = time;
}

function moveTo(time) {
  if (!scene || !Number.isFinite(time)) return;
  t = Math.max(0, Math.min(scene.alpha_bar.length - 1, Math.round(time)));
  drawMoment();
  element.dataset.t = t;
}

// Where the slider stands by now: it may have moved on since the server was asked.
function standing(time) {
  return slider() ? Number(slider().value) : time;
}

function take() {
  const value = props.value;
  if (!value) return;
  window.dispatchEvent(new CustomEvent('explorer:message', { detail: value }));
  if (value.scene && value.scene.key !== scene?.key) {
    const { key, shape, x_0, eps, alpha_bar, choices } = value.scene;
    scene = {
      key,
      shape,
      alpha_bar,
      choices,
      x_0: Float32Array.from(bytesOf(x_0), (b) => b / 127.5 - 1),
      eps: floatsOf(eps),
    };
    scene.power = scene.x_0.reduce((sum, value) => sum + value * value, 0) / scene.x_0.length;
    drawScene();
    moveTo(standing(value.t ?? t));
    element.dataset.scene = key;
  } else if (value.t !== undefined && value.t !== null) {
    moveTo(standing(value.t));
  }
  if (value.prediction && value.prediction.key === scene?.key) drawPrediction(value.prediction);
  else if (value.prediction) early = value.prediction;
  if (value.scene && early?.key === scene.key) {
    drawPrediction(early);
    early = null;
  }
}

for (let k = 0; k < 9; k++) {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(document.createElement('canvas'), document.createElement('span'));
  button.addEventListener('click', () => moveSlider(Number(button.dataset.t)));
  find('.strip').append(button);
}
document.addEventListener('input', (event) => {
  if (event.target.closest?.(props.follows)) moveTo(Number(event.target.value));
});
find('.parts').addEventListener('toggle', () => scene && drawMoment());
watch('value', take);
take();
