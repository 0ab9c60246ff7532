// @ts-check
// Shared by the components that lead to a lesson: the page goes there, with the rail set for it.

import { moveSlider } from './hand.js';
import { live } from './scene.js';

/** "3 Reverse"; nothing for a lesson that is not on the page.
 * @param {string} name of a lesson
 * @returns {string} */
export const titleOf = (name) => props.titles?.[name] ?? '';

/** t needs no server; the others are asked for by the event 'go', if they are not so already.
 * @param {string} name of a lesson
 * @param {Show} show */
export function visit(name, { t, ...others }) {
  if (t !== undefined) moveSlider(t);
  /** @type {Record<string, unknown>} */
  const standing = { ...live.scene?.choices };
  const differs = Object.entries(others).some(
    ([key, value]) => String(standing[key]) !== String(value),
  );
  if (differs) trigger('go', others);
  window.dispatchEvent(new CustomEvent('explorer:visit', { detail: name }));
}
