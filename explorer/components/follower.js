// The follower: tells Python 'due' when the box that holds it is in sight and behind the rail.
//
// A page that is still being opened, perhaps as it was left, need not be asked for what it shows by
// then. What the rail stands for is read from the noiser, which carries it as data-scene and data-t.

let inSight = false;
let waiting = false;
let told = null; // the moment that Python was last told of

function check() {
  if (!inSight || waiting || document.querySelector('[data-keeper=opening], [data-keeper=found]'))
    return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const moment = document.querySelector('[data-scene]:has(.noiser)')?.dataset;
    if (!moment) return;
    const network = moment.scene.split('-').slice(0, -2).join('-'); // of network-image-seed
    const now = { t: `${moment.scene} ${moment.t}`, scene: moment.scene, network }[props.heeds];
    if (now === told) return;
    told = now;
    trigger('due', {});
  });
}

window.addEventListener('explorer:moment', check);
window.addEventListener('explorer:opened', check);
new IntersectionObserver(
  (changes) => {
    inSight = changes.at(-1).isIntersecting; // the newest: several may come at once
    check();
  },
  { rootMargin: '30% 0px' }, // a little before it comes into sight
).observe(element.closest('.block').parentElement);
watch('value', check);
