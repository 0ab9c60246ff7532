// @ts-check
// Figures grow with the page's type: Plotly measures its type and margins in pixels of its own.

/** How much larger the page's type is than 16 pixels. */
const growth = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** @type {Set<PlotElement>} */
const known = new Set();

/** From now on, whatever is drawn there.
 * @param {PlotElement} plot */
export function keepGrown(plot) {
  if (known.has(plot) || !plot.on) return;
  known.add(plot);
  plot.on('plotly_afterplot', () => grow(plot));
  grow(plot);
}

/** A figure that Python has sent anew is as small as ever, and says nothing of its growth.
 * @param {PlotElement} plot */
function grow(plot) {
  const { layout } = plot;
  const now = layout?.meta?.grown ?? 1;
  const by = growth() / now;
  if (!layout || !window.Plotly || Math.abs(by - 1) < 0.01) return;
  const sizes = ['height', 'font.size', 'title.font.size', 'legend.font.size'];
  sizes.push('margin.l', 'margin.r', 'margin.t', 'margin.b');
  /** @type {Record<string, unknown>} */
  const grown = { meta: { ...layout.meta, grown: growth() } };
  for (const size of sizes) {
    const length = size
      .split('.')
      .reduce((part, name) => part?.[name], /** @type {any} */ (layout));
    if (typeof length === 'number') grown[size] = length * by;
  }
  window.Plotly.relayout(plot, grown);
}

window.addEventListener('resize', () => {
  for (const plot of known) {
    if (plot.isConnected) grow(plot);
    else known.delete(plot);
  }
});
