import { expect, test } from 'vitest';
import { parseNdjson } from '../../src/runtime/journal-memory.ts';

/* Apart from journal.test.ts: it takes half a gigabyte. */

test('a journal may be longer than any text of V8: its bytes are read', () => {
  const mebibyte = 1024 * 1024;
  const drill = {
    at: 0,
    kind: 'drill',
    format: 1,
    version: '0.1.0',
    lab: 'simulated',
    seed: 1,
    scenario: {},
  };
  const end = { at: 300, kind: 'end', reason: 'finished' };
  const lab = { at: 9, kind: 'lab', step: 'up' };
  const bytes = Buffer.alloc(513 * mebibyte, ' ');
  bytes.write(`${JSON.stringify(drill)}\n`);
  // Each line is a text, far behind spaces.
  for (const [index, event] of [lab, lab, end].entries()) {
    const line = `${JSON.stringify(event)}\n`;
    bytes.write(line, (index + 1) * 171 * mebibyte - line.length);
  }
  expect(parseNdjson(bytes)).toEqual([drill, lab, lab, end]);
});
