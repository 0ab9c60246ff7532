// @ts-check
// The parts of a component's own markup. It never changes, so one that is not there is a mistake.

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {new () => T} [kind] such as HTMLCanvasElement
 * @param {Element} [where]
 * @returns {T}
 */
export function find(selector, kind, where = element) {
  const found = where.querySelector(selector);
  if (found instanceof (kind ?? HTMLElement)) return /** @type {T} */ (found);
  throw new TypeError(`There is no ${(kind ?? HTMLElement).name} ${selector}.`);
}

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {new () => T} [kind] those of another kind are left out
 * @param {Element} [where]
 * @returns {T[]}
 */
export function all(selector, kind, where = element) {
  const found = [...where.querySelectorAll(selector)];
  return /** @type {T[]} */ (found.filter((one) => one instanceof (kind ?? HTMLElement)));
}

/** What data attributes hold is text; they are for styles and tests to read.
 * @param {HTMLElement} target
 * @param {Record<string, unknown>} values */
export function setData(target, values) {
  for (const [name, value] of Object.entries(values)) target.dataset[name] = String(value);
}
