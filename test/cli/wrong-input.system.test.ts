import { expect, test } from 'vitest';
import { timed } from './liangdi.ts';
import { wrongFiles } from './wrong-files.ts';

const cwd = wrongFiles();

test.each([
  ['dril beijing-down', /^liangdi: unknown command 'dril'/],
  ['drill beijing-dwn', /^beijing-dwn: no such scenario/],
  ['drill typo.yaml', /typo\.yaml:3:\d+: /],
  ['drill bomb.yaml', /bomb\.yaml/],
  ['drill numbers.yaml', /numbers\.yaml.*too big/],
  ['drill names.yaml', /names\.yaml.*too big/],
  ['drill huge.yaml', /huge\.yaml: the file is longer than 4 MiB/],
  ['judge text.ndjson', /text\.ndjson:1: not a line of JSON/],
])(
  "liangdi %s, as a user calls it, ends at once: in less than a second with Node's start",
  async (line, says) => {
    const { spent, stderr, ...outcome } = await timed(line.split(' '), { cwd });
    expect(stderr).toMatch(says);
    expect(outcome).toEqual({ code: 64, stdout: '' });
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThan(1);
  },
);
