// @ts-check
// The link to exactly this: copied, told, and shown as a QR code for the phones in front of a wall.

import { exactAddress } from './address.js';
import { live } from './scene.js';

/** @type {{ sharing: Record<'copied' | 'refused' | 'own' | 'here' | 'too_long' | 'alt', string> }} */
const { sharing: words } = WORDS;
const LONGEST = 1000; // characters of a QR code: as in web/qr.py
const HERE = ['localhost', '127.0.0.1', '[::1]'];

export function share() {
  const dialog = document.querySelector('#link');
  const box = dialog?.querySelector('input');
  if (!(dialog instanceof HTMLDialogElement) || !box) return;
  const address = exactAddress();
  box.value = address.href;
  tell(dialog, '');
  dialog.querySelector('ul')?.replaceChildren(...hints(address).map(line));
  dialog.querySelector('figure')?.replaceChildren(...code(address));
  dialog.showModal();
  box.select();
  // Only a page that came safely has a clipboard.
  const copying = navigator.clipboard?.writeText(box.value) ?? Promise.reject();
  copying.then(
    () => tell(dialog, words.copied),
    () => {
      tell(dialog, words.refused);
      box.focus();
      box.select();
    },
  );
}

/** @param {Element} dialog
 * @param {string} text */
function tell(dialog, text) {
  const status = dialog.querySelector('[role="status"]');
  if (status) status.textContent = text;
}

/** What whoever is sent it should know.
 * @param {URL} address */
function hints({ href, hostname }) {
  const own = live.scene?.choices.image === null;
  const all = [
    own && words.own,
    HERE.includes(hostname) && words.here,
    isLong(href) && words.too_long,
  ];
  return all.filter((one) => one !== false);
}

/** @param {string} text */
function line(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

/** @param {string} href */
const isLong = (href) => href.length > LONGEST;

/** @param {URL} address */
function code({ href }) {
  if (isLong(href)) return [];
  const image = new Image();
  image.alt = words.alt;
  image.src = `qr.svg?text=${encodeURIComponent(href)}`;
  return [image];
}

export function followSharing() {
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('#link-button')) share();
  });
  // A handout says where it comes from.
  window.addEventListener('beforeprint', () => {
    for (const place of document.querySelectorAll('.handout .address')) {
      place.textContent = exactAddress().href;
    }
  });
}
