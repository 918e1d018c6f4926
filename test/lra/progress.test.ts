import { expect, test } from 'vitest';
import { type Output, duration, openProgress, percent } from '../../lra/progress.js';

const state = { step: 5, epoch: 0.5, loss: 1.23456, accuracy: 0.25, samplesPerSecond: 7.25, left: 125 };

test('without a terminal: a line at once, then one every ten seconds, and the last', () => {
  let text = '';
  const progress = openProgress({ write: (chunk: string) => ((text += chunk), true) } as Output, 20, 0);
  progress.update(state);
  progress.update({ ...state, step: 6 });
  progress.line('note');
  progress.update({ ...state, step: 20 });
  progress.stop();
  const rest = 'loss 1.235 | accuracy 25.0 % | 2 min 05 s left | 7.3 samples/s | epoch 0.50\n';
  expect(text).toBe(`step 5/20 | ${rest}note\nstep 20/20 | ${rest}`);
});

test('on a terminal: a bar, which lines of text do not break', () => {
  let text = '';
  const terminal = { isTTY: true, columns: 120, write: (chunk: string) => ((text += chunk), true) };
  const progress = openProgress(terminal as never, 20, 5);
  progress.update({ ...state, step: 10 });
  progress.line('note');
  progress.stop();
  expect(text).toContain('████████░░░░░░░░ 10/20 | loss 1.235 | accuracy 25.0 % | 2 min 05 s left');
  expect(text).toContain('note\n');
});

test.each([
  [0, '0 s'],
  [59.6, '1 min 00 s'],
  [61, '1 min 01 s'],
  [3599, '59 min 59 s'],
  [3720, '1 h 02 min'],
  [-3, '0 s'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('percent', () => {
  expect(percent(0.4321)).toBe('43.2 %');
  expect(percent(1, 2)).toBe('100.00 %');
});
