// The seed box: props.value is the seed's decimal digits. Seeds beyond 2**53 are no JavaScript
// numbers: they are text here, and BigInt where they must be compared.

const LARGEST = 2n ** 63n - 1n;
const box = element.querySelector('input');
element.querySelector('span').textContent = props.label;
let told = null; // the seed that Python was last told of

// The digits of the seed that a text stands for; null if it is no number.
function seedIn(text) {
  const whole = /^\s*([+-]?\d+)(\.\d*)?\s*$/.exec(text)?.[1] ?? wholePart(Number(text || NaN));
  if (whole === null) return null;
  const seed = BigInt(whole);
  if (seed < 0n) return '0';
  return String(seed > LARGEST ? LARGEST : seed);
}
const wholePart = (number) => (Number.isFinite(number) ? String(BigInt(Math.trunc(number))) : null); // 1e3

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
told = props.value;
box.value = props.value;
watch('value', take);
