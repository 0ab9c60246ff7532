// @ts-check
// One lesson in a course's page, ?embed=NAME: no navigation, and a link to the whole page.

import { exactAddress } from './address.js';
import { current, embedded } from './rooms.js';

/** The same recipe, on a page of its own. */
function wholePage() {
  const address = exactAddress();
  address.searchParams.delete('embed');
  address.searchParams.set('lesson', current());
  return address.href;
}

export function openEmbedded() {
  if (embedded() === null) return;
  document.documentElement.dataset.embed = '';
  // As soon as somebody may follow, copy or keep the link.
  for (const hint of ['pointerdown', 'focusin', 'pointerover']) {
    document.addEventListener(hint, ({ target }) => {
      const link = target instanceof Element && target.closest('#whole-page');
      if (link instanceof HTMLAnchorElement) link.href = wholePage();
    });
  }
  const found = new MutationObserver(() => {
    const link = document.querySelector('#whole-page');
    if (!(link instanceof HTMLAnchorElement)) return; // the navigation is not there yet
    found.disconnect();
    link.href = `?lesson=${current()}`; // so that the keyboard comes there
  });
  found.observe(document.documentElement, { childList: true, subtree: true });
}
