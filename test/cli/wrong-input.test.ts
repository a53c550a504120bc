import { join } from 'node:path';
import { expect, test } from 'vitest';
import { here } from './liangdi.ts';
import { wrongFiles } from './wrong-files.ts';

const cwd = wrongFiles();

test.each<[string, RegExp]>([
  ['', /^Usage: liangdi/],
  ['dril beijing-down', /^liangdi: unknown command 'dril'\n\(Did you mean drill\?\)/],
  ['drill', /^liangdi: missing required argument 'scenario'\n\('liangdi drill --help' says more\)/],
  ['drill steady noop', /^liangdi: too many arguments/],
  ['drill steady --sed 3', /^liangdi: unknown option '--sed'\n\(Did you mean --seed\?\)/],
  ['drill steady --seed -1', /A seed is a whole number from 0 to 4294967295\./],
  ['drill steady --seed 4294967296', /A seed is a whole number from 0 to 4294967295\./],
  ['drill steady --seed 1e3', /A seed is a whole number from 0 to 4294967295\./],
  ['drill steady --lab simulate', /Allowed choices are simulated, kind\./],
  ['drill steady --engine vela', /Allowed choices are liangdi, kubevela\./],
  ['drill steady --format xml', /Allowed choices are text, json\./],
  ['drill beijing-dwn', /beijing-dwn: no such scenario; did you mean "beijing-down"\?/],
  ['drill missing.yaml', /missing\.yaml: there is no such file/],
  ['drill ./full', /full: is a folder/],
  [
    'drill typo.yaml',
    /typo\.yaml:3:\d+: timeline\[0\].*"aplication-down".*did you mean "application-down"\?/,
  ],
  [
    'drill cluster.yaml',
    /cluster\.yaml:3:\d+: timeline\[0\]\.on\[0\]: unknown .*"cluster3-beijing"; did you mean "cluster[12]-beijing"\?/,
  ],
  ['drill key.yaml', /key\.yaml:3:1: .*"?expcet"?.*did you mean "expect"\?/],
  ['drill bomb.yaml', /bomb\.yaml/],
  ['drill broken.yaml', /broken\.yaml:\d+:\d+: /],
  ['drill empty.yaml', /empty\.yaml/],
  ['drill huge.yaml', /huge\.yaml: the file is longer than 4 MiB/],
  ['drill steady --out full', /full: is not empty; a run is written into a new or an empty folder/],
  ['drill steady --out typo.yaml', /typo\.yaml: cannot be written: a file is in the way/],
  ['judge', /^liangdi: missing required argument 'journal'/],
  ['judge missing.ndjson', /missing\.ndjson: there is no such file/],
  ['judge full', /full\/journal\.ndjson: there is no such file/],
  ['judge text.ndjson', /text\.ndjson:1: not a line of JSON/],
  ['judge foreign.ndjson', /foreign\.ndjson:1: /],
  ['judge steering.ndjson', /steering\.ndjson:1: kind: unknown event " 2J "/],
  ['judge nothing.ndjson', /^\S+\/nothing\.ndjson:1: scenario\.proves: is missing/],
  ['report nothing.ndjson', /^\S+\/nothing\.ndjson:1: scenario\.proves: is missing/],
  ['judge empty.yaml', /empty\.yaml: an empty journal/],
  ['scenarios all', /^liangdi: too many arguments/],
])('liangdi %s', async (line, message) => {
  const words = line.split(' ').filter(Boolean);
  const isFile = (word: string) => /^full$|^\.\/|\.(yaml|ndjson)$/.test(word);
  const { stderr, ...outcome } = await here(words.map(word => (isFile(word) ? join(cwd, word) : word)));
  expect(stderr).toMatch(message);
  expect(outcome).toEqual({ code: 64, stdout: '' });
});

test.each(['local', 'kubeconfig'])('the lab %s is known, but not there yet', async lab => {
  const { code, stdout, stderr } = await here(['drill', 'steady', '--lab', lab]);
  expect(stderr).toBe(`liangdi: the lab "${lab}" is not available; available: simulated, kind\n`);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
});

test('KubeVela needs real clusters', async () => {
  const { code, stdout, stderr } = await here(['drill', 'steady', '--engine', 'kubevela']);
  expect(stderr).toMatch(
    /^liangdi: the simulated lab runs liangdi's own engine: kubevela needs real clusters/,
  );
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
});
