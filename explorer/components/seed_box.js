// @ts-check
// The seed box: props.value is the seed's decimal digits, as text.

import { find } from './dom.js';
import { seedIn } from './seeds.js';

const box = find('input', HTMLInputElement);
find('span').textContent = props.label;
/** @type {string} */
let told = props.value; // the seed that Python was last told of

/** @param {string} seed */
function tell(seed) {
  if (props.value !== seed) props.value = seed;
  if (seed === told) return;
  told = seed;
  trigger('seeded', {});
}

function take() {
  if (box.value !== props.value) box.value = props.value;
  tell(props.value);
}

box.addEventListener('input', () => {
  if (seedIn(box.value) === box.value) tell(box.value);
});
box.addEventListener('change', () => {
  const seed = seedIn(box.value) ?? props.value;
  box.value = seed;
  tell(seed);
});
box.value = props.value;
watch('value', take);
