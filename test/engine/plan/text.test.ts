import { expect, it } from 'vitest';
import { differencesText } from '../../../src/engine/plan/text.ts';

const compared = (left: string, right: string) =>
  differencesText([{ object: 'ConfigMap demo/conf', path: 'data.a', left, right }], 'now', 'then');

it.each([
  ['a line that another takes the place of', 'a\nb\nc', 'a\nx\nc', ['- b', '+ x']],
  ['a line more', 'a\nb', 'a\nb\nb', ['+ b']],
  ['lines that change places', 'a\nb', 'b\na', ['- a', '- b', '+ b', '+ a']],
  ['a text that is a part of the other', 'a', 'a\nb', ['+ b']],
])('shows %s', (_, left, right, lines) => {
  expect(compared(left, right)).toBe(
    [
      '--- now',
      '+++ then',
      '  ConfigMap demo/conf',
      '    data.a',
      ...lines.map(line => `    ${line}`),
      '',
    ].join('\n'),
  );
});
