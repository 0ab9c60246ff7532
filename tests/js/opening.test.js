import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAt } from '../../explorer/components/opening.js';

const TIMES = [1000, 750, 500, 250, 0];
const way = (times) => ({ start: 500, T: 1000, times });
const parts = (times) => {
  const found = [];
  for (let ms = 0; ms < 9000; ms += 50) {
    const part = placeAt(ms, way(times))?.part;
    if (part && found.at(-1) !== part) found.push(part);
  }
  return found;
};

test('the image sinks, the run draws, and all is as it was; in about six seconds', () => {
  assert.deepEqual(parts(TIMES), ['leave', 'sink', 'rest', 'rise', 'look', 'return']);
  assert.notEqual(placeAt(6000, way(TIMES)), null);
  assert.equal(placeAt(6600, way(TIMES)), null);
  assert.deepEqual(placeAt(0, way(TIMES)), { part: 'leave', t: 500, frame: null });
  assert.deepEqual(placeAt(300, way(TIMES)), { part: 'sink', t: 0, frame: null });
  assert.deepEqual(placeAt(2700, way(TIMES)), { part: 'rest', t: 1000, frame: null });
  assert.deepEqual(placeAt(3100, way(TIMES)), { part: 'rise', t: 1000, frame: 0 });
  assert.deepEqual(placeAt(5399, way(TIMES)), { part: 'rise', t: 0, frame: 4 });
  assert.deepEqual(placeAt(6499, way(TIMES)), { part: 'return', t: 500, frame: null });
});

test('without a run there is no second half', () => {
  assert.deepEqual(parts(null), ['leave', 'sink', 'rest', 'return']);
  assert.deepEqual(placeAt(3100, way(null)), { part: 'return', t: 1000, frame: null });
  assert.equal(placeAt(3400, way(null)), null);
});
