import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain, search } from '../../explorer/components/search.js';

const NAMES = [
  'cat face, cat-face',
  'grinning cat, cat-face',
  'red heart, heart',
  'strawberry, food-fruit',
  'piñata, event',
  'graduation cap, education',
  "cat's eye, nature",
];
const PICTURES = NAMES.map((name) => ({ name, text: plain(name) }));
const found = (typed) => search(PICTURES, typed).map(({ name }) => NAMES.indexOf(name));

test('text is plain without case, accents and marks', () => {
  assert.equal(plain('Cat-Face'), ' cat face ');
  assert.equal(plain('  Piñata’s & Æ 1! '), ' pinatas æ 1 ');
});

test('each word has to begin a word of a name or a kind', () => {
  assert.deepEqual(found('cat'), [0, 1, 6]);
  assert.deepEqual(found('CAT, grin'), [1]);
  assert.deepEqual(found('pinata'), [4]);
  assert.deepEqual(found('fruit'), [3]);
  assert.deepEqual(found('at'), [0, 1, 4, 5, 6]); // no word begins so
  assert.deepEqual(found('xyz'), []);
  assert.deepEqual(found(''), [0, 1, 2, 3, 4, 5, 6]);
});

test('one of many is found by their plural', () => {
  assert.deepEqual(found('hearts'), [2]);
  assert.deepEqual(found('strawberries'), [3]);
  assert.deepEqual(found('cats'), [0, 1, 6]);
  assert.deepEqual(found('as'), []); // too short to be one
});
