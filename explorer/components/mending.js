// @ts-check
// What Gradio's own parts leave undone, mended before they or their listeners see it.

// A server that was started anew while nothing was asked knows nothing of this page: its answers
// would be about another picture. They are dropped, and the page opens itself again.
const ask = window.fetch;
/** @type {string | null} */
let known = null;
window.fetch = async (...asked) => {
  const answer = await ask(...asked);
  const start = answer.headers.get('x-explorer-start');
  known ??= start;
  if (!start || start === known) return answer;
  setTimeout(() => window.location.reload(), 500); // by then the address is written
  return new Promise(() => {});
};

/** Before anybody else hears of it.
 * @param {(target: HTMLInputElement) => void} mend */
function onChange(mend) {
  const listener = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLInputElement) mend(target);
  };
  document.addEventListener('change', listener, true);
}

// A slider's number box shows what is used: what the slider itself, which knows its steps and its
// ends, can show. Gradio would leave 12.7 in the box where 13 is meant.
onChange((box) => {
  if (!box.matches('input[type=number]')) return;
  const range = box.closest('.block')?.querySelector('input[type=range]');
  if (!(range instanceof HTMLInputElement) || box.value === '' || box.value === range.value) return;
  box.value = range.value;
  box.dispatchEvent(new Event('input', { bubbles: true }));
});

// Where a system does not know iPhones' photos, their files have no type, and Gradio takes them
// for no pictures at all.
/** @param {File} file */
const nameless = (file) => !file.type && /\.hei[cf]$/i.test(file.name);

/** @param {Iterable<File>} files
 * @returns {DataTransfer} the same, with types */
function named(files) {
  const all = new DataTransfer();
  for (const file of files) {
    const type = /\.heif$/i.test(file.name) ? 'image/heif' : 'image/heic';
    all.items.add(nameless(file) ? new File([file], file.name, { type }) : file);
  }
  return all;
}

onChange((chooser) => {
  const files = [...(chooser.files ?? [])];
  if (chooser.matches('#chooser input[type=file]') && files.some(nameless)) {
    chooser.files = named(files).files;
  }
});

/** @param {DragEvent} event */
function mendDrop(event) {
  const files = [...(event.dataTransfer?.files ?? [])];
  const { target } = event;
  if (!(target instanceof Element && target.closest('#chooser')) || !files.some(nameless)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  target.dispatchEvent(
    new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: named(files) }),
  );
}
document.addEventListener('drop', mendDrop, true);
