// @ts-check
// What a key or the wall means by "the run", "the slider": the one that is in sight.

/** Those that can be seen, of the lesson in sight.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T[]} */
function seen(selector, kind) {
  const found = [...document.querySelectorAll(selector)];
  return /** @type {T[]} */ (found.filter((one) => one instanceof kind && one.checkVisibility()));
}

/** The run nearest to the middle of the window. */
export function run() {
  const middle = window.innerHeight / 2;
  /** @param {Element} one */
  const away = (one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return Math.abs((top + bottom) / 2 - middle);
  };
  const runs = seen('#article .scrubber', HTMLElement);
  return runs.sort((one, other) => away(one) - away(other)).at(0) ?? null;
}

/** The rail's, if the lesson heeds it. */
export const time = () => seen('#t-slider input[type="range"]', HTMLInputElement).at(0) ?? null;

/** The one slider that a lesson is about: its run's if it opens with one, its own if it has one
 * outside of folds, else t. */
export function control() {
  const [stage] = seen('#article :is(canvas, .scrubber)', HTMLElement);
  const apart = stage?.closest('.scrubber')
    ? ':not(.scrubber *)'
    : ':is(.scrubber *, .gr-accordion *)';
  const own = seen('#article input[type="range"]', HTMLInputElement);
  return own.find((range) => !range.matches(apart)) ?? time();
}
