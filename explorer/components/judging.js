// @ts-check
// The quiz's judge: what is right, and how an answer is written.

import { number } from './number.js';

const NAME_OF_UNIT = 't';

/** null: neither right nor wrong.
 * @param {Question} question
 * @param {Answer} answer */
export function isRight(question, answer) {
  if (question.kind === 'personal') return null;
  if (question.kind === 'predict') {
    return Math.abs(Number(answer) - question.truth) <= question.tolerance;
  }
  return String(answer) === String(question.right);
}

/** @param {number} value
 * @param {string} unit */
export const withUnit = (value, unit) =>
  unit === NAME_OF_UNIT ? `t = ${Math.round(value)}` : `${number(value)} ${unit}`.trim();
