// @ts-check
// Shared by the components that remember something from visit to visit, in this browser only.

/** @param {string} name
 * @returns {Record<string, any>} empty if nothing is remembered; trust nothing in it */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(`denoising-explorer.${name}`) ?? '') || {};
  } catch {
    return {}; // nothing is there, storage is switched off, or somebody else wrote there
  }
}

/** @param {string} name
 * @param {object} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`denoising-explorer.${name}`, JSON.stringify(value));
  } catch {
    // Storage is switched off: it is forgotten with the page.
  }
}
