// @ts-check
// The quiz: its questions (quiz_questions.js), and below them the game of the broken run.
//
// No answer leaves the browser.

import { all, find, setData } from './dom.js';
import { moveSlider } from './hand.js';
import { orderOf } from './quiz_order.js';
import { button, sets, words } from './quiz_parts.js';
import {
  asked,
  draw,
  drawNumber,
  keep,
  opened,
  place,
  quiz,
  settle,
  showJump,
  startOver,
  turnTo,
} from './quiz_questions.js';
import { setLabel } from './symbols.js';
import { fill } from './text.js';

/** @typedef {NonNullable<QuizValue['truth']>} Truth */
/** @type {{ runs: DataURI[], picked: number | null, way: string | null, truth: Truth | null } | null} */
let round = null;

/** @param {string} selector */
const inRound = (selector) => find(`.round ${selector}`);
const deal = find('.round .deal', HTMLButtonElement);
const guess = find('.guess', HTMLInputElement);

function drawTally() {
  const { rounds, found } = quiz.progress;
  inRound('.tally').textContent = rounds ? fill(words.round.tally, { rounds, found }) : '';
}

function drawRound() {
  if (!round) return;
  const { picked, way: said, truth } = round;
  inRound('.runs').hidden = false;
  inRound('.runs').classList.toggle('done', Boolean(truth));
  for (const [k, one] of all('.runs > button', HTMLButtonElement).entries()) {
    one.setAttribute('aria-pressed', String(k === picked));
    one.disabled = Boolean(truth);
    one.classList.toggle('broken', k === truth?.broken);
  }
  inRound('.which').hidden = picked === null;
  for (const one of all('.ways > button', HTMLButtonElement)) {
    const { way } = one.dataset;
    one.disabled = Boolean(truth) || said !== null;
    one.classList.toggle('right', way === truth?.way);
    one.classList.toggle('wrong', truth !== null && way === said && way !== truth.way);
  }
  inRound('.found').hidden = !truth;
}

/** @param {DataURI[]} runs */
function newRound(runs) {
  const started = { runs, picked: null, way: null, truth: null };
  round = started;
  inRound('.runs').replaceChildren(
    ...runs.map((uri, k) => {
      const made = button('', () => {
        if (round) round.picked = k;
        drawRound();
      });
      const picture = new Image();
      picture.src = uri;
      picture.alt = fill(words.round.run, { k: k + 1 });
      made.append(picture);
      return made;
    }),
  );
  deal.disabled = false;
  deal.textContent = words.round.deal_again;
  drawRound();
}

/** @param {Truth} truth */
function judge(truth) {
  if (!round || round.truth || round.way === null) return;
  round.truth = truth;
  const which = round.picked === truth.broken;
  const how = round.way === truth.way;
  quiz.progress.rounds += 1;
  quiz.progress.found += which && how ? 1 : 0;
  keep();
  const found = which ? words.round.which_only : words.round.neither;
  const verdict = how ? (which ? words.round.both : words.round.how_only) : found;
  const { name, reason, lesson } = words.ways[truth.way];
  setData(inRound('.found'), { right: which && how });
  inRound('.verdict').textContent = fill(verdict, { k: truth.broken + 1, way: name });
  inRound('.reason').textContent = reason;
  find('.broken', HTMLImageElement).src = round.runs[truth.broken];
  find('.mended', HTMLImageElement).src = truth.mended;
  showJump(inRound('.jump'), lesson, {});
  drawRound();
  drawTally();
}

// ---- the texts, and who listens to what

for (const [name, text] of Object.entries({
  '.back': words.back,
  '.next': words.next,
  '.check': words.check,
  '.again': words.again,
  '.onward': words.onward,
  '.coming': words.coming,
  '.check-order': words.check,
  '.round-title': words.round.title,
  '.round-lead': words.round.lead,
  '.deal': words.round.deal,
  '.how': words.round.how,
})) {
  find(name).textContent = text;
}
for (const [name, label] of Object.entries({
  '.dots': words.dots,
  '.round .runs': words.round.title,
  '.card > .answers': words.answers,
  '.round .ways': words.round.how,
})) {
  find(name).setAttribute('aria-label', label);
}
for (const [k, figure] of all('figure').entries()) {
  setLabel(find('figcaption', HTMLElement, figure), words.pictures[k]);
  const attribute = figure.querySelector('img') ? 'alt' : 'aria-label';
  figure.firstElementChild?.setAttribute(attribute, words.pictures[k]);
}
inRound('.ways').replaceChildren(
  ...Object.entries(words.ways).map(([way, { name }]) => {
    const made = button(name, () => {
      if (round) round.way = way;
      drawRound();
      trigger('reveal', {});
    });
    setData(made, { way });
    return made;
  }),
);
deal.addEventListener('click', () => {
  deal.disabled = true;
  deal.textContent = words.round.dealing;
  trigger('deal', {});
});
find('.back').addEventListener('click', () => turnTo(place() - 1));
find('.next').addEventListener('click', () => turnTo(place() + 1));
find('.onward').addEventListener('click', () => turnTo(place() + 1));
find('.again').addEventListener('click', () => {
  startOver();
  drawTally();
});
find('.check-order').addEventListener('click', () => {
  const question = asked();
  if (question?.kind === 'order') settle(question, orderOf(question));
});
find('.check').addEventListener('click', () => {
  const question = asked();
  if (question) settle(question, Number(guess.value));
});
guess.addEventListener('input', () => {
  drawNumber();
  if (opened()) moveSlider(Number(guess.value));
});

function take() {
  /** @type {QuizValue} */
  const value = props.value ?? {};
  if (value.questions) {
    quiz.questions = value.questions;
    find('.dots').replaceChildren(...quiz.questions.map((_, k) => button('', () => turnTo(k))));
    draw();
    drawTally();
  }
  if (value.pictures) {
    Object.assign(sets, value.pictures);
    draw();
  }
  if (value.waiting) deal.textContent = value.waiting;
  if (value.runs) newRound(value.runs);
  if (value.truth) judge(value.truth);
  setData(element, { questions: quiz.questions.length });
}

watch('value', take);
take();
