// @ts-check
// Blue, white, red: told apart by colour-blind eyes, and equally dark at equal distance from zero.

const STOPS = [
  [5, 48, 97],
  [67, 147, 195],
  [247, 247, 247],
  [214, 96, 77],
  [103, 0, 31],
];

/** 256 colours, from the most negative to the most positive. */
export const PALETTE = Array.from({ length: 256 }, (_, k) => {
  const place = (k / 255) * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  return STOPS[low].map((from, c) => from + (STOPS[low + 1][c] - from) * (place - low));
});

/** The colour of a value in [-1, 1]; beyond, that of the nearer end.
 * @param {number} value */
export const colourOf = (value) =>
  PALETTE[Math.max(0, Math.min(255, Math.round((value + 1) * 127.5)))];
