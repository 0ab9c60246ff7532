// @ts-check
// The page's live figures: what of them follows t is moved here, without asking the server.
//
// Each says itself what of it follows, in its layout's meta (see Follows in types.d.ts). One that
// is out of sight or in a closed fold costs nothing; it takes the newest values when it comes back.

import { keepGrown } from './grown.js';
import { number } from './number.js';
import { live } from './scene.js';
import { density, neighbours } from './statistics.js';

/** @type {Set<PlotElement>} */
const inSight = new Set();
let waiting = false;

/** At most one update a frame, with the newest values. */
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const plot of inSight) update(plot);
  });
}

/** @param {PlotElement} plot */
function update(plot) {
  const follows = plot.layout?.meta?.follows;
  const { moment, prediction } = live;
  if (!follows || !moment || !window.Plotly) return;
  const { lines = [], points = [], histogram } = follows;
  if (histogram) {
    const note = `annotations[${histogram.note}].text`;
    const text = plot.layout?.annotations?.[histogram.note].text ?? '';
    const alike = number(neighbours(moment.x_t, moment.scene.shape[2]));
    window.Plotly.update(
      plot,
      { y: [density(moment.x_t, histogram)] },
      { [note]: text.replace(/\S+$/, alike) },
      [histogram.trace],
    );
  }
  if (points.length && !prediction) return;
  const t = points.length && prediction ? prediction.t : moment.t;
  const marks = Object.fromEntries(
    lines.flatMap((k) => ['x0', 'x1'].map((end) => [`shapes[${k}].${end}`, t])),
  );
  if (!points.length) {
    if (lines.length) window.Plotly.relayout(plot, marks);
    return;
  }
  const heights = points.map(({ figure, lowest }) => {
    const value = prediction?.figures[figure];
    return [value ? Math.max(value, lowest) : null];
  });
  const traces = points.map(({ trace }) => trace);
  window.Plotly.update(plot, { x: points.map(() => [t]), y: heights }, marks, traces);
}

const sight = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    const plot = /** @type {PlotElement} */ (target);
    if (isIntersecting) inSight.add(plot);
    else inSight.delete(plot);
  }
  soon();
});

/** @type {WeakSet<Element>} */
const known = new WeakSet();

/** A figure that has just been opened is watched from then on. */
function findNew() {
  for (const plot of document.querySelectorAll('.js-plotly-plot')) {
    keepGrown(/** @type {PlotElement} */ (plot));
    if (known.has(plot) || !(/** @type {PlotElement} */ (plot).layout?.meta?.follows)) continue;
    known.add(plot);
    sight.observe(plot);
  }
}

export function followFigures() {
  new MutationObserver(findNew).observe(document.documentElement, {
    childList: true,
    subtree: true,
  });
  live.on('moment', soon);
  live.on('prediction', soon);
}
