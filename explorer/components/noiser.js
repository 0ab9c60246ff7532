// @ts-check
// The noiser: draws x_t = signal_scale x_0 + noise_scale eps for every t, in the browser.
//
// What it shows it hears from scene.js.

import { all, find, setData } from './dom.js';
import { moveSlider } from './hand.js';
import { number, percent } from './number.js';
import { level, paint, paintImage } from './pixels.js';
import { live, scalesOf } from './scene.js';
import { fill } from './text.js';

/** @type {ComponentWords['noiser']} */
const words = WORDS;
const NOISE_RANGE = 3; // noise is drawn from -3 to 3, grey being 0
const TIMES = 9; // in the strip

/** @param {string} name */
const canvas = (name) => find(name, HTMLCanvasElement);
const parts = find('.parts', HTMLDetailsElement);

/** @param {HTMLCanvasElement} target
 * @param {Scene} scene
 * @param {number} signal
 * @param {number} noise */
function drawMix(target, { shape, x_0, eps }, signal, noise) {
  const size = shape[1] * shape[2];
  paint(target, shape, (c, i) => level(signal * x_0[c * size + i] + noise * eps[c * size + i]));
}

/** @param {HTMLCanvasElement} target
 * @param {Shape} shape
 * @param {ArrayLike<number> | null} eps or grey, where there is none */
function drawNoise(target, shape, eps) {
  const size = shape[1] * shape[2];
  paint(target, shape, (c, i) => (eps ? level(eps[c * size + i] / NOISE_RANGE) : 128));
}

/** @param {Moment} moment */
function drawMoment({ t, x_t, scene, signal, noise, snr }) {
  for (const name of ['.x_t', '.sum']) paintImage(canvas(name), scene.shape, x_t);
  if (parts.open) {
    drawMix(canvas('.signal_part'), scene, signal, 0);
    drawMix(canvas('.noise_part'), scene, 0, noise);
  }
  const kept = signal * signal * scene.power; // of the image's own, which is seldom 1
  const texts = {
    '.signal': number(signal),
    '.noise': number(noise),
    '.time': String(t),
    '.own_power': number(scene.power),
    '.share': percent(kept / (kept + noise * noise)),
    '.snr': number(snr),
  };
  for (const [name, text] of Object.entries(texts)) {
    for (const output of all(name)) output.textContent = text;
  }
  const nearest = Math.round(((TIMES - 1) * t) / (scene.alphaBar.length - 1));
  for (const [k, button] of all('.strip button').entries()) {
    button.classList.toggle('near', k === nearest);
  }
  setData(element, { t });
}

/** @param {Scene} scene */
function drawScene(scene) {
  const T = scene.alphaBar.length - 1;
  paintImage(canvas('.x_0'), scene.shape, scene.x_0);
  drawNoise(canvas('.eps'), scene.shape, scene.eps);
  for (const [k, button] of all('.strip button').entries()) {
    const time = Math.round((k * T) / (TIMES - 1));
    const { signal, noise } = scalesOf(scene.alphaBar[time]);
    setData(button, { t: time });
    find('span', HTMLElement, button).textContent = String(time);
    button.setAttribute('aria-label', fill(words.go_to, { t: time }));
    drawMix(find('canvas', HTMLCanvasElement, button), scene, signal, noise);
  }
  find('.last').textContent = fill(words.last, { T });
  setData(element, { scene: scene.key });
}

/** @param {Prediction} prediction */
function drawPrediction({ t, eps_hat }) {
  if (!live.scene) return;
  const target = canvas('.eps_hat');
  drawNoise(target, live.scene.shape, eps_hat);
  target.setAttribute('aria-label', eps_hat ? fill(words.predicted_at, { t }) : words.nothing_at_0);
  setData(element, { prediction: t });
}

for (let k = 0; k < TIMES; k++) {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(document.createElement('canvas'), document.createElement('span'));
  button.addEventListener('click', () => moveSlider(Number(button.dataset.t)));
  find('.strip').append(button);
}
parts.addEventListener('toggle', () => live.moment && drawMoment(live.moment));
live.on('scene', drawScene);
live.on('moment', drawMoment);
live.on('prediction', drawPrediction);
