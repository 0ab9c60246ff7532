// Shared by the components that move the rail's slider (props.follows), as a visitor's hand would.

export const slider = () => document.querySelector(`${props.follows} input[type="range"]`);

export function moveSlider(time) {
  const range = slider();
  if (!range) return;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(range, time);
  range.dispatchEvent(new Event('input', { bubbles: true }));
}
