import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Gates, loadGates } from '../../src/gate/config.ts';
import { scratch } from '../scratch.ts';

const EMPTY = `proves: nothing
clients: { populations: [] }
timeline: [{ at: 5s, fault: application-down, on: beijing }]
ends: 20s
expect: [no-flap: {}]
`;

const folder = scratch();
beforeAll(() => {
  writeFileSync(join(folder, 'empty.yaml'), EMPTY);
  writeFileSync(join(folder, 'mine.yaml'), 'proves: nothing\nends: 20s\nexpect: [no-flap: {}]\n');
  writeFileSync(
    join(folder, 'broken.yaml'),
    'proves: nothing\nends: 20s\nexpect: [no-flap: {}]\nexpcet: []\n',
  );
});

function load(text: string): Gates {
  const file = join(folder, 'gates.yaml');
  writeFileSync(file, text);
  return loadGates(file);
}

test("a scenario's own budgets stand before those for all", () => {
  const gates = load(`budgets: { switches: 1, rto: { all: { p99: 180s } } }
scenarios:
  - steady
  - { scenario: beijing-down, budgets: { rto: { honest: { p50: 110s } } } }
`);
  const shared = { switches: 1, rto: { all: { p99: 180_000 } } };
  expect(gates.scenarios.map(({ source, budgets }) => ({ source, budgets }))).toEqual([
    { source: 'steady', budgets: [{}, shared] },
    { source: 'beijing-down', budgets: [{ rto: { honest: { p50: 110_000 } } }, shared] },
  ]);
});

test('what is named by a path is beside the file', () => {
  const { baseline, scenarios } = load('baseline: ./b.json\nscenarios: [mine.yaml]\n');
  expect(baseline).toBe(join(folder, 'b.json'));
  expect(scenarios[0]).toMatchObject({
    source: join(folder, 'mine.yaml'),
    scenario: { name: 'mine', file: join(folder, 'mine.yaml') },
  });
});

test('a centre may be allowed more than it can serve', () => {
  const text = 'scenarios: [{ scenario: capacity-hangzhou, budgets: { capacity: 250% } }]';
  expect(load(text).scenarios[0]?.budgets[0]).toEqual({ capacity: 2.5 });
  expect(() => load(text.replace('250%', '250'))).toThrow(/250 is not a share; .*; did you mean 250%\?/);
});

describe('what is wrong is told at its place', () => {
  test.each<[string, string, string]>([
    [
      'a scenario that is not there',
      'seeds: 3\nscenarios: [steady, beijing-dwon]',
      '2:21: scenarios[1]: beijing-dwon: no such scenario; did you mean "beijing-down"?',
    ],
    [
      'a file that is not there',
      'scenarios: [none.yaml]',
      '1:13: scenarios[0]: FOLDER/none.yaml: there is no such file',
    ],
    [
      'a budget for nobody, for all scenarios',
      'budgets:\n  rto:\n    jvmm: { p50: 1s }\nscenarios: [beijing-down, steady]',
      '3:5: budgets.rto.jvmm: beijing-down has no population "jvmm"; did you mean "jvm"?',
    ],
    [
      'a budget for nobody',
      'scenarios: [steady, { scenario: noop, budgets: { rto: { jvmm: { p50: 1s } } } }]',
      '1:57: scenarios[1].budgets.rto.jvmm: noop has no population "jvmm"; did you mean "jvm"?',
    ],
    [
      'a budget for the recovery from nothing',
      'scenarios: [{ scenario: steady, budgets: { rto: { all: { p50: 1s } } } }]',
      '1:44: scenarios[0].budgets.rto: in steady nobody recovers from a fault',
    ],
    [
      'a budget for the recovery of nobody',
      'scenarios: [{ scenario: empty.yaml, budgets: { rto: { all: { p50: 1s } } } }]',
      '1:48: scenarios[0].budgets.rto: in empty nobody recovers from a fault',
    ],
    [
      'a scenario twice',
      'scenarios:\n  - steady\n  - steady',
      '3:5: scenarios[1]: the scenario steady is named twice',
    ],
    [
      'too few seeds for a baseline',
      'baseline: b.json\nseeds: 9\nscenarios: [steady]',
      '2:1: seeds: a baseline needs at least 10 seeds: fewer cannot tell a change for the worse from chance',
    ],
  ])('%s', (_, text, says) => {
    const message = `${join(folder, 'gates.yaml')}:${says.replace('FOLDER', folder)}`;
    expect(() => load(text)).toThrow(expect.objectContaining({ message }));
  });

  test("in a scenario's own file", () => {
    expect(() => load('scenarios: [broken.yaml]')).toThrow(/^\S+broken\.yaml:4:1: .*expcet/);
  });
});
