// @ts-check
// One pixel, everywhere: what is pointed at in one picture is ringed in all of its row, and of every
// other row, and each row writes that pixel's numbers. scene.js knows which pixel it is.
//
// Pointing shows it, a click (or Enter) pins it, another one there or Escape lets it go; arrow keys walk.
// A row calls `frameOf` for each of its pictures' canvases, and `followPixels` once. Pictures of
// another size than the scene's (strips of many, say) take no part. Styles are the page's own.

import { number } from './number.js';
import { live } from './scene.js';

const NEAR = 10; // CSS pixels: a click so near to the pinned pixel lets it go
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {number} value
 * @param {number} size */
const within = (value, size) => Math.max(0, Math.min(size - 1, Math.floor(value)));

/** The pixel of a picture at a point of the screen; the nearest one, if it lies outside.
 * @param {{ left: number, top: number, width: number, height: number }} box the picture's
 * @param {{ width: number, height: number }} size in pixels
 * @param {{ clientX: number, clientY: number }} point */
export const pixelAt = (box, { width, height }, { clientX, clientY }) => ({
  x: within(((clientX - box.left) / box.width) * width, width),
  y: within(((clientY - box.top) / box.height) * height, height),
});

/** The pixel that an arrow key leads to; the middle one if there is none yet.
 * @param {{ x: number, y: number } | null} from
 * @param {string} key
 * @param {{ width: number, height: number }} size */
export function walk(from, key, { width, height }) {
  if (!from) return { x: within(width / 2, width), y: within(height / 2, height) };
  const [dx, dy] = ARROWS[key] ?? [0, 0];
  return { x: within(from.x + dx, width), y: within(from.y + dy, height) };
}

/** As numbers in a sum are written: (−0.032).
 * @param {number} value */
export const term = (value) => (value < 0 ? `(${number(value)})` : number(value));

/** Two decimals: for what is known in 8 bits only.
 * @param {number} value */
export const coarse = (value) => number(Number(value.toFixed(2)));

/** The canvas of a frame, if it shows a picture of the scene's size.
 * @param {HTMLElement} frame */
function pictureIn(frame) {
  const canvas = frame.querySelector('canvas');
  const [, height, width] = live.scene?.shape ?? [];
  return canvas && canvas.width === width && canvas.height === height ? canvas : null;
}

/** What a picture has there, read from its 8-bit pixels: in -range..range, its ends being cut off.
 * @param {HTMLElement} frame
 * @param {number} range
 * @returns {string} nothing, if it takes no part */
export function valueIn(frame, range = 1) {
  const { pixel, scene } = live;
  const context = pictureIn(frame)?.getContext('2d', { willReadFrequently: true });
  if (!pixel || !scene || !context) return '';
  const channel = scene.shape[0] === 1 ? 0 : live.channel;
  const byte = context.getImageData(pixel.x, pixel.y, 1, 1).data[channel];
  const cut = byte === 0 ? '≤ ' : byte === 255 ? '≥ ' : '';
  return cut + coarse(range * (byte / 127.5 - 1));
}

/** Put a canvas into a frame that can be pointed at and walked over.
 * @param {HTMLCanvasElement} canvas
 * @param {string} label read aloud, when the frame has the focus */
export function frameOf(canvas, label) {
  const frame = document.createElement('span');
  const ring = document.createElement('span');
  frame.className = 'pixels';
  frame.setAttribute('role', 'application'); // the arrow keys are its own
  frame.setAttribute('aria-label', label);
  ring.className = 'ring';
  ring.hidden = true;
  canvas.replaceWith(frame);
  frame.append(canvas, ring);
  frame.addEventListener('pointermove', (event) => {
    const picture = pictureIn(frame);
    if (!picture || live.pixel?.pinned || event.pointerType === 'touch') return;
    live.point({ ...pixelAt(picture.getBoundingClientRect(), picture, event), pinned: false });
  });
  frame.addEventListener('click', (event) => pin(frame, event));
  frame.addEventListener('keydown', (event) => press(frame, event));
  frame.addEventListener('focus', () => {
    const picture = pictureIn(frame);
    if (!picture || live.pixel || !frame.matches(':focus-visible')) return;
    live.point({ ...walk(null, '', picture), pinned: false });
  });
  for (const leaving of ['pointerleave', 'blur']) {
    frame.addEventListener(leaving, () => {
      if (live.pixel && !live.pixel.pinned) live.point(null);
    });
  }
  return frame;
}

/** @param {HTMLElement} frame
 * @param {MouseEvent} event */
function pin(frame, event) {
  const picture = pictureIn(frame);
  if (!picture) return;
  const box = picture.getBoundingClientRect();
  const { pixel } = live;
  if (pixel?.pinned) {
    const dx = box.left + ((pixel.x + 0.5) / picture.width) * box.width - event.clientX;
    const dy = box.top + ((pixel.y + 0.5) / picture.height) * box.height - event.clientY;
    if (Math.hypot(dx, dy) < Math.max(NEAR, box.width / picture.width)) {
      live.point(null);
      return;
    }
  }
  live.point({ ...pixelAt(box, picture, event), pinned: true });
}

/** @param {HTMLElement} frame
 * @param {KeyboardEvent} event */
function press(frame, event) {
  const picture = pictureIn(frame);
  if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
  const { pixel } = live;
  if (event.key in ARROWS) {
    live.point({ ...walk(pixel, event.key, picture), pinned: pixel?.pinned ?? false });
  } else if (event.key === 'Enter' || event.key === ' ') {
    live.point({ ...(pixel ?? walk(null, '', picture)), pinned: !pixel?.pinned });
  } else if (event.key === 'Escape') {
    live.point(null);
  } else {
    return;
  }
  event.preventDefault(); // do not scroll the page, nor move t
  event.stopPropagation();
}

/** @param {HTMLElement} frame */
function placeRing(frame) {
  const ring = /** @type {HTMLElement} */ (frame.querySelector('.ring'));
  const picture = pictureIn(frame);
  const { pixel } = live;
  ring.hidden = !pixel || !picture;
  if (!pixel || !picture) return;
  ring.classList.toggle('pinned', pixel.pinned);
  const { width, height } = picture;
  for (const [name, value] of Object.entries({ x: pixel.x, y: pixel.y, width, height })) {
    ring.style.setProperty(`--${name}`, String(value));
  }
}

/** Ring the pixel in these pictures, and have its numbers written, as long as they are in sight.
 * Tab comes to one picture of the row.
 * @param {() => HTMLElement[]} frames as `frameOf` made them
 * @param {(pixel: Pixel | null) => void} write
 * @param {HTMLElement[]} lines where it is written: read aloud to whoever walks, and to nobody else
 * @returns {() => void} to be called when the pictures have changed */
export function followPixels(frames, write, lines = []) {
  /** @type {EventTarget | null} */
  let home = null;
  function update() {
    if (!element.checkVisibility()) return;
    const pictures = frames();
    if (!pictures.some((frame) => frame === home)) home = pictures[0];
    for (const frame of pictures) {
      frame.tabIndex = frame === home ? 0 : -1;
      placeRing(frame);
    }
    const walking = pictures.some((frame) => frame === document.activeElement);
    for (const line of lines) line.setAttribute('aria-live', walking ? 'polite' : 'off');
    write(live.pixel);
  }
  element.addEventListener('focusin', ({ target }) => {
    if (!frames().some((frame) => frame === target)) return;
    home = target;
    update();
  });
  live.on('pixel', update);
  window.addEventListener('explorer:lesson', update);
  update();
  return update;
}
