// @ts-check
// Shared by the components that draw images from arrays: decode what the server sent, paint it.
// Images are arrays in the order (channel, row, column), as in torch; their values are in [-1, 1].

/** @param {Base64} base64 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** @param {Base64} base64 */
export const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer);

/** 8-bit pixels as values in [-1, 1].
 * @param {Base64} base64 */
export const imageOf = (base64) => Float32Array.from(bytesOf(base64), (byte) => byte / 127.5 - 1);

/** From [-1, 1] to 0..255.
 * @param {number} value */
export const level = (value) => (value + 1) * 127.5;

/** Paint one image: `levelOf(channel, i)` gives 0..255 of pixel i, rounded and clipped by the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {(channel: number, i: number) => number} levelOf */
export function paint(canvas, [channels, height, width], levelOf) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const image = new ImageData(width, height);
  const size = width * height;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = levelOf(Math.min(c, channels - 1), i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** Paint an array as it is.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {Float32Array} values in [-1, 1]; what lies beyond is clipped */
export function paintImage(canvas, shape, values) {
  const size = shape[1] * shape[2];
  paint(canvas, shape, (c, i) => level(values[c * size + i]));
}
