// Shared by the components that lead to a lesson: the page goes there, with the rail set for it.

import { moveSlider } from './hand.js';

const idOf = (name) => `lesson-${name.replaceAll('_', '-')}`;
export const titleOf = (name) =>
  document.querySelector(`#lessons a[href="#${idOf(name)}"]`)?.textContent; // "3 Reverse"
let standing = {}; // the network, seed and image as they are now
window.addEventListener('explorer:moment', ({ detail }) => {
  standing = detail.choices;
});

// show: any of t, denoiser, seed, image. t needs no server; the others ask for it by the event
// 'go', if they are not so already.
export function visit(name, show) {
  if (show.t !== undefined) moveSlider(show.t);
  const others = Object.entries(show).filter(([key]) => key !== 't');
  if (others.some(([key, value]) => String(standing[key]) !== String(value)))
    trigger('go', Object.fromEntries(others));
  window.dispatchEvent(new CustomEvent('explorer:visit', { detail: idOf(name) }));
}
