// @ts-check
// The quiz's questions: one at a time, answered and judged here. (quiz.js has the rest of it.)

import { find, setData } from './dom.js';
import { moveSlider } from './hand.js';
import { isRight, withUnit } from './judging.js';
import { recall, remember } from './notebook.js';
import { paintImage } from './pixels.js';
import { drawOrder, forgetOrder } from './quiz_order.js';
import { button, letter, pictureOf, sets, words } from './quiz_parts.js';
import { live } from './scene.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';
import { titleOf, visit } from './visit.js';

const NEW = { at: null, rounds: 0, found: 0 };
const card = find('.card');
const range = find('.guess', HTMLInputElement);

/** @type {{ questions: Question[], progress: Progress }} */
export const quiz = { questions: [], progress: { ...NEW, answers: {}, ...recall('quiz') } };

export const keep = () => remember('quiz', quiz.progress);

/** Of the question in sight. */
export const place = () =>
  Math.max(
    0,
    quiz.questions.findIndex(({ id }) => id === quiz.progress.at),
  );

/** @returns {Question | undefined} the one in sight */
export const asked = () => quiz.questions[place()];

/** @param {HTMLElement} target
 * @param {string} lesson
 * @param {Show} show */
export function showJump(target, lesson, show) {
  const title = titleOf(lesson);
  target.hidden = !title;
  target.textContent = fill(words.jump, { lesson: title });
  target.onclick = () => visit(lesson, show);
}

// ---- the whole card

export function draw() {
  const question = asked();
  if (!question) return;
  const answer = quiz.progress.answers[question.id];
  drawPlace();
  setLabel(find('.ask'), question.ask);
  const answers = find('.card > .answers');
  answers.replaceChildren(...choices(question, answer));
  answers.classList.toggle('of-pictures', question.kind === 'pick');
  drawOrder(question, answer);
  lookUp();
  find('.slide').hidden = !('slider' in question);
  if ('slider' in question) drawSlide(question, answer);
  drawFeedback(question, answer);
}

function drawPlace() {
  const { questions, progress } = quiz;
  const states = questions.map((one) => stateOf(one, progress.answers[one.id]));
  const right = states.filter((state) => state === 'right').length;
  const count = right + states.filter((state) => state === 'wrong').length;
  find('.place').textContent = fill(count ? words.place_right : words.place, {
    k: place() + 1,
    n: questions.length,
    right,
    count,
  });
  find('.back', HTMLButtonElement).disabled = place() === 0;
  find('.next', HTMLButtonElement).disabled = place() === questions.length - 1;
  find('.again').hidden = states.every((state) => state === 'open');
  for (const [k, state] of states.entries()) {
    const dot = find('.dots').children[k];
    dot.className = state;
    dot.setAttribute('aria-label', fill(words.dot, { k: k + 1, state: words.states[state] }));
    if (k === place()) dot.setAttribute('aria-current', 'true');
    else dot.removeAttribute('aria-current');
  }
}

/** @param {Question} question
 * @param {Answer} [answer]
 * @returns {keyof QuizWords['states']} */
function stateOf(question, answer) {
  if (answer === undefined) return 'open';
  const right = isRight(question, answer);
  if (right === null) return 'told';
  return right ? 'right' : 'wrong';
}

// ---- pictures, which the server makes when a question with some of them is in sight

let inSight = false;

function lookUp() {
  const question = asked();
  const set = question && 'set' in question ? question.set : '';
  const lacking = Boolean(set) && !sets[set];
  find('.coming').hidden = !lacking;
  if (lacking && inSight) trigger('look', { set });
}

new IntersectionObserver((changes) => {
  inSight = Boolean(changes.at(-1)?.isIntersecting);
  lookUp();
  followRail();
}).observe(card);

/** @param {Question} question
 * @param {Answer} [answer]
 * @returns {HTMLElement[]} buttons, where there are some to choose from */
function choices(question, answer) {
  if (question.kind !== 'choose' && question.kind !== 'pick') return [];
  const texts = question.kind === 'choose' ? question.answers : question.pictures.map(() => '');
  return texts.map((text, k) => {
    const made = button(text, () => settle(question, k));
    if (question.kind === 'pick') made.append(pictureOf(question, k), letter(k));
    if (answer !== undefined) {
      made.disabled = true;
      made.classList.toggle('right', k === question.right);
      made.classList.toggle('wrong', k === answer && k !== question.right);
    }
    return made;
  });
}

/** @param {SliderQuestion} question
 * @param {Answer} [answer] */
function drawSlide(question, answer) {
  const { from, to, step, unit } = question.slider;
  const personal = question.kind === 'personal';
  Object.assign(range, { min: from, max: to, step });
  range.value = String(answer ?? from + (to - from) / 2);
  range.disabled = answer !== undefined && !personal;
  range.setAttribute('aria-label', question.ask);
  find('.low').textContent = withUnit(from, unit);
  find('.high').textContent = withUnit(to, unit);
  find('.check').hidden = answer !== undefined;
  const truth = personal ? from : question.truth;
  const mark = find('.track .truth');
  mark.hidden = answer === undefined || personal;
  mark.style.setProperty('--place', String((truth - from) / (to - from)));
  mark.textContent = withUnit(truth, unit);
  drawNumber();
}

export function drawNumber() {
  const question = asked();
  if (!question || !('slider' in question)) return;
  const text = withUnit(Number(range.value), question.slider.unit);
  find('.number').textContent = text;
  range.setAttribute('aria-valuetext', text);
}

/** @param {Question} question
 * @param {Answer} answer */
function verdictOn(question, answer) {
  const right = isRight(question, answer);
  if ('slider' in question) {
    const { unit } = question.slider;
    const values = { number: withUnit(Number(answer), unit) };
    if (question.kind === 'personal') return fill(words.personal, values);
    const truth = withUnit(question.truth, unit);
    return fill(right ? words.close : words.off, { ...values, truth });
  }
  if (right) return words.right;
  return question.kind === 'order' ? words.order.wrong : words.wrong;
}

/** @param {Question} question
 * @param {Answer} [answer] */
function drawFeedback(question, answer) {
  const box = find('.card > .feedback');
  box.hidden = answer === undefined;
  if (answer === undefined) return;
  setData(box, { right: isRight(question, answer) });
  find('.card .verdict').textContent = verdictOn(question, answer);
  setLabel(find('.card .reason'), question.reason);
  const personal = question.kind === 'personal';
  find('.card .seen').hidden = !personal;
  if (personal) followRail();
  find('.onward').hidden = place() === quiz.questions.length - 1;
  showJump(find('.card .jump'), question.lesson, personal ? {} : question.show); // its t is set already
}

// ---- what a visitor does

/** @param {Answer} answer to the question in sight
 * @param {Question} question */
export function settle(question, answer) {
  quiz.progress.answers[question.id] = answer;
  quiz.progress.at = question.id;
  keep();
  if (question.kind === 'personal') moveSlider(Number(answer));
  draw();
  find('.onward').focus({ preventScroll: true }); // the button that was pressed is gone
}

/** @param {number} k a question, or just beyond the ends */
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

/** Is there one in sight? */
export function opened() {
  const question = asked();
  return question?.kind === 'personal' && quiz.progress.answers[question.id] !== undefined;
}

let copying = false;

function followRail() {
  if (copying || !inSight || !opened()) return;
  copying = true;
  requestAnimationFrame(() => {
    copying = false;
    const { moment, prediction } = live;
    if (!moment || !opened()) return;
    const { x_0, shape } = moment.scene;
    range.value = String(moment.t);
    drawNumber();
    const guess = prediction && (prediction.x_0_hat ?? x_0); // the clean image itself, at t = 0
    for (const [name, image] of Object.entries({ x_0, x_t: moment.x_t, x_0_hat: guess })) {
      if (image) paintImage(find(`.seen canvas.${name}`, HTMLCanvasElement), shape, image);
    }
  });
}

live.on('moment', followRail);
live.on('prediction', followRail);
