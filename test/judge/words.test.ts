import { expect, test } from 'vitest';
import { clockTime, length } from '../../src/judge/words.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [12_345, '12.3 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [125_000, '2 min 5 s'],
  [119 * 60_000, '119 min'],
  [2 * 3_600_000, '2 h'],
  [3_600_000 * 24 + 60_000, '24 h 1 min'],
  [3_600_000 * 3 + 5_400, '3 h 5 s'],
])('%d ms is %s', (ms, words) => {
  expect(length(ms)).toBe(words);
});

test('times are cut to tenths, hours shown when there are any', () => {
  expect([0, 59_999, 100_050, 3_600_000].map(clockTime)).toEqual([
    '00:00.0',
    '00:59.9',
    '01:40.0',
    '1:00:00.0',
  ]);
});
