// @ts-check
// Shared by the components that move the rail's slider (props.follows), as a visitor's hand would.

/** @returns {HTMLInputElement | null} */
export const slider = () => document.querySelector(`${props.follows} input[type="range"]`);

/** @param {number} time */
export function moveSlider(time) {
  const range = slider();
  if (!range) return;
  // Gradio hears of what its own property's setter is told, and of the event.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(range, time);
  range.dispatchEvent(new Event('input', { bubbles: true }));
}
