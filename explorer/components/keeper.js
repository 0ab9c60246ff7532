// @ts-check
// The keeper: settings go into the address, the visitor's own picture is kept in this tab; it is told
// Python once, as soon as the page is open.
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
    kept = { picture: kept?.picture ?? null, address: window.location.search };
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Storage is switched off: it is forgotten with the page.
  }
}
window.addEventListener('explorer:address', write);

/** @param {KeeperValue} value */
function keep({ card, values, setting }) {
  const page = new DOMParser().parseFromString(card, 'text/html');
  const own = page.querySelector('[data-own] img');
  const picture = own && {
    name: own.getAttribute('alt') ?? '',
    uri: own.getAttribute('src') ?? '',
  };
  kept = { picture };
  write();
  // Only what is not as the page opens is said.
  const said = Object.entries(props.opens).map(([name, opens], k) => [
    name,
    values[k] === opens || values[k] === null ? null : String(values[k]),
  ]);
  const detail = Object.fromEntries(said);
  if (setting) window.dispatchEvent(new CustomEvent('explorer:settings', { detail }));
}

/** Told by events of the window: of two values that come at once, a component sees the last alone.
 * @param {'found' | 'done'} stage after 'opening'; done at once if there is nothing to wait for */
function go(stage) {
  state.keeper = stage;
  if (stage === 'done') live.open();
  else trigger('found', { picture: kept?.picture });
}
/** Does the address say more than which lesson? Then what it says is still on its way. */
const says = [...new URLSearchParams(window.location.search).keys()].some(
  (name) => name !== 'lesson' && !name.startsWith('__'),
);

function heed() {
  if (state.keeper === 'opening' && window.explorerKeeper === 'opened') {
    go(kept?.picture ? 'found' : 'done');
  } else if (window.explorerKeeper === 'given back') {
    go('done');
  }
}
window.addEventListener('explorer:keeper', heed);
if (!kept?.picture && !says) go('done');
heed();
watch('value', () => {
  if (props.value && window.explorerKeeper && state.keeper === 'done') keep(props.value);
});
