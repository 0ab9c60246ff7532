// Shared by the components that lead to a lesson: scroll there, and set the rail for it.
// Needs hand.js.

const idOf = (name) => `lesson-${name.replaceAll('_', '-')}`;
const titleOf = (name) => document.querySelector(`#lessons a[href="#${idOf(name)}"]`)?.textContent; // "3 Reverse"
let standing = {}; // the network, seed and image as they are now
window.addEventListener('explorer:moment', ({ detail }) => { standing = detail.choices; });

// show: any of t, denoiser, seed, image. t needs no server; the others ask for it by the event
// 'go', if they are not so already.
function visit(name, show) {
  if (show.t !== undefined) moveSlider(show.t);
  const others = Object.entries(show).filter(([key]) => key !== 't');
  if (others.some(([key, value]) => standing[key] !== value)) trigger('go', Object.fromEntries(others));
  const lesson = document.getElementById(idOf(name));
  if (!lesson) return;
  // From afar, jump: lessons that only fly past should not begin to work.
  const far = Math.abs(lesson.getBoundingClientRect().top) > 2 * window.innerHeight;
  lesson.scrollIntoView({ behavior: far ? 'instant' : 'auto' });
}
