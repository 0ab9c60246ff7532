// @ts-check
// The noiser: draws x_t = signal_scale x_0 + noise_scale eps for every t, in the browser.
//
// The row of pictures is the equation: one scale for all (-1 black, +1 white), each weight in the
// operator before its picture, each term below it. Pointing at a term dims the others and shows the
// picture as it goes into the sum, times its weight.
// What it shows it hears from scene.js.

import { all, find, setData } from './dom.js';
import { moveSlider } from './hand.js';
import { number, percent } from './number.js';
import { makeOpening } from './opening.js';
import { coarse, followPixels, frameOf, term } from './pixel.js';
import { level, paint, paintImage } from './pixels.js';
import { live, scalesOf, shareOf } from './scene.js';
import { fill } from './text.js';

/** @type {ComponentWords['noiser']} */
const words = WORDS;
const TIMES = 9; // in the strip
const FADE = 250; // ms
const [LEFT, BOTTOM, RADIUS] = [26, 104, 84]; // of the quarter circle in its drawing
const stage = find('.stage');
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/** @param {string} name */
const canvas = (name) => find(name, HTMLCanvasElement);
/** @param {string} selector
 * @param {Record<string, unknown>} attributes */
function setSvg(selector, attributes) {
  const target = find(selector, SVGElement);
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, `${value}`);
}

/** @param {HTMLCanvasElement} target
 * @param {Scene} scene
 * @param {number} signal
 * @param {number} noise */
function drawMix(target, { shape, x_0, eps }, signal, noise) {
  const size = shape[1] * shape[2];
  paint(target, shape, (c, i) => level(signal * x_0[c * size + i] + noise * eps[c * size + i]));
}

// ---- a term, alone

let shown = { x_0: 1, eps: 1 }; // how strong the two pictures are drawn
let fading = 0;

/** As strong as they are to be: full, or what goes into the sum where the term is pointed at. */
function fade() {
  cancelAnimationFrame(fading);
  const { scene, moment } = live;
  if (!scene || !moment) return;
  const { lit } = stage.dataset;
  const from = shown;
  const to = {
    x_0: lit === 'x_0' ? moment.signal : 1,
    eps: lit === 'eps' ? moment.noise : 1,
  };
  /** @type {number | null} */
  let begun = null;
  /** @param {number} now */
  function step(now) {
    begun ??= now;
    const part = still.matches ? 1 : Math.min(1, (now - begun) / FADE);
    shown = {
      x_0: from.x_0 + (to.x_0 - from.x_0) * part,
      eps: from.eps + (to.eps - from.eps) * part,
    };
    if (scene === live.scene) drawTerms();
    if (part < 1) fading = requestAnimationFrame(step);
  }
  step(performance.now());
}

function drawTerms() {
  if (!live.scene) return;
  drawMix(canvas('canvas.x_0'), live.scene, shown.x_0, 0);
  drawMix(canvas('canvas.eps'), live.scene, 0, shown.eps);
}

/** @param {string | undefined} name of a term; none: all are lit */
function light(name) {
  if (stage.dataset.lit === name) return;
  if (name === undefined) delete stage.dataset.lit;
  else stage.dataset.lit = name;
  fade();
}

for (const term of all('.term')) {
  const name = term.parentElement?.dataset.term;
  const holds = () => document.activeElement === term;
  let held = false;
  term.addEventListener('pointerenter', () => light(name));
  term.addEventListener('pointerleave', () => light(holds() ? name : undefined));
  term.addEventListener('focus', () => light(name));
  term.addEventListener('blur', () => light(undefined));
  term.addEventListener('pointerdown', () => {
    held = holds();
  });
  term.addEventListener('click', ({ detail }) => {
    if (held && detail) term.blur();
    else term.focus(); // some browsers give a button that is tapped no focus
  });
}

// ---- this moment

/** @param {Moment} moment */
function drawMoment(moment) {
  const { t, x_t, scene, signal, noise } = moment;
  paintImage(canvas('canvas.x_t'), scene.shape, x_t);
  const { lit } = stage.dataset;
  if (lit === 'x_0' || lit === 'eps') {
    shown = { x_0: lit === 'x_0' ? signal : 1, eps: lit === 'eps' ? noise : 1 };
    drawTerms();
  }
  for (const [name, weight] of Object.entries({ '.signal': signal, '.noise': noise })) {
    const text = number(weight);
    for (const place of all(name)) {
      place.textContent = text;
      place.classList.toggle('long', text.length > 6);
    }
  }
  drawCircle(signal, noise);
  say(moment);
  writePixel();
  const nearest = Math.round(((TIMES - 1) * t) / (scene.alphaBar.length - 1));
  for (const [k, button] of all('.strip button').entries()) {
    button.classList.toggle('near', k === nearest);
  }
  setData(element, { t });
}

/** In plain words.
 * @param {Moment} moment */
function say(moment) {
  if (opening?.playing()) return; // which speaks itself
  const share = shareOf(moment);
  const [, said] = words.shares.find(([from]) => share >= from) ?? ['', ''];
  find('.says').textContent = fill(words.share, {
    t: moment.t,
    words: said,
    share: percent(share),
  });
}

/** @param {number} signal
 * @param {number} noise */
function drawCircle(signal, noise) {
  const x = LEFT + RADIUS * signal;
  const y = BOTTOM - RADIUS * noise;
  setSvg('.point', { cx: x, cy: y });
  setSvg('.weight.of-x_0', { d: `M${LEFT} ${BOTTOM}H${x}` });
  setSvg('.weight.of-eps', { d: `M${LEFT} ${BOTTOM}V${y}` });
  setSvg('.shadow.of-x_0', { d: `M${x} ${BOTTOM}V${y}` });
  setSvg('.shadow.of-eps', { d: `M${LEFT} ${y}H${x}` });
  const weights = { signal: number(signal), noise: number(noise) };
  setSvg('.circle', { 'aria-label': fill(words.circle, weights) });
}

/** @param {Scene} scene */
function drawScene(scene) {
  const T = scene.alphaBar.length - 1;
  drawTerms();
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
  const target = canvas('canvas.eps_hat');
  const { shape } = live.scene;
  paintImage(target, shape, eps_hat ?? new Float32Array(shape[0] * shape[1] * shape[2])); // grey
  target.setAttribute('aria-label', eps_hat ? fill(words.predicted_at, { t }) : words.nothing_at_0);
  writePixel();
  setData(element, { prediction: t });
}

// ---- the opening

const again = find('.again');
again.textContent = words.again;
const caption = find('[data-term="x_t"] figcaption');
const called = caption.textContent;

/** @type {ReturnType<typeof makeOpening> | null} */
let opening = null;

/** @param {string | null} part */
function tellOpening(part) {
  const rising = part === 'rise' || part === 'look';
  light(rising ? 'x_t' : undefined);
  stage.toggleAttribute('data-film', part !== null);
  again.textContent = part ? words.stop : words.again;
  if (!part) caption.textContent = called;
  else if (part !== 'return') caption.textContent = rising ? words.rising : words.sinking;
  if (part === 'leave') find('.opening').textContent = words.opening;
  if (!part && live.moment) say(live.moment);
  else if (part !== 'return') find('.says').textContent = rising ? words.rises : words.sinks;
}

// ---- one pixel

const line = find('.sum');

/** What the whole row has there, as the sum that it is. */
function writePixel() {
  const { pixel, moment, prediction } = live;
  find('.pixel .hint').hidden = Boolean(pixel);
  line.hidden = !pixel;
  if (!pixel || !moment) return;
  const { x_0, eps, shape } = moment.scene;
  const [channels, height, width] = shape;
  const channel = channels === 1 ? 0 : live.channel;
  const i = channel * height * width + pixel.y * width + pixel.x;
  const here = prediction?.t === moment.t ? prediction.eps_hat : null;
  const texts = {
    '.x': String(pixel.x + 1),
    '.y': String(pixel.y + 1),
    '.channel': words.channels[channel],
    '.value-x_0': term(x_0[i]),
    '.value-eps': term(eps[i]),
    '.value-x_t': number(moment.x_t[i]),
    '.value-eps_hat': here ? coarse(here[i]) : '…', // it is being asked for
  };
  for (const [name, text] of Object.entries(texts))
    find(name, HTMLElement, line).textContent = text;
  find('.colour').hidden = channels === 1;
  find('.network-says').hidden = moment.t === 0;
}

const frames = all('.stage canvas', HTMLCanvasElement).map((picture) =>
  frameOf(picture, fill(words.walk, { picture: picture.getAttribute('aria-label') })),
);
find('.channel').addEventListener('click', () => {
  live.channel = (live.channel + 1) % words.channels.length;
  live.point(live.pixel);
});

for (let k = 0; k < TIMES; k++) {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(document.createElement('canvas'), document.createElement('span'));
  button.addEventListener('click', () => moveSlider(Number(button.dataset.t)));
  find('.strip').append(button);
}
live.on('scene', drawScene);
live.on('moment', drawMoment);
live.on('prediction', drawPrediction);
followPixels(() => frames, writePixel, [line]);
const begun = makeOpening({ picture: canvas('canvas.x_t'), tell: tellOpening });
opening = begun;
again.addEventListener('click', begun.play);
