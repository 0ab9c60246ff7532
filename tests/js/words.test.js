import assert from 'node:assert/strict';
import { test } from 'node:test';
import { symbolsIn } from '../../explorer/components/symbols.js';
import { fill } from '../../explorer/components/text.js';

test("the code's names are taken apart into the papers' symbols", () => {
  const x_0_hat = { name: 'x_0_hat', letter: 'x\u0302', index: '0' };
  assert.deepEqual(symbolsIn('Best guess x_0_hat'), ['Best guess ', x_0_hat]);
  assert.deepEqual(symbolsIn('x_t = 2 · eps, v_hat'), [
    { name: 'x_t', letter: 'x', index: 't' },
    ' = 2 · ',
    { name: 'eps', letter: 'ε', index: '' },
    ', ',
    { name: 'v_hat', letter: 'v\u0302', index: '' },
  ]);
  assert.deepEqual(symbolsIn('eps_hat − eps'), [
    { name: 'eps_hat', letter: 'ε\u0302', index: '' },
    ' − ',
    { name: 'eps', letter: 'ε', index: '' },
  ]);
});

test('a word is no symbol because it begins like one', () => {
  for (const text of ['steps and epsilon', 'box_t', 'x and v alone', '']) {
    assert.deepEqual(symbolsIn(text).join(''), text);
  }
});

test('a sentence is filled with what is known, zero too', () => {
  assert.equal(fill('{k} of {n}: {k}', { k: 0, n: 5 }), '0 of 5: 0');
  assert.equal(fill('at {t}, {mse}', { t: 7 }), 'at 7, {mse}');
});
