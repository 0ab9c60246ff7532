// @ts-check
// The powers: how much of x_t is the image's and how much the noise's, at every t, in the browser.

import { all } from './dom.js';
import { number, percent } from './number.js';
import { live, shareOf } from './scene.js';

live.on('moment', (moment) => {
  const texts = {
    time: String(moment.t),
    own_power: number(moment.scene.power),
    share: percent(shareOf(moment)),
    snr: number(moment.snr),
  };
  for (const [name, text] of Object.entries(texts)) {
    for (const place of all(`.${name}`)) place.textContent = text;
  }
});
