// @ts-check
// Seeds are text: those beyond 2**53 are no JavaScript numbers. BigInt where they must be compared.

const LARGEST = 2n ** 63n - 1n;

/** The digits of the seed that a text stands for; null if it is no number.
 * @param {string} text */
export function seedIn(text) {
  const whole =
    /^\s*([+-]?\d+)(\.\d*)?\s*$/.exec(text)?.[1] ?? wholePart(Number(text || Number.NaN));
  if (whole === null) return null;
  const seed = BigInt(whole);
  if (seed < 0n) return '0';
  return String(seed > LARGEST ? LARGEST : seed);
}

/** @param {number} number such as 1e3 */
const wholePart = (number) => (Number.isFinite(number) ? String(BigInt(Math.trunc(number))) : null);
