import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRight, withUnit } from '../../explorer/components/judging.js';

const judged = (question, answers) => answers.map((answer) => isRight(question, answer));

test('of several answers or pictures one is right, the first one too', () => {
  assert.deepEqual(judged({ kind: 'choose', right: 0 }, [0, 1]), [true, false]);
  assert.deepEqual(judged({ kind: 'pick', right: 2 }, [0, 2]), [false, true]);
});

test('an order is right as a whole', () => {
  const question = { kind: 'order', right: [2, 0, 1] };
  assert.deepEqual(
    judged(question, [
      [2, 0, 1],
      [2, 1, 0],
      [2, 0],
    ]),
    [true, false, false],
  );
});

test('a number is right within its tolerance', () => {
  const question = { kind: 'predict', truth: 50, tolerance: 5 };
  assert.deepEqual(judged(question, [45, 55, 44, 56]), [true, true, false, false]);
});

test('a personal answer is neither right nor wrong', () => {
  assert.equal(isRight({ kind: 'personal' }, 3), null);
});

test('a number has its unit, but t stands before it', () => {
  assert.equal(withUnit(499.6, 't'), 't = 500');
  assert.equal(withUnit(12, '%'), '12 %');
  assert.equal(withUnit(20_000, ''), '20,000');
});
