// The quiz's questions: one at a time, answered and judged here. (quiz.js has the rest of it.)

import { moveSlider, slider } from './hand.js';
import { recall, remember } from './notebook.js';
import { number } from './number.js';
import { button, fill, find, letter, pictureOf, sets, words } from './quiz_parts.js';
import { drawOrder, forgetOrder } from './quiz_order.js';
import { setLabel } from './symbols.js';
import { titleOf, visit } from './visit.js';

const NAME_OF_UNIT = 't';

const NEW = { at: null, rounds: 0, found: 0 };

export const quiz = { questions: [], progress: { ...NEW, answers: {}, ...recall('quiz') } };

export const keep = () => remember('quiz', quiz.progress);
export const current = () =>
  Math.max(
    0,
    quiz.questions.findIndex(({ id }) => id === quiz.progress.at),
  );
const withUnit = (value, unit) =>
  unit === NAME_OF_UNIT ? `t = ${Math.round(value)}` : `${number(value)} ${unit}`.trim();

function isRight(question, answer) {
  if (question.kind === 'personal') return null; // neither right nor wrong
  if (question.kind === 'order') return String(answer) === String(question.right);
  if (question.answers || question.set) return answer === question.right;
  return Math.abs(answer - question.truth) <= question.tolerance;
}

export function showJump(target, lesson, show) {
  const title = titleOf(lesson);
  target.hidden = !title;
  target.textContent = fill(words.jump, { lesson: title });
  target.onclick = () => visit(lesson, show);
}

// ---- the whole card

export function draw() {
  const question = quiz.questions[current()];
  if (!question) return;
  const answer = quiz.progress.answers[question.id];
  drawPlace();
  setLabel(find('.ask'), question.ask);
  find('.card > .answers').replaceChildren(
    ...(question.answers || question.kind === 'pick' ? choices(question, answer) : []),
  );
  find('.card > .answers').classList.toggle('of-pictures', question.kind === 'pick');
  drawOrder(question, answer);
  lookUp();
  find('.slide').hidden = !question.slider;
  if (question.slider) drawSlide(question, answer);
  drawFeedback(question, answer);
}

function drawPlace() {
  const judged = quiz.questions.map((one) => [one, quiz.progress.answers[one.id]]);
  const answered = judged.filter(([, answer]) => answer !== undefined);
  const count = answered.filter(([one]) => isRight(one, 0) !== null).length;
  const right = answered.filter(([one, answer]) => isRight(one, answer)).length;
  find('.place').textContent = fill(count ? words.place_right : words.place, {
    k: current() + 1,
    n: quiz.questions.length,
    right,
    count,
  });
  find('.back').disabled = current() === 0;
  find('.next').disabled = current() === quiz.questions.length - 1;
  find('.again').hidden = answered.length === 0;
  judged.forEach(([one, answer], k) => {
    const dot = find('.dots').children[k];
    const state =
      answer === undefined
        ? 'open'
        : { true: 'right', false: 'wrong', null: 'told' }[isRight(one, answer)];
    dot.className = state;
    dot.setAttribute('aria-label', fill(words.dot, { k: k + 1, state: words.states[state] }));
    if (k === current()) dot.setAttribute('aria-current', 'true');
    else dot.removeAttribute('aria-current');
  });
}

// ---- pictures, which the server makes when a question with some of them is in sight

let inSight = false;

function lookUp() {
  const { set } = quiz.questions[current()] ?? {};
  const lacking = Boolean(set) && !sets[set];
  find('.coming').hidden = !lacking;
  if (lacking && inSight) trigger('look', { set });
}

new IntersectionObserver((changes) => {
  inSight = changes.at(-1).isIntersecting;
  lookUp();
}).observe(find('.card'));

function choices(question, answer) {
  return (question.answers ?? question.pictures).map((text, k) => {
    const made = button(question.answers ? text : '', () => settle(question, k));
    if (!question.answers) made.append(pictureOf(question, k), letter(k));
    if (answer !== undefined) {
      made.disabled = true;
      made.classList.toggle('right', k === question.right);
      made.classList.toggle('wrong', k === answer && k !== question.right);
    }
    return made;
  });
}

function drawSlide({ slider: { from, to, step, unit }, kind, ask, truth }, answer) {
  const range = find('.guess');
  Object.assign(range, { min: from, max: to, step });
  range.value = answer ?? from + (to - from) / 2;
  range.disabled = answer !== undefined && kind !== 'personal';
  range.setAttribute('aria-label', ask);
  find('.low').textContent = withUnit(from, unit);
  find('.high').textContent = withUnit(to, unit);
  find('.check').hidden = answer !== undefined;
  const mark = find('.track .truth');
  mark.hidden = answer === undefined || kind === 'personal';
  mark.style.setProperty('--place', (truth - from) / (to - from));
  mark.textContent = withUnit(truth ?? 0, unit);
  drawNumber();
}

export function drawNumber() {
  const { unit } = quiz.questions[current()].slider;
  const text = withUnit(Number(find('.guess').value), unit);
  find('.number').textContent = text;
  find('.guess').setAttribute('aria-valuetext', text);
}

function drawFeedback(question, answer) {
  const box = find('.card > .feedback');
  box.hidden = answer === undefined;
  if (box.hidden) return;
  const right = isRight(question, answer);
  box.dataset.right = right;
  const { unit } = question.slider ?? {};
  const said = question.slider && withUnit(answer, unit);
  const truth = question.truth !== undefined && withUnit(question.truth, unit);
  const verdict = {
    choose: right ? words.right : words.wrong,
    pick: right ? words.right : words.wrong,
    order: right ? words.right : words.order.wrong,
    predict: fill(right ? words.close : words.off, { number: said, truth }),
    personal: fill(words.personal, { number: said }),
  };
  find('.card .verdict').textContent = verdict[question.kind];
  setLabel(find('.card .reason'), question.reason);
  find('.card .seen').hidden = question.kind !== 'personal';
  if (question.kind === 'personal') followRail();
  const last = current() === quiz.questions.length - 1;
  find('.onward').hidden = last;
  const show = question.kind === 'personal' ? {} : question.show; // its t is set already
  showJump(find('.card .jump'), question.lesson, show);
}

// ---- what a visitor does

export function settle(question, answer) {
  quiz.progress.answers[question.id] = answer;
  quiz.progress.at = question.id;
  keep();
  if (question.kind === 'personal') moveSlider(answer);
  draw();
  find('.onward').focus({ preventScroll: true }); // the button that was pressed is gone
}

export function turnTo(k) {
  quiz.progress.at = quiz.questions[Math.max(0, Math.min(quiz.questions.length - 1, k))].id;
  keep();
  draw();
}

export function startOver() {
  quiz.progress = { ...NEW, answers: {} };
  forgetOrder();
  keep();
  draw();
}

// ---- a personal question, once answered, follows the rail: image, noisy image, the guess

export const opened = () => {
  const question = quiz.questions[current()];
  return question?.kind === 'personal' && quiz.progress.answers[question.id] !== undefined;
};
let copying = false;

function followRail() {
  if (copying || !opened()) return;
  copying = true;
  requestAnimationFrame(() => {
    // when the page has drawn its own
    copying = false;
    if (!opened() || !slider()) return;
    find('.guess').value = slider().value;
    drawNumber();
    copy('.noiser canvas.x_0', 'x_0');
    copy('.noiser canvas.x_t', 'x_t');
    copy('.noise-maps canvas.x_0_hat', 'x_0_hat');
  });
}

function copy(from, name) {
  const original = document.querySelector(from);
  if (!original) return;
  const canvas = find(`.seen canvas.${name}`);
  if (canvas.width !== original.width)
    [canvas.width, canvas.height] = [original.width, original.height];
  canvas.getContext('2d').drawImage(original, 0, 0);
}

window.addEventListener('explorer:moment', followRail);
window.addEventListener('explorer:prediction', followRail);
