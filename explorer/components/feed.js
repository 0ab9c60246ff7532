// @ts-check
// The feed: hands what the server sends, and every t of the slider that props.follows names, to
// scene.js, from where all others hear of them.
//
// For tests, `element` carries data-scene, data-prediction and data-t: the newest that is known.

import { setData } from './dom.js';
import { slider } from './hand.js';
import { live } from './scene.js';

function take() {
  /** @type {FeedValue | null} */
  const value = props.value;
  if (!value) return;
  // Where the slider stands by now: it may have moved on since the server was asked.
  const standing = slider()?.valueAsNumber;
  const asked = value.scene || (value.t ?? null) !== null;
  live.take({ ...value, t: asked ? (standing ?? value.t) : null });
  if (value.scene && live.prediction?.t !== live.moment?.t) trigger('behind', {});
}

document.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement && target.closest(props.follows)) {
    live.moveTo(Number(target.value));
  }
});
live.on('scene', ({ key }) => setData(element, { scene: key }));
live.on('moment', ({ t }) => setData(element, { t }));
live.on('prediction', ({ t }) => setData(element, { prediction: t }));
watch('value', take);
take();
