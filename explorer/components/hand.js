// @ts-check
// Shared by the components that move the rail's slider (props.follows), as a visitor's hand would.

/** @returns {HTMLInputElement | null} */
export const slider = () => document.querySelector(`${props.follows} input[type="range"]`);

/** What it would look like at this time; neither Gradio nor anybody else hears of it.
 * @param {number} time */
export function showOnSlider(time) {
  const range = slider();
  if (!range) return;
  const box = range.closest('.block')?.querySelector('input[type="number"]');
  setValue(range, time);
  if (box instanceof HTMLInputElement) setValue(box, time);
  const part = (time - Number(range.min)) / (Number(range.max) - Number(range.min));
  range.style.setProperty('--range_progress', `${100 * part}%`); // Gradio's own
}

/** @param {number} time */
export function moveSlider(time) {
  const range = slider();
  if (range) setRange(range, time);
}

/** Any slider of the page, as a hand would.
 * @param {HTMLInputElement} range
 * @param {number} value */
export function setRange(range, value) {
  setValue(range, value);
  range.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Gradio hears of what its own property's setter is told.
 * @param {HTMLInputElement} input
 * @param {number} value */
function setValue(input, value) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
}
