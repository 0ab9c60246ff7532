import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coarse, pixelAt, term, walk } from '../../explorer/components/pixel.js';
import { live } from '../../explorer/components/scene.js';

const SIZE = { width: 64, height: 28 };

test('a point of the screen is in a pixel, and the nearest one outside', () => {
  const box = { left: 100, top: 50, width: 640, height: 280 };
  const at = (clientX, clientY) => pixelAt(box, SIZE, { clientX, clientY });
  assert.deepEqual(at(100, 50), { x: 0, y: 0 });
  assert.deepEqual(at(119.9, 60), { x: 1, y: 1 });
  assert.deepEqual(at(740, 330), { x: 63, y: 27 });
  assert.deepEqual(at(0, 9999), { x: 0, y: 27 });
});

test('arrow keys walk from pixel to pixel, and stay in the picture', () => {
  assert.deepEqual(walk(null, 'ArrowLeft', SIZE), { x: 32, y: 14 });
  assert.deepEqual(walk({ x: 5, y: 5 }, 'ArrowLeft', SIZE), { x: 4, y: 5 });
  assert.deepEqual(walk({ x: 5, y: 5 }, 'ArrowDown', SIZE), { x: 5, y: 6 });
  assert.deepEqual(walk({ x: 63, y: 0 }, 'ArrowRight', SIZE), { x: 63, y: 0 });
  assert.deepEqual(walk({ x: 63, y: 0 }, 'ArrowUp', SIZE), { x: 63, y: 0 });
});

test('numbers are written as sums have them', () => {
  assert.equal(term(-0.03214), '(−0.0321)');
  assert.equal(term(0.5), '0.5');
  assert.equal(coarse(-0.0417), '−0.04');
  assert.equal(coarse(-0.001), '0');
});

test('all are told of the pixel, and that there is none', () => {
  const told = [];
  live.on('pixel', (pixel) => told.push(pixel));
  live.point({ x: 1, y: 2, pinned: true });
  live.point(null);
  assert.deepEqual(told, [{ x: 1, y: 2, pinned: true }, null]);
});
