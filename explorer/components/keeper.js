// @ts-check
// The keeper: what was kept is told Python once, as soon as the page is open.
//
// Unless this is no reload and another address: a link, or somebody else at this computer. That
// opens afresh, and what was kept is forgotten.

import { find } from './dom.js';
import { live } from './scene.js';

const PLACE = 'denoising-explorer.kept';
const LARGEST = 200_000; // characters; more is none of ours
const state = find('[data-keeper]').dataset;
let kept = recall();

/** @returns {Kept | null} */
function recall() {
  try {
    const text = sessionStorage.getItem(PLACE) ?? '';
    const found = text.length > LARGEST ? null : JSON.parse(text);
    const [opening] = performance.getEntriesByType('navigation');
    const again = /** @type {PerformanceNavigationTiming} */ (opening)?.type === 'reload';
    if (again || found.address === window.location.search) return found;
    sessionStorage.removeItem(PLACE);
    return null;
  } catch {
    return null; // storage is switched off, or somebody else wrote there
  }
}

function write() {
  try {
    const { picture = null, settings = null } = kept ?? {};
    kept = { picture, settings, address: window.location.search };
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Storage is switched off: it is forgotten with the page.
  }
}
window.addEventListener('explorer:address', write);

/** @param {KeeperValue} value as soon as a hand has set one, the settings are kept */
function keep({ card, values, setting }) {
  const page = new DOMParser().parseFromString(card, 'text/html');
  const own = page.querySelector('[data-own] img');
  const picture = own && {
    name: own.getAttribute('alt') ?? '',
    uri: own.getAttribute('src') ?? '',
  };
  const settings = Object.fromEntries(props.names.map((name, k) => [name, values[k]]));
  kept = { picture, settings: setting || kept?.settings ? settings : null };
  write();
}

/** Told by events of the window: of two values that come at once, a component sees the last alone.
 * @param {'found' | 'done'} stage after 'opening'; done at once if there is nothing to wait for */
function go(stage) {
  state.keeper = stage;
  if (stage === 'done') live.open();
  else trigger('found', { picture: kept?.picture, settings: kept?.settings });
}
function heed() {
  if (state.keeper === 'opening' && window.explorerKeeper === 'opened') {
    go('found');
  } else if (window.explorerKeeper === 'given back') {
    go('done');
  }
}
window.addEventListener('explorer:keeper', heed);
if (!kept?.picture && !kept?.settings) go('done');
heed();
watch('value', () => {
  if (props.value && window.explorerKeeper && state.keeper === 'done') keep(props.value);
});
