// @ts-check
// One step of a run, in numbers: DDIM without fresh noise (Song et al. 2021, eq. 12 with sigma = 0).
//
// x_next = signal' x_0_hat + noise' eps', where eps' = (x_t - signal x_0_hat) / noise is the noise
// that x_0_hat leaves of x_t. So  x_next = keep x_t + add x_0_hat,  with
// keep = noise' / noise  and  add = signal' - keep signal.

import { scalesOf } from './scene.js';

/** @param {number} alphaBar at t > 0
 * @param {number} next at the next, smaller t */
export function stepOf(alphaBar, next) {
  const here = scalesOf(alphaBar);
  const there = scalesOf(next);
  const keep = there.noise / here.noise;
  return { keep, add: there.signal - keep * here.signal };
}
