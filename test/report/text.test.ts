import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table } from '../../src/report/table.ts';
import { columns, printable, wrap } from '../../src/report/text.ts';

test('Chinese takes two columns a character', () => {
  expect(columns('两地 ok')).toBe(7);
});

test('text is broken at spaces, Chinese where the line is full', () => {
  expect(wrap('both centres are down', 12)).toEqual(['both centres', 'are down']);
  expect(wrap('北京双中心同时故障', 8)).toEqual(['北京双中', '心同时故', '障']);
});

test('no line is wider than asked, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 60 }), (text, width) => {
      const lines = wrap(text, width);
      expect(Math.max(...lines.map(columns))).toBeLessThanOrEqual(Math.max(width, 2));
      expect(lines.join('').replaceAll(' ', '')).toBe(printable(text).replaceAll(' ', ''));
    }),
  );
});

test('what steers a terminal, or turns the direction of writing, becomes a space', () => {
  expect(printable('a\u001b[2J\u009bb\u007fc\nd')).toBe('a [2J b c d');
  expect(printable('yaml.\u202egnp\u2066x')).toBe('yaml. gnp x');
});

test('a table lets nothing of the kind through either, and is as wide as what it shows', () => {
  expect(table(['a\u001b[31m', 'b'], [['\u202ex', '\u0007\u0007\u00071']], 80)).toEqual([
    'a [31m   b',
    ' x       1',
  ]);
});

test('a table that is too wide goes on below itself, under the same first column', () => {
  const rows = [['one', '1', '2', '3']];
  expect(table(['row', 'first', 'second', 'third'], rows, 80)).toEqual([
    'row  first  second  third',
    'one      1       2      3',
  ]);
  expect(table(['row', 'first', 'second', 'third'], rows, 18)).toEqual([
    'row  first  second',
    'one      1       2',
    'row  third',
    'one      3',
  ]);
});
