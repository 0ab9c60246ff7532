// The keeper: what was kept is told Python once, as soon as the page is open.
//
// Unless this is no reload and another address: a link, or somebody else at this computer. That
// opens afresh, and what was kept is forgotten.

const PLACE = 'denoising-explorer.kept';
const LARGEST = 200_000; // characters; more is none of ours
const state = element.querySelector('[data-keeper]').dataset;
let kept = recall(); // { address, picture: { name, uri }, settings }

function recall() {
  try {
    const text = sessionStorage.getItem(PLACE) ?? '';
    const found = text.length > LARGEST ? null : JSON.parse(text);
    const again = performance.getEntriesByType('navigation')[0]?.type === 'reload';
    if (again || found.address === window.location.search) return found;
    sessionStorage.removeItem(PLACE);
    return null;
  } catch {
    return null; // storage is switched off, or somebody else wrote there
  }
}

function write() {
  try {
    kept = { ...kept, address: window.location.search };
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Storage is switched off: it is forgotten with the page.
  }
}
window.addEventListener('explorer:address', write);

// card: HTML; values: in the order of props.names, kept as soon as a hand has set one.
function keep({ card, values, setting }) {
  const own = new DOMParser().parseFromString(card, 'text/html').querySelector('[data-own] img');
  const picture = own && { name: own.alt, uri: own.getAttribute('src') };
  const settings = Object.fromEntries(props.names.map((name, k) => [name, values[k]]));
  kept = { picture, settings: setting || kept?.settings ? settings : null };
  write();
}

// opening -> found -> done, or done at once if there is nothing to wait for. Told by events of the
// window: of two values that come at once, a component sees the last alone.
function go(stage) {
  state.keeper = stage;
  if (stage === 'found') trigger('found', { picture: kept.picture, settings: kept.settings });
  if (stage === 'done') window.dispatchEvent(new Event('explorer:opened'));
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
