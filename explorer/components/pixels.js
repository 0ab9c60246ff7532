// Shared by the components that draw images from arrays: decode what the server sent, paint it.
// Images are arrays in the order (channel, row, column), as in torch.

export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
export const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer);

// Paint one image: `level(channel, i)` gives 0..255 of pixel i, rounded and clipped by the canvas.
export function paint(canvas, [channels, height, width], level) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const image = new ImageData(width, height);
  const size = width * height;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = level(Math.min(c, channels - 1), i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
}
