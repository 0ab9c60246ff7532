// @ts-check
// Sentences with {names} in them.

/** The text with its {names} filled in; a name that has no value stays as it is.
 * @param {string} text
 * @param {Record<string, unknown>} values */
export const fill = (text, values) =>
  text.replace(/{(\w+)}/g, (all, name) => String(values[name] ?? all));
