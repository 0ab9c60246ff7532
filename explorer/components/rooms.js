// @ts-check
// One lesson in sight at a time, each with its own address, ?lesson=NAME, and the browser's Back.
//
// <html data-lesson> says which; a rule of the page's style for each room shows it and hides the
// others. A room is built by Gradio at its first visit (see router.js), and never taken away.

const html = document.documentElement;

/** @returns {Room[]} in the page's order; head.py writes them */
const rooms = () => window.explorerRooms ?? [];

/** @param {string | null} name */
const known = (name) => rooms().find((room) => room.name === name);

/** The lesson in sight. */
export const current = () => html.dataset.lesson ?? '';

/** null for the one that a bare address opens. */
export const inAddress = () => (current() === rooms()[0]?.name ? null : current());

/** The one lesson that a course's page shows in its frame, ?embed=NAME; null on a page of its own. */
export const embedded = () => new URL(window.location.href).searchParams.get('embed');

/** @returns {string} */
function wanted() {
  const { searchParams, hash } = new URL(window.location.href);
  const earlier = hash.replace(/^#lesson-/, '').replaceAll('-', '_'); // of links of earlier versions
  const asked = known(embedded() ?? searchParams.get('lesson'));
  return (asked ?? known(earlier) ?? rooms()[0])?.name ?? '';
}

/** @param {string} name */
function show(name) {
  html.dataset.lesson = name;
  entitle();
  mark();
  window.dispatchEvent(new Event('explorer:lesson'));
  window.dispatchEvent(new Event('resize')); // figures that were drawn while they were hidden
}

/** Gradio writes a title of its own when it builds the page. */
function entitle() {
  const title = known(current())?.title;
  if (title && document.title !== title) document.title = title;
}

/** Which links lead to what is in sight. */
function mark() {
  for (const link of document.querySelectorAll('#lessons a[data-lesson]')) {
    const { lesson, holds = '' } = /** @type {HTMLElement} */ (link).dataset;
    if (lesson === current()) link.setAttribute('aria-current', 'page');
    else if (holds.split(' ').includes(current())) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

/** Go there, as a link does: the address follows, and who reads by ear hears the lesson's title.
 * @param {string} name */
export function enter(name) {
  if (!known(name)) return;
  if (name !== current()) {
    const address = new URL(window.location.href);
    address.hash = '';
    address.searchParams.set('lesson', name);
    if (embedded() !== null) address.searchParams.set('embed', name);
    window.history.pushState(window.history.state, '', address);
    show(name);
  }
  scroller().scrollTo({ top: 0, behavior: 'instant' });
  focusTitle(name);
}

/** The lesson so many places further in the page's order.
 * @param {number} by */
export function step(by) {
  const at = rooms().findIndex(({ name }) => name === current());
  const next = rooms()[at + by];
  if (next) enter(next.name);
}

const scroller = () =>
  (html.classList.contains('framed') ? document.querySelector('gradio-app') : null) ??
  document.scrollingElement ??
  html;

/** As soon as it is there.
 * @param {string} name
 * @param {number} tries */
function focusTitle(name, tries = 300) {
  const title = document.querySelector(`#${known(name)?.id} h2`);
  if (name !== current() || tries === 0) return;
  if (!(title instanceof HTMLElement)) {
    requestAnimationFrame(() => focusTitle(name, tries - 1));
    return;
  }
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element && event.target.closest('a[data-lesson]');
  if (!(link instanceof HTMLAnchorElement)) return;
  // Another tab, a download: the browser's own.
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  enter(link.dataset.lesson ?? '');
}

export function openRooms() {
  const first = wanted();
  // Gradio builds the page from this, later: only the room that is asked for.
  for (const { props } of window.gradio_config?.components ?? []) {
    if (props.elem_classes?.includes('room')) props.visible = props.elem_id === known(first)?.id;
  }
  show(first);
  new MutationObserver(entitle).observe(document.head, {
    childList: true,
    subtree: true,
    characterData: true,
  });
  document.addEventListener('click', follow);
  window.addEventListener('popstate', () => show(wanted()));
  window.addEventListener('explorer:visit', ({ detail }) => enter(detail));
  new MutationObserver((_, observer) => {
    if (!document.querySelector('#lessons a')) return; // the navigation is not there yet
    observer.disconnect();
    mark();
  }).observe(html, { childList: true, subtree: true });
}
