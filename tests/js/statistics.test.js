import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourOf } from '../../explorer/components/palette.js';
import { density, neighbours } from '../../explorer/components/statistics.js';

const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value}, ${wanted}`);

test('neighbours are alike on a slope, opposite on a chessboard, and nothing on a plain', () => {
  near(neighbours([1, 2, 3, 2, 3, 4], 3), 1);
  near(neighbours([1, -1, 1, -1, 1, -1], 6), -1);
  assert.equal(neighbours([5, 5, 5, 5], 2), 0);
});

test('the last of a row and the first of the next are no neighbours', () => {
  near(neighbours([0, 1, 100, 101], 2), 1);
  near(neighbours([1, 0, 1, 0], 2), 0); // each row falls alike: nothing varies
});

test('correlation by its definition', () => {
  const pairs = [
    [1, 4],
    [4, 2],
    [3, 3],
    [3, 8],
  ]; // prettier than a picture
  const mean = (values) => values.reduce((a, b) => a + b) / values.length;
  const [a, b] = [0, 1].map((k) => pairs.map((pair) => pair[k]));
  const covariance = (u, v) => mean(u.map((value, i) => (value - mean(u)) * (v[i] - mean(v))));
  near(
    neighbours(pairs.flat(), 2),
    covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b)),
  );
});

test('the areas of all bars are 1, and what lies beyond counts at the ends', () => {
  const bars = density(Float32Array.of(-9, -1, 0, 0.4, 0.6, 9), { low: -1, high: 1, bins: 4 });
  assert.deepEqual(bars, [2 / 3, 0, 2 / 3, 2 / 3]);
});

test('colours end where the scale ends, and zero is white', () => {
  assert.deepEqual(colourOf(-5), [5, 48, 97]);
  assert.deepEqual(colourOf(5), [103, 0, 31]);
  for (const channel of colourOf(0)) assert.ok(Math.abs(channel - 247) < 2);
});
