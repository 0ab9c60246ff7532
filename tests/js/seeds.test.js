import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIn } from '../../explorer/components/seeds.js';

test('a seed is cut to its range, and keeps all of its digits', () => {
  const used = {
    7: '7',
    ' 007 ': '7',
    '+5': '5',
    7.9: '7',
    '7.': '7',
    '1e3': '1000',
    '-1': '0',
    '-0.5': '0',
    '9007199254740993': '9007199254740993', // 2**53 + 1
    '9223372036854775807': '9223372036854775807', // 2**63 - 1
    '9223372036854775808': '9223372036854775807',
    '1e300': '9223372036854775807',
  };
  for (const [typed, seed] of Object.entries(used)) assert.equal(seedIn(typed), seed, typed);
});

test('what is no number is no seed', () => {
  for (const typed of ['', ' - ', 'nine', '1 2', '1e999', 'NaN']) {
    assert.equal(seedIn(typed), null, typed);
  }
});
