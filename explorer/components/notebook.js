// Shared by the components that remember something from visit to visit, in this browser only.

export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(`denoising-explorer.${name}`)) || {};
  } catch {
    return {}; // storage is switched off, or somebody else wrote there
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`denoising-explorer.${name}`, JSON.stringify(value));
  } catch {
    // Storage is switched off: it is forgotten with the page.
  }
}
