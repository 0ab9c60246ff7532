// @ts-check
// What the page shows: the newest scene, the newest prediction of it, and the moment (t and x_t);
// and the one pixel that is looked at.
//
// The only place that knows them: whoever draws listens here, and nobody reads another's canvas.
// Each component's script is a function of its own (see files.py), so what they share hangs on the
// window, made by whichever script comes first. Who listens late is told what is there already, so
// the order in which components appear does not matter either.
//
// x_t = signal x_0 + noise eps, where signal = sqrt(alpha_bar), noise = sqrt(1 - alpha_bar).

import { bytesOf, floatsOf, imageOf } from './pixels.js';

/** The scales of image and noise, noise to signal, and SNR of an image of power 1.
 * @param {number} alphaBar
 * @returns {Scales} */
export function scalesOf(alphaBar) {
  const signal = Math.sqrt(alphaBar);
  const noise = Math.sqrt(1 - alphaBar);
  return { signal, noise, ratio: noise / signal, snr: alphaBar / (1 - alphaBar) };
}

/** How much of x_t's power is the image's own. (Its power is seldom 1; an image that is all grey has
 * none, and is all there is at t = 0.)
 * @param {Moment} moment */
export function shareOf({ signal, noise, scene }) {
  const own = signal * signal * scene.power;
  return noise === 0 ? 1 : own / (own + noise * noise);
}

/** @param {SceneMessage} message
 * @param {number[]} alphaBar
 * @returns {Scene} */
function decodeScene({ key, network, shape, x_0: pixels, eps, choices }, alphaBar) {
  const x_0 = imageOf(pixels);
  const power = x_0.reduce((sum, value) => sum + value * value, 0) / x_0.length;
  return { key, network, shape, choices, alphaBar, x_0, power, eps: floatsOf(eps) };
}

/** @param {PredictionMessage} message
 * @returns {Prediction} */
function decodePrediction({ t, figures, eps_hat, eps_step = 1, x_0_hat }) {
  const steps = eps_hat === undefined ? null : new Int8Array(bytesOf(eps_hat).buffer);
  return {
    t,
    figures,
    eps_hat: steps && Float32Array.from(steps, (step) => step * eps_step),
    x_0_hat: x_0_hat === undefined ? null : imageOf(x_0_hat),
  };
}

/** @typedef {'scene' | 'moment' | 'prediction' | 'opened' | 'pixel'} What */

/** @returns {Live} */
export function makeLive() {
  /** @type {Map<string, number[]>} */
  const schedules = new Map(); // a network's name -> its alpha_bar, which is sent only once
  /** @type {Record<What, Set<(news: any) => void>>} */
  const listeners = {
    scene: new Set(),
    moment: new Set(),
    prediction: new Set(),
    opened: new Set(),
    pixel: new Set(),
  };
  /** @type {PredictionMessage | null} */
  let early = null; // a prediction that came before its scene

  /** @type {Live} */
  const live = {
    scene: null,
    moment: null,
    prediction: null,
    opened: true,
    pixel: null,
    film: null,
    channel: 1,
    on,
    take,
    moveTo,
    open,
    point,
  };

  /** @param {What} what */
  function tell(what) {
    for (const listener of listeners[what]) listener(live[what]);
  }

  /** @param {What} what
   * @param {(news: any) => void} listener */
  function on(what, listener) {
    listeners[what].add(listener);
    if (live[what]) listener(/** @type {any} */ (live[what]));
  }

  /** @type {Live['take']} */
  function take({ schedules: sent, scene, t, prediction, film }) {
    if (film !== undefined) live.film = film;
    for (const [network, alphaBar] of Object.entries(sent ?? {})) schedules.set(network, alphaBar);
    if (scene && scene.key !== live.scene?.key) show(scene, t ?? live.moment?.t ?? 0);
    else if (t !== undefined && t !== null) moveTo(t);
    if (prediction) accept(prediction);
    if (!early || early.key !== live.scene?.key) return;
    accept(early); // it was asked for later than what has come with its scene
    early = null;
  }

  /** @param {PredictionMessage} message */
  function accept(message) {
    if (message.key !== live.scene?.key) {
      early = message;
      return;
    }
    live.prediction = decodePrediction(message);
    tell('prediction');
  }

  /** @param {SceneMessage} message
   * @param {number} t */
  function show(message, t) {
    const alphaBar = schedules.get(message.network);
    if (!alphaBar) throw new Error(`The schedule of ${message.network} was never sent.`);
    live.scene = decodeScene(message, alphaBar);
    live.prediction = null;
    live.moment = null;
    tell('scene');
    moveTo(t);
    const [, height, width] = live.scene.shape;
    if (live.pixel && (live.pixel.x >= width || live.pixel.y >= height)) point(null);
  }

  /** @type {Live['moveTo']} */
  function moveTo(time) {
    const { scene } = live;
    if (!scene || !Number.isFinite(time)) return;
    const t = Math.max(0, Math.min(scene.alphaBar.length - 1, Math.round(time)));
    const scales = scalesOf(scene.alphaBar[t]);
    const { signal, noise } = scales;
    const x_t = scene.x_0.map((value, i) => signal * value + noise * scene.eps[i]);
    live.moment = { t, x_t, scene, ...scales };
    tell('moment');
  }

  /** @type {Live['open']} */
  function open() {
    live.opened = true;
    tell('opened');
  }

  /** @type {Live['point']} */
  function point(pixel) {
    live.pixel = pixel;
    tell('pixel');
  }

  return live;
}

globalThis.explorer ??= makeLive();
export const live = globalThis.explorer;
