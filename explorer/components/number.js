// @ts-check
// Shared by the components that write numbers: as Python's `number` writes them, digit by digit.

/** @param {number} exponent */
const raised = (exponent) =>
  String(exponent).replace(/./g, (sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]);

/** Three figures: 0.00762, 1.98; whole from 1,000 on: 20,291; else powers of ten: 5.91·10⁻¹⁰.
 * @param {number | null | undefined} value nothing and NaN are a dash */
export function number(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  const figures = Number(size.toPrecision(3));
  if (figures !== 0 && (figures < 1e-4 || figures >= 1e6)) {
    const [digits, exponent] = size.toExponential(2).split('e');
    return `${sign}${digits}·10${raised(Number(exponent))}`;
  }
  if (figures < 1000) return sign + String(figures);
  return sign + String(Math.round(size)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @param {number} share */
export const percent = (share) => `${number(100 * share)}\u00a0%`; // stays on one line
