import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLive, scalesOf, shareOf } from '../../explorer/components/scene.js';

const base64 = (array) => Buffer.from(array.buffer).toString('base64');
const ALPHA_BAR = [1, 0.64, 0.36, 0];
const sceneOf = (key, network = 'net') => ({
  key,
  network,
  shape: [1, 1, 2],
  x_0: base64(Uint8Array.of(0, 255)),
  eps: base64(Float32Array.of(2, -0.5)),
  choices: { denoiser: network, seed: '1', image: key },
});
const predictionOf = (key, t, mse = t) => ({
  key,
  t,
  figures: { mse },
  eps_hat: base64(Int8Array.of(-24, 12)),
  eps_step: 1 / 24,
  x_0_hat: base64(Uint8Array.of(255, 0)),
});

/** A store, and all that it has told: "what: which". */
function start() {
  const live = makeLive();
  const told = [];
  live.on('scene', ({ key }) => told.push(`scene: ${key}`));
  live.on('moment', ({ t, scene }) => told.push(`moment: ${scene.key} ${t}`));
  live.on('prediction', ({ t }) => told.push(`prediction: ${t}`));
  live.take({ schedules: { net: ALPHA_BAR } });
  return { live, told };
}

test('a scene is mixed with its noise at t', () => {
  const { live, told } = start();
  live.take({ scene: sceneOf('a'), t: 1 });
  assert.deepEqual(told, ['scene: a', 'moment: a 1']);
  assert.deepEqual([...live.scene.x_0], [-1, 1]);
  assert.equal(live.scene.power, 1);
  const x_t = [-0.8 + 0.6 * 2, 0.8 - 0.6 * 0.5];
  assert.deepEqual([...live.moment.x_t], [...Float32Array.from(x_t)]);
});

test('the scales are those of alpha_bar', () => {
  assert.deepEqual(scalesOf(0.64), { signal: 0.8, noise: 0.6, ratio: 0.6 / 0.8, snr: 0.64 / 0.36 });
  assert.deepEqual(scalesOf(1), { signal: 1, noise: 0, ratio: 0, snr: Number.POSITIVE_INFINITY });
});

test('t is cut to what there is, and stays when another scene comes', () => {
  const { live, told } = start();
  live.moveTo(2); // nothing is there yet
  live.take({ scene: sceneOf('a'), t: 9 });
  live.moveTo(-4);
  live.moveTo(1.6);
  live.moveTo(Number.NaN);
  live.take({ scene: sceneOf('b') });
  const moments = told.filter((one) => one.startsWith('moment'));
  assert.deepEqual(moments, ['moment: a 3', 'moment: a 0', 'moment: a 2', 'moment: b 2']);
});

test('the same scene again changes nothing but t', () => {
  const { live, told } = start();
  live.take({ scene: sceneOf('a'), t: 1, prediction: predictionOf('a', 1) });
  live.take({ scene: sceneOf('a'), t: 2 });
  assert.deepEqual(told, ['scene: a', 'moment: a 1', 'prediction: 1', 'moment: a 2']);
  assert.equal(live.prediction.t, 1);
});

test('a prediction is decoded', () => {
  const { live } = start();
  live.take({ scene: sceneOf('a'), t: 1, prediction: predictionOf('a', 1) });
  assert.deepEqual([...live.prediction.eps_hat], [-1, 0.5]);
  assert.deepEqual([...live.prediction.x_0_hat], [1, -1]);
  live.take({ prediction: { key: 'a', t: 0, figures: {} } });
  assert.deepEqual(live.prediction, { t: 0, figures: {}, eps_hat: null, x_0_hat: null });
});

test('a prediction that comes before its scene waits for it', () => {
  const { live, told } = start();
  live.take({ prediction: predictionOf('a', 1) });
  assert.deepEqual(told, []);
  live.take({ scene: sceneOf('a'), t: 1 });
  assert.deepEqual(told, ['scene: a', 'moment: a 1', 'prediction: 1']);
});

test('what came before its scene is newer than what comes with it', () => {
  const { live } = start();
  live.take({ prediction: predictionOf('a', 2) });
  live.take({ scene: sceneOf('a'), t: 1, prediction: predictionOf('a', 1) });
  assert.equal(live.prediction.t, 2);
  live.take({ prediction: predictionOf('a', 3) });
  assert.equal(live.prediction.t, 3);
});

test('a prediction of a scene that has gone is never shown', () => {
  const { live, told } = start();
  live.take({ scene: sceneOf('a'), t: 1 });
  live.take({ scene: sceneOf('b') });
  live.take({ prediction: predictionOf('a', 1) });
  assert.equal(live.prediction, null);
  live.take({ prediction: predictionOf('b', 1) });
  assert.equal(told.at(-1), 'prediction: 1');
});

test('another scene forgets the prediction of the last', () => {
  const { live } = start();
  live.take({ scene: sceneOf('a'), t: 1, prediction: predictionOf('a', 1) });
  live.take({ scene: sceneOf('b') });
  assert.equal(live.prediction, null);
});

test('each network has its own schedule, which is sent once', () => {
  const { live } = start();
  live.take({ schedules: { other: [1, 0.25] } });
  live.take({ scene: sceneOf('a', 'other'), t: 3 });
  assert.deepEqual([live.moment.t, live.moment.signal], [1, 0.5]);
  live.take({ scene: sceneOf('b', 'net'), t: 3 });
  assert.deepEqual([live.moment.t, live.moment.signal], [3, 0]);
  assert.throws(() => live.take({ scene: sceneOf('c', 'third') }), /schedule of third was never/);
});

test('who listens late is told what is there, and opening is told too', () => {
  const { live } = start();
  live.opened = false;
  const told = [];
  live.on('opened', () => told.push('opened'));
  live.on('scene', ({ key }) => told.push(key));
  live.take({ scene: sceneOf('a'), t: 1 });
  live.on('moment', ({ t }) => told.push(t));
  live.open();
  assert.deepEqual(told, ['a', 1, 'opened']);
});

test("the image's share is of its own power", () => {
  const { live } = start();
  live.take({ scene: sceneOf('a'), t: 1 });
  assert.equal(shareOf(live.moment).toFixed(9), '0.640000000');
  live.take({ scene: { ...sceneOf('b'), x_0: base64(Uint8Array.of(0, 128)) }, t: 1 });
  const power = (1 + (128 / 127.5 - 1) ** 2) / 2;
  assert.ok(Math.abs(shareOf(live.moment) - (0.64 * power) / (0.64 * power + 0.36)) < 1e-6);
  live.moveTo(0);
  assert.equal(shareOf(live.moment), 1);
});
