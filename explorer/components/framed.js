// @ts-check
// In a frame of another page, as the Hub shows a Space: the page is one screen high and scrolls by
// itself, so that the rail and the navigation stay in sight.
//
// Runs before page.js. It sets two lengths for the styles, --above and --below: what of the frame
// lies outside of the screen that the page keeps to.

function keepToOneScreen() {
  const html = document.documentElement;
  html.classList.add('framed');
  html.dataset.gradioCover = ''; // Gradio then asks the Hub for a frame of one screen, not of all the page

  // Elsewhere a frame may be as tall as its site likes. Which part of it is in sight, the browser
  // tells a new observer, and nobody else: the site around may not be asked.
  /** @type {Record<string, number>} */
  const lengths = {};
  /** @param {string} name
   * @param {number} length */
  function set(name, length) {
    if (lengths[name] === length) return; // else all of the page would be styled anew
    lengths[name] = length;
    html.style.setProperty(name, `${length}px`);
  }
  let most = 0; // that was in sight so far
  const look = () =>
    new IntersectionObserver(([{ intersectionRect: seen }], eye) => {
      eye.disconnect();
      if (!seen.height) return;
      most = Math.max(most, seen.height);
      const screen = Math.max(seen.height, 0.6 * most); // never a mere slit, at the frame's ends
      const above = Math.max(0, Math.min(seen.top, window.innerHeight - screen));
      set('--above', above);
      set('--below', window.innerHeight - screen - above);
    }).observe(html);
  window.addEventListener('resize', () => {
    most = 0;
  });
  setInterval(look, 100);
}

if (window.parent !== window) keepToOneScreen();
