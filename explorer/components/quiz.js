// The quiz: its questions (quiz_questions.js), and below them the game of the broken run.
//
// props.value is { questions, waiting, runs, truth }, any of them; see quiz.py. No answer leaves the browser.

import { moveSlider } from './hand.js';
import { orderOf } from './quiz_order.js';
import { button, fill, find, sets, words } from './quiz_parts.js';
import {
  current,
  draw,
  drawNumber,
  keep,
  opened,
  quiz,
  settle,
  showJump,
  startOver,
  turnTo,
} from './quiz_questions.js';
import { setLabel } from './symbols.js';

let round = null; // { runs, picked, way, truth }

const inRound = (selector) => find(`.round ${selector}`);

function drawTally() {
  inRound('.tally').textContent = quiz.progress.rounds
    ? fill(words.round.tally, quiz.progress)
    : '';
}

function drawRound() {
  const { runs, picked, truth } = round;
  inRound('.runs').hidden = !runs;
  inRound('.runs').classList.toggle('done', Boolean(truth));
  [...inRound('.runs').children].forEach((one, k) => {
    one.setAttribute('aria-pressed', String(k === picked));
    one.disabled = Boolean(truth);
    one.classList.toggle('broken', k === truth?.broken);
  });
  inRound('.which').hidden = picked === null;
  [...inRound('.ways').children].forEach((one) => {
    const { way } = one.dataset;
    one.disabled = Boolean(truth) || round.way !== null;
    one.classList.toggle('right', way === truth?.way);
    one.classList.toggle('wrong', Boolean(truth) && way === round.way && way !== truth.way);
  });
  inRound('.found').hidden = !truth;
}

function newRound(runs) {
  round = { runs, picked: null, way: null, truth: null };
  inRound('.runs').replaceChildren(
    ...runs.map((uri, k) => {
      const made = button('', () => {
        round.picked = k;
        drawRound();
      });
      const picture = new Image();
      picture.src = uri;
      picture.alt = fill(words.round.run, { k: k + 1 });
      made.append(picture);
      return made;
    }),
  );
  const deal = inRound('.deal');
  deal.disabled = false;
  deal.textContent = words.round.deal_again;
  drawRound();
}

function judge(truth) {
  if (!round || round.truth || round.way === null) return;
  round.truth = truth;
  const which = round.picked === truth.broken;
  const how = round.way === truth.way;
  quiz.progress.rounds += 1;
  quiz.progress.found += which && how ? 1 : 0;
  keep();
  const verdict = {
    'true true': 'both',
    'true false': 'which_only',
    'false true': 'how_only',
    'false false': 'neither',
  };
  inRound('.found').dataset.right = which && how;
  inRound('.verdict').textContent = fill(words.round[verdict[`${which} ${how}`]], {
    k: truth.broken + 1,
    way: words.ways[truth.way].name,
  });
  inRound('.reason').textContent = words.ways[truth.way].reason;
  inRound('.broken').src = round.runs[truth.broken];
  inRound('.mended').src = truth.mended;
  showJump(inRound('.jump'), words.ways[truth.way].lesson, {});
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
}))
  find(name).textContent = text;
find('.dots').setAttribute('aria-label', words.dots);
inRound('.runs').setAttribute('aria-label', words.round.title);
find('.card > .answers').setAttribute('aria-label', words.answers);
inRound('.ways').setAttribute('aria-label', words.round.how);
[...element.querySelectorAll('figure')].forEach((figure, k) => {
  setLabel(figure.querySelector('figcaption'), words.pictures[k]);
  figure.firstElementChild.setAttribute(
    figure.querySelector('img') ? 'alt' : 'aria-label',
    words.pictures[k],
  );
});
inRound('.ways').replaceChildren(
  ...Object.entries(words.ways).map(([way, { name }]) => {
    const made = button(name, () => {
      round.way = way;
      drawRound();
      trigger('reveal', {});
    });
    made.dataset.way = way;
    return made;
  }),
);
inRound('.deal').addEventListener('click', () => {
  inRound('.deal').disabled = true;
  inRound('.deal').textContent = words.round.dealing;
  trigger('deal', {});
});
find('.back').addEventListener('click', () => turnTo(current() - 1));
find('.next').addEventListener('click', () => turnTo(current() + 1));
find('.onward').addEventListener('click', () => turnTo(current() + 1));
find('.again').addEventListener('click', () => {
  startOver();
  drawTally();
});
find('.check-order').addEventListener('click', () =>
  settle(quiz.questions[current()], orderOf(quiz.questions[current()])),
);
find('.check').addEventListener('click', () =>
  settle(quiz.questions[current()], Number(find('.guess').value)),
);
find('.guess').addEventListener('input', () => {
  drawNumber();
  if (opened()) moveSlider(Number(find('.guess').value));
});

function take() {
  const value = props.value || {};
  if (value.questions) {
    quiz.questions = value.questions;
    find('.dots').replaceChildren(...quiz.questions.map((one, k) => button('', () => turnTo(k))));
    draw();
    drawTally();
  }
  if (value.pictures) {
    Object.assign(sets, value.pictures);
    draw();
  }
  if (value.waiting) inRound('.deal').textContent = value.waiting;
  if (value.runs) newRound(value.runs);
  if (value.truth) judge(value.truth);
  element.dataset.questions = quiz.questions.length;
}

watch('value', take);
take();
