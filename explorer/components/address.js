// @ts-check
// The address carries the main choices, so that it can be sent as a link. It stays as it came until
// a visitor changes something.

import { inAddress } from './rooms.js';
import { live } from './scene.js';

/** @type {string | null} */
let untouched = null;
let writing = 0;
/** @type {Record<string, string | null>} of the lessons; null is as the page opens */
let settings = {};

/** @param {Moment} moment */
function write(moment) {
  if (!live.opened) return; // what the address says is still on its way onto the page
  const choices = choicesAt(moment);
  const text = JSON.stringify([choices, inAddress()]);
  untouched ??= text;
  if (text === untouched) return;
  untouched = '';
  clearTimeout(writing);
  writing = setTimeout(() => {
    replace(addressOf(choices));
  }, 300);
}

/** @param {Moment} moment */
const choicesAt = ({ t, scene }) => ({ ...scene.choices, t, ...settings });

/** @param {Record<string, unknown>} choices */
function addressOf(choices) {
  const address = new URL(window.location.href);
  for (const [name, value] of Object.entries({ ...choices, lesson: inAddress() })) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  }
  return address;
}

/** The address of exactly this, written at once, with all that there is to choose.
 * @returns {URL} without what the Hub told us of a private Space */
export function exactAddress() {
  if (live.moment && live.opened) {
    clearTimeout(writing);
    replace(addressOf(choicesAt(live.moment)));
    untouched = '';
  }
  const address = new URL(window.location.href);
  for (const name of [...address.searchParams.keys()]) {
    if (name.startsWith('__')) address.searchParams.delete(name);
  }
  return address;
}

/** @param {URL} address */
function replace(address) {
  window.history.replaceState(window.history.state, '', address);
  tellHub(address);
  window.dispatchEvent(new Event('explorer:address'));
}

/** Say there how the page is looked at, which is no choice of what it shows.
 * @param {string} name
 * @param {string | null} value */
export function sayInAddress(name, value) {
  const address = new URL(window.location.href);
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  replace(address);
}

/** On the Hub a visitor sees another page's address, which follows by this message. What the Hub
 * itself told us (a private Space's key, the theme) is not for a link that is sent around.
 * @param {URL} address */
function tellHub(address) {
  const told = [...address.searchParams].filter(([name]) => !name.startsWith('__'));
  const message = { queryString: `${new URLSearchParams(told)}`, hash: address.hash };
  if (window.parent !== window) window.parent.postMessage(message, 'https://huggingface.co');
}

const writeNow = () => live.moment && write(live.moment);

export function followAddress() {
  live.on('opened', writeNow);
  live.on('moment', write);
  window.addEventListener('explorer:lesson', writeNow);
  window.addEventListener('explorer:settings', ({ detail }) => {
    settings = detail;
    writeNow();
  });
}
