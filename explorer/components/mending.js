// What Gradio's own parts leave undone, mended before they or their listeners see it.

// A server that was started anew while nothing was asked knows nothing of this page: its answers
// would be about another picture. They are dropped, and the page opens itself again.
const ask = window.fetch;
let known = null;
window.fetch = async (...asked) => {
  const answer = await ask(...asked);
  const start = answer.headers.get('x-explorer-start');
  if (!start || (known ??= start) === start) return answer;
  setTimeout(() => window.location.reload(), 500); // by then the address is written
  return new Promise(() => {});
};

// A slider's number box shows what is used: what the slider itself, which knows its steps and its
// ends, can show. Gradio would leave 12.7 in the box where 13 is meant.
document.addEventListener(
  'change',
  ({ target }) => {
    if (!target.matches?.('input[type=number]')) return;
    const range = target.closest('.block')?.querySelector('input[type=range]');
    if (!range || target.value === '' || target.value === range.value) return;
    target.value = range.value;
    target.dispatchEvent(new Event('input', { bubbles: true }));
  },
  true,
);

// Where a system does not know iPhones' photos, their files have no type, and Gradio takes them
// for no pictures at all.
const nameless = (file) => !file.type && /\.hei[cf]$/i.test(file.name);
function named(files) {
  const all = new DataTransfer();
  for (const file of files) {
    const type = /\.heif$/i.test(file.name) ? 'image/heif' : 'image/heic';
    all.items.add(nameless(file) ? new File([file], file.name, { type }) : file);
  }
  return all;
}
document.addEventListener(
  'change',
  ({ target }) => {
    if (target.matches?.('#chooser input[type=file]') && [...target.files].some(nameless)) {
      target.files = named(target.files).files;
    }
  },
  true,
);
document.addEventListener(
  'drop',
  (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!event.target.closest?.('#chooser') || !files.some(nameless)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(
      new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: named(files) }),
    );
  },
  true,
);
