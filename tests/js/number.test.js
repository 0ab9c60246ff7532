import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { number, percent } from '../../explorer/components/number.js';

test('numbers are written as Python writes them', () => {
  // Python's own: tests/page/test_words.py.
  const table = JSON.parse(readFileSync(new URL('numbers.json', import.meta.url), 'utf-8'));
  for (const [value, written, share] of table) {
    assert.deepEqual([number(value), percent(value)], [written, share], String(value));
  }
});

test('no number is a dash, and what has no end is a sign', () => {
  assert.deepEqual([undefined, null, Number.NaN].map(number), ['–', '–', '–']);
  assert.deepEqual([1 / 0, -1 / 0].map(number), ['∞', '−∞']);
});
