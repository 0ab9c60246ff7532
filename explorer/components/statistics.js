// @ts-check
// What lesson 1's histogram shows of an image, as its Python side computes it.

/** The correlation of each pixel with the one to its right: 1 the same, 0 as in noise.
 * @param {ArrayLike<number>} values (channel, row, column)
 * @param {number} width */
export function neighbours(values, width) {
  let [a, b, aa, bb, ab, n] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i + 1 < values.length; i++) {
    if ((i + 1) % width === 0) continue; // the last of its row
    const left = values[i];
    const right = values[i + 1];
    a += left;
    b += right;
    aa += left * left;
    bb += right * right;
    ab += left * right;
    n += 1;
  }
  const spread = Math.sqrt((aa - (a * a) / n) * (bb - (b * b) / n));
  return spread > 0 ? (ab - (a * b) / n) / spread : 0;
}

/** The share of the values in each of `bins` from `low` to `high`, for a bar's area to be it; what
 * lies beyond counts to the bins at the ends.
 * @param {Float32Array} values
 * @param {{ low: number, high: number, bins: number }} edges */
export function density(values, { low, high, bins }) {
  const perUnit = bins / (high - low);
  const count = new Array(bins).fill(0);
  for (const value of values) {
    count[Math.max(0, Math.min(bins - 1, Math.floor((value - low) * perUnit)))] += 1;
  }
  return count.map((n) => (n * perUnit) / values.length);
}
