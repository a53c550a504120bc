import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GateRow } from '../../src/gate/judge.ts';
import { scratch } from '../scratch.ts';
import { here, liangdi, root, timed } from './liangdi.ts';

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

const SCENARIO = `proves: Hangzhou takes over
timeline: [{ at: 200s, fault: application-down, on: beijing, name: outage }]
ends: 500s
expect: [recovered-within: { fault: outage, within: bound }]
`;
const GATES = `baseline: baseline.json
seeds: 10
scenarios: [mine.yaml]
`;

function folder(): string {
  const cwd = scratch();
  writeFileSync(join(cwd, 'mine.yaml'), SCENARIO);
  writeFileSync(join(cwd, 'gates.yaml'), GATES);
  return cwd;
}

describe('liangdi gate', { timeout: 60_000 }, () => {
  test('holds a design that did not change, and not one that got 10% slower', async () => {
    const cwd = folder();
    expect((await liangdi(['gate', '--update-baseline'], { cwd })).code).toBe(0);
    const baseline = read(cwd, 'baseline.json');

    const same = await liangdi(['gate', '--out', 'same'], { cwd });
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/\nHELD: all \d+ figures of 1 scenario with 10 seeds held\n/);
    expect(JSON.parse(read(cwd, 'same/gate.json'))).toMatchObject({ result: 'held' });

    // Another word in a comment changes no figure.
    writeFileSync(join(cwd, 'mine.yaml'), `# as before\n${SCENARIO}`);
    expect((await liangdi(['gate'], { cwd })).code).toBe(0);

    // Name servers that learn 18 s later cost every client that time, and more where a cached answer just misses it.
    writeFileSync(join(cwd, 'mine.yaml'), `${SCENARIO}gtm: { emulator: { publishDelay: 20s } }\n`);
    const slower = await liangdi(['gate', '--out', 'slower'], { cwd });
    expect(slower.code).toBe(1);
    const { rows } = JSON.parse(read(cwd, 'slower/gate.json')) as { rows: GateRow[] };
    const slowed = rows.filter(({ name, result }) => name.endsWith(' p50') && result === 'violated');
    expect(slowed.length).toBeGreaterThan(0);
    for (const { value, baseline } of slowed) expect((value ?? 0) / (baseline ?? 1)).toBeGreaterThan(1.05);
    expect(slower.stdout).toMatch(/VIOLATED {2}mine: rto outage \S+ p50: [\d.]+% worse than the baseline/);
    expect(read(cwd, 'slower/junit.xml')).toContain('<failure type="gate"');
    expect(read(cwd, 'slower/summary.md')).toMatch(/\| mine \| rto outage \S+ p50 \|/);
    expect(read(cwd, 'baseline.json')).toBe(baseline);
  });

  test('is the same with one worker and with four, file by file', async () => {
    const cwd = folder();
    await liangdi(['gate', '--update-baseline', '--jobs', '1', '--out', 'one'], { cwd });
    await liangdi(['gate', '--update-baseline', '--jobs', '4', '--out', 'four'], { cwd });
    for (const file of ['gate.json', 'junit.xml', 'summary.md'])
      expect(read(cwd, 'one', file)).toBe(read(cwd, 'four', file));
  });

  test.each<[string, string | undefined, RegExp, ...string[]]>([
    ['no file', undefined, /gates\.yaml: there is no such file/],
    ['a scenario that is not there', 'scenarios: [beijing-dwon]', /did you mean "?beijing-down/],
    [
      'a budget for nobody',
      'scenarios: [{ scenario: steady, budgets: { rto: { jvmm: { p50: 1s } } } }]',
      /no population "jvmm".*jvm/,
    ],
    ['a scenario twice', 'scenarios: [steady, steady]', /steady is named twice/],
    ['too few seeds', 'baseline: b.json\nseeds: 9\nscenarios: [steady]', /at least 10 seeds/],
    [
      'no baseline yet',
      'baseline: b.json\nscenarios: [steady]',
      /b\.json: there is no such file; --update-baseline writes it/,
    ],
    [
      'nowhere to write a baseline',
      'scenarios: [steady]',
      /gates\.yaml: names no baseline/,
      '--update-baseline',
    ],
    [
      'a baseline that cannot be written',
      'baseline: none/b.json\nscenarios: [steady]',
      /none\/b\.json: cannot be written: its folder is not there/,
      '--update-baseline',
    ],
  ])('with %s nothing runs: 64', async (_, gates, says, ...more) => {
    const cwd = scratch();
    const file = join(cwd, 'gates.yaml');
    if (gates !== undefined) writeFileSync(file, `${gates}\n`);
    const { stderr, ...outcome } = await here(['gate', '--config', file, ...more]);
    expect(outcome).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(says);
  });

  test('adds to the summary of a GitHub step', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'step.md'), 'before\n');
    const env = { GITHUB_STEP_SUMMARY: join(cwd, 'step.md') };
    await liangdi(['gate', '--update-baseline'], { cwd, env });
    expect(read(cwd, 'step.md')).toMatch(/^before\n## liangdi: HELD: all/);
  });

  test('keeps its verdict where that summary cannot be written', async () => {
    const cwd = folder();
    const { code, stderr } = await liangdi(['gate', '--update-baseline'], {
      cwd,
      env: { GITHUB_STEP_SUMMARY: join(cwd, 'none/step.md') },
    });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `liangdi: ${join(cwd, 'none/step.md')}: cannot be written: its folder is not there\n`,
    });
  });

  test('sees before the drills that its files have a place', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'runs'), '');
    expect(await liangdi(['gate', '--update-baseline'], { cwd })).toEqual({
      code: 64,
      stdout: '',
      stderr: 'runs: cannot be written: a file is in the way\n',
    });
  });

  test('ten scenarios with twenty seeds, the shipped gate, take less than a minute on two processors', async () => {
    const cwd = scratch();
    // Budgets alone: whether the baseline is today's is for `make gate` to say.
    writeFileSync(join(cwd, 'gates.yaml'), read(root, 'gates.yaml').replace(/^baseline:.*\n/m, ''));
    const out = await timed(['gate', '--out', 'run'], { cwd });
    // What they come to is the design's matter, and `make gate`'s.
    expect(out.stdout).toMatch(/\n(HELD|VIOLATED): .* of 10 scenarios with 20 seeds/);
    expect([0, 1]).toContain(out.code);
    expect(out.spent).toBeGreaterThan(1);
    // Of the 120 s that two processors have in a minute.
    expect(out.spent).toBeLessThan(100);
  }, 300_000);
});
