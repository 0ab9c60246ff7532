// @ts-check
// The page's own script: the rooms, the address, the live figures, keys, and the rail on a phone.
//
// It listens to what the components tell, and never asks the server.

import { followAddress } from './address.js';
import { followBig } from './big.js';
import { openEmbedded } from './embed.js';
import { followFigures } from './figures.js';
import { followKeys } from './keys.js';
import { openRooms } from './rooms.js';
import { live } from './scene.js';
import { followSharing } from './sharing.js';

live.opened = false; // until the keeper says so
openRooms();
followFigures();
followAddress();
followKeys();
followBig();
followSharing();
openEmbedded();

// Gradio's page has a base address. With one, Plotly writes the page's own address of the moment
// into its figures, and the browser asks for that page as soon as the address bar has moved on.
document.querySelector('base')?.remove();

// The rail begins below the navigation, which stands in two rows where one is too short.
const rows = new ResizeObserver(([{ target }]) => {
  const height = /** @type {HTMLElement} */ (target).offsetHeight;
  document.documentElement.style.setProperty('--nav', `${height}px`);
});
let begun = false;
live.on('moment', () => {
  const navigation = document.querySelector('#lessons');
  if (begun || !navigation) return;
  begun = true;
  rows.observe(navigation);
});

// On a phone the rail is a thin bar; the button unfolds the rest of it.
document.addEventListener('click', ({ target }) => {
  const open = target instanceof Element ? target.closest('#rail-toggle') : null;
  if (!open) return;
  const unfolded = document.querySelector('#rail')?.classList.toggle('open');
  open.setAttribute('aria-expanded', String(unfolded));
});

// A pinned pixel is let go from wherever the focus is by then.
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && live.pixel) live.point(null);
});
