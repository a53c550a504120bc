import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/judge/verdict.ts';
import { scratch } from '../scratch.ts';
import { liangdi, type Outcome, root } from './liangdi.ts';

const FILES = ['journal.ndjson', 'junit.xml', 'report.html', 'verdict.json'];
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('liangdi drill beijing-down', () => {
  const cwd = scratch();
  let drill: Outcome;
  beforeAll(async () => {
    drill = await liangdi(['drill', 'beijing-down'], { cwd });
  });

  test('holds, and says so last', () => {
    expect(drill.stderr).toBe('');
    expect(drill.code).toBe(0);
    expect(drill.stdout).toMatch(/\nHELD: all \d+ expectations held\n\nThe run is in runs\/.*\/\n$/);
  });

  test('tells the story in order, without a control character', () => {
    const lines = drill.stdout.split('\n');
    const story = [
      /timeline begins/,
      /fault {4}outage .*strikes/,
      /clients {2}first error/,
      /switch {3}primary -> backup/,
      /publish .*cluster1-hangzhou/,
      /clients {2}no error for 30 s/,
    ];
    const places = story.map(part => lines.findIndex(line => part.test(line)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(drill.stdout).not.toMatch(/[^\n\x20-\uffff]/);
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
  });

  test.each(['README.md', 'README.zh-CN.md'])('prints what %s shows', document => {
    const [, shown = ''] =
      /<!-- output: make drill scenario=beijing-down -->\n```text\n(.*?)\n```/s.exec(read(root, document)) ??
      [];
    const parts = shown.split(/^ *…\n/m).filter(part => part !== '');
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(drill.stdout).toContain(part);
  });

  test('leaves its folder, and runs/latest', () => {
    const [run, latest, ...others] = readdirSync(join(cwd, 'runs')).sort();
    expect(run).toMatch(/^\d{8}T\d{6}Z-beijing-down-1$/);
    expect(latest).toBe('latest');
    expect(others).toEqual([]);
    expect(lstatSync(join(cwd, 'runs/latest')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(cwd, 'runs/latest'))).toBe(run);
    expect(readdirSync(join(cwd, 'runs/latest')).sort()).toEqual(FILES);
    expect(readdirSync(cwd)).toEqual(['runs']);
  });

  test('is judged again from its journal alone, to the same verdict', async () => {
    const again = await liangdi(['judge', 'runs/latest', '--format', 'json'], { cwd });
    expect(again).toMatchObject({ code: 0, stdout: read(cwd, 'runs/latest/verdict.json'), stderr: '' });
    const text = await liangdi(['judge', 'runs/latest/journal.ndjson'], { cwd });
    expect(drill.stdout).toContain(text.stdout);
  });

  test('gives the same journal for the same seed, and another for another', async () => {
    const run = async (seed: string) => {
      const folder = join(scratch(), seed);
      await liangdi(['drill', 'beijing-down', '--seed', seed, '--out', folder]);
      return read(folder, 'journal.ndjson');
    };
    const [same, other] = await Promise.all([run('1'), run('2')]);
    const journal = read(cwd, 'runs/latest/journal.ndjson');
    expect(same === journal).toBe(true);
    expect(other === journal).toBe(false);
  });
});

test('--format json prints verdict.json and nothing else; --out takes the files themselves', async () => {
  const cwd = scratch();
  const { code, stdout, stderr } = await liangdi(
    ['drill', 'steady', '--format', 'json', '--out', 'deep/run'],
    { cwd },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(read(cwd, 'deep/run/verdict.json'));
  expect(JSON.parse(stdout) as Verdict).toMatchObject({
    verdict: 'held',
    scenario: 'steady',
    lab: 'simulated',
    seed: 1,
  });
  expect(readdirSync(join(cwd, 'deep/run')).sort()).toEqual(FILES);
  expect(readdirSync(cwd)).toEqual(['deep']);
});

test.each([
  ['violated', 1, 'expect: [errors-below: { share: 0%, when: during outage }]'],
  ['unknown', 2, 'expect: [errors-below: { share: 0% }]\nclients: { populations: [] }'],
])('a verdict of %s is exit code %i', async (verdict, code, expectation) => {
  const cwd = scratch();
  const timeline = 'timeline:\n  - { at: 20s, fault: application-down, on: beijing, name: outage }';
  writeFileSync(join(cwd, 'mine.yaml'), `proves: nothing\n${timeline}\nends: 40s\n${expectation}\n`);
  const drill = await liangdi(['drill', 'mine.yaml'], { cwd });
  expect(drill.stderr).toBe('');
  expect(drill.stdout).toContain(`\n${verdict.toUpperCase()}: `);
  expect(drill.code).toBe(code);
});

test('works through a symbolic link, from any folder', async () => {
  const cwd = scratch();
  mkdirSync(join(cwd, 'bin'));
  symlinkSync(join(root, 'bin/liangdi'), join(cwd, 'bin/far'));
  symlinkSync('far', join(cwd, 'bin/liangdi'));
  const { code, stdout } = await liangdi(['scenarios', '--format', 'json'], {
    cwd,
    bin: join(cwd, 'bin/liangdi'),
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toContainEqual({ name: 'steady', proves: expect.any(String) });
});

describe('a drill under way', () => {
  /** Long enough to be caught in the act. */
  const day = 'proves: nothing\nends: 24h\nexpect: [no-flap: {}]\n';

  function start(): { cwd: string; child: ReturnType<typeof spawn>; closed: Promise<unknown[]> } {
    const cwd = scratch();
    writeFileSync(join(cwd, 'day.yaml'), day);
    const child = spawn(join(root, 'bin/liangdi'), ['drill', 'day.yaml', '--out', 'run'], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { cwd, child, closed: once(child, 'close') };
  }

  test.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('stops at %s, keeps its journal and exits with %i', async (signal, code) => {
    const { cwd, child, closed } = start();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('timeline')) child.kill(signal);
    });
    expect((await closed)[0]).toBe(code);
    const last = read(cwd, 'run/journal.ndjson').trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ kind: 'end', reason: 'interrupted' });
    expect(JSON.parse(read(cwd, 'run/verdict.json'))).toMatchObject({ verdict: 'unknown' });
  });
});

test('a reader that goes away changes neither files nor exit code', async () => {
  const cwd = scratch();
  const child = spawn(join(root, 'bin/liangdi'), ['drill', 'steady', '--out', 'run'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.destroy();
  expect((await once(child, 'close'))[0]).toBe(0);
  expect(readdirSync(join(cwd, 'run')).sort()).toEqual(FILES);
});

test.runIf(existsSync('/dev/full'))(
  'what cannot be printed fails the drill, instead of saying violated',
  async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(join(root, 'bin/liangdi'), ['drill', 'steady', '--out', 'run'], {
      cwd: scratch(),
      stdio: ['ignore', full, 'pipe'],
    });
    const [said] = await once(child.stderr as Readable, 'data');
    expect(String(said)).toMatch(/^liangdi: cannot print: /);
    expect((await once(child, 'close'))[0]).toBe(3);
  },
);

test('manifests that the API refuses fail the lab, which is no bug', async () => {
  const cwd = scratch();
  const meta = readFileSync(join(root, 'clusters/web-demo/app-meta.yaml'), 'utf8');
  writeFileSync(join(cwd, 'meta.yaml'), meta.replace('replicas: 5', 'replicas: -1'));
  const files = `files: { application: [meta.yaml, ${join(root, 'clusters/web-demo/app.yaml')}] }`;
  writeFileSync(join(cwd, 'mine.yaml'), `proves: nothing\nends: 9s\nexpect: [no-flap: {}]\n${files}\n`);
  const { code, stderr } = await liangdi(['drill', 'mine.yaml'], { cwd });
  expect(stderr).toMatch(/^liangdi: .*Deployment\.apps "web-demo" is invalid: spec\.replicas/);
  expect(code).toBe(3);
});

describe('where a run goes', () => {
  test('is seen to before the drill: a bad place costs nobody a run', async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'runs'), '');
    expect(await liangdi(['drill', 'steady'], { cwd })).toEqual({
      code: 64,
      stdout: '',
      stderr: 'runs: cannot be written: a file is in the way\n',
    });
  });

  test('is given back when the drill does not begin', async () => {
    const cwd = scratch();
    expect(await liangdi(['drill', 'steady', '--lab', 'local'], { cwd })).toMatchObject({ code: 3 });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('is told, and the verdict stands, when runs/latest cannot point there', async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, 'runs/latest'), { recursive: true });
    const { code, stdout, stderr } = await liangdi(['drill', 'steady'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'liangdi: runs/latest: cannot be written: a folder is in the way\n',
    });
    const [, folder = ''] = /\nThe run is in (runs\/.*)\/\n$/.exec(stdout) ?? [];
    expect(readdirSync(join(cwd, folder)).sort()).toEqual(FILES);
  });
});
