// @ts-check
// The follower: tells Python 'due' when the box that holds it is in sight and behind the rail.
//
// In a closed fold, or far away, it costs nothing. A page that is still being opened, perhaps as it
// was left, need not be asked for what it shows by then.

import { live } from './scene.js';

let inSight = false;
let waiting = false;
/** @type {string | null} */
let told = null; // the moment that Python was last told of

/** @param {Moment} moment */
const heeded = ({ t, scene }) =>
  ({ t: `${scene.key} ${t}`, scene: scene.key, network: scene.network })[props.heeds];

function check() {
  if (!inSight || waiting || !live.opened) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    if (!live.moment || heeded(live.moment) === told) return;
    told = heeded(live.moment);
    trigger('due', {});
  });
}

live.on('moment', check);
live.on('opened', check);
new IntersectionObserver(
  (changes) => {
    inSight = Boolean(changes.at(-1)?.isIntersecting); // the newest: several may come at once
    check();
  },
  { rootMargin: '30% 0px' }, // a little before it comes into sight
).observe(element.closest('.block')?.parentElement ?? element);
watch('value', check);
