import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepOf } from '../../explorer/components/one_step.js';

test('the last step gives the guess alone, and no step keeps all', () => {
  assert.deepEqual(stepOf(0.25, 1), { keep: 0, add: 1 });
  assert.deepEqual(stepOf(0.25, 0.25), { keep: 1, add: 0 });
});

test('with the true guess, both scales come out as they must', () => {
  const { keep, add } = stepOf(0.36, 0.64); // x_t = 0.6 x_0 + 0.8 eps -> 0.8 x_0 + 0.6 eps
  assert.ok(Math.abs(keep * 0.8 - 0.6) < 1e-12);
  assert.ok(Math.abs(keep * 0.6 + add - 0.8) < 1e-12);
});
