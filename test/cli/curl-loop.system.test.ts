import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { here, liangdi, type Outcome, root } from './liangdi.ts';

const simulated = (more = '') => liangdi(`curl-loop --lab simulated${more}`.split(' '));

/** The three steps as the READMEs have them. Each is run once. */
const STEPS = ['', ' --down cluster1-beijing', ' --down beijing'];
const outcomes = new Map<string, Promise<Outcome>>();
function step(more: string): Promise<Outcome> {
  const outcome = outcomes.get(more) ?? simulated(more);
  outcomes.set(more, outcome);
  return outcome;
}

/** Each page in order: the ENV_NAME that it shows, or its status. What gave no page is in stderr alone. */
function pagesOf({ stdout }: Outcome): string[] {
  return [...stdout.matchAll(/^This is env (\S+) !$|^<center><h1>(\d+) /gm)].map(
    ([, env, status]) => env ?? status ?? '',
  );
}

/** What the last line of stderr counts. */
function countsOf({ stderr }: Outcome): Record<string, number> {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return Object.fromEntries(
    last.split(', ').map(part => {
      const [, count, what = ''] = /^(\d+) (?:from )?(.*)$/.exec(part) ?? [];
      return [what, Number(count)];
    }),
  );
}

/** The pages after the last one that is an error. */
function recovered(outcome: Outcome): string[] {
  const pages = pagesOf(outcome);
  return pages.slice(pages.findLastIndex(page => /^\d+$/.test(page)) + 1);
}

describe("the article's three verification steps", () => {
  test('both Beijing centres answer, about half each', async () => {
    const loop = await step('');
    expect(loop.code).toBe(0);
    const { 'cluster1-beijing': one = 0, 'cluster2-beijing': two = 0, ...others } = countsOf(loop);
    expect(others).toEqual({ errors: 0 });
    expect(one + two).toBe(50);
    // 50 independent draws: fewer than 14 of one centre happen once in a thousand loops, and the seed is fixed.
    expect(Math.min(one, two)).toBeGreaterThanOrEqual(14);
    expect(pagesOf(loop).filter(page => page === 'cluster1-beijing')).toHaveLength(one);
  });

  test('without the application in one of them, there are errors, then the other answers all', async () => {
    const loop = await step(' --down cluster1-beijing');
    const { errors = 0, 'cluster2-beijing': two = 0, ...others } = countsOf(loop);
    expect(others).toEqual({});
    expect(errors + two).toBe(50);
    expect(pagesOf(loop)).toContain('503');
    expect(recovered(loop).length).toBeGreaterThan(10);
  });

  test.each([
    ['the city', () => step(' --down beijing')],
    ['both centres', () => simulated(' --down cluster1-beijing --down cluster2-beijing')],
  ])('without it in Beijing (%s), there are errors, then Hangzhou answers', async (_, run) => {
    const loop = await run();
    const { errors = 0, 'cluster1-hangzhou': hangzhou = 0, ...others } = countsOf(loop);
    expect(others).toEqual({});
    expect(errors + hangzhou).toBe(50);
    expect(pagesOf(loop)).toContain('503');
    expect(recovered(loop)).toHaveLength(hangzhou);
  });

  test('without it anywhere, every request fails', async () => {
    const loop = await simulated(' --down beijing --down hangzhou --requests 30');
    expect(countsOf(loop)).toEqual({ errors: 30 });
  });
});

test.each(['README.md', 'README.zh-CN.md'])('%s says who answers at each step', async document => {
  const shown = readFileSync(join(root, document), 'utf8').matchAll(
    /^bin\/liangdi curl-loop --lab simulated(.*?) +# (.*)$/gm,
  );
  const said = [...shown].map(([, more, what = '']) => [more, what.match(/cluster\d-[a-z]+/g)]);
  const answer = async (more: string) =>
    Object.keys(countsOf(await step(more))).filter(key => key.includes('-'));
  expect(said).toEqual(await Promise.all(STEPS.map(async more => [more, await answer(more)])));
});

/** The article is not everybody's to have. */
const article = join(root, '../shared/seed/article.txt');
test.skipIf(!existsSync(article))("prints the article's pages to the letter", async () => {
  const { stdout } = await step(' --down beijing');
  const pages = [...new Set(stdout.split(/^(?=<html>|This is env)/m))];
  const known = pages.filter(page => readFileSync(article, 'utf8').includes(page));
  expect(known.flatMap(page => pagesOf({ stdout: page } as Outcome))).toEqual(['503', 'cluster1-hangzhou']);
});

test('waits between two requests as long as it is told', async () => {
  const loop = await simulated(' --requests 4 --every 1m --down beijing');
  expect(Object.values(countsOf(loop)).reduce((sum, count) => sum + count)).toBe(4);
  expect(loop.stderr).toMatch(/\nT\+03:0\d\.\d +fault +down \(application-down\) is being healed/);
});

test('the same seed gives the same loop, another one another', async () => {
  const [one, same, other] = [await step(''), await simulated(), await simulated(' --seed 2')];
  expect(same).toEqual(one);
  expect(other.stdout).not.toBe(one.stdout);
});

test('without kind or Docker it says what the kind lab needs: exit 3', async () => {
  const { code, stdout, stderr } = await liangdi(
    ['LIANGDI_KIND=/nowhere/kind', join(root, 'bin/liangdi'), 'curl-loop'],
    { bin: '/usr/bin/env' },
  );
  expect(stderr).toMatch(/^liangdi: the kind lab needs (Docker|the kind command line), /);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
});

test.each([
  ['--requests 0', /It is a whole number from 1 to 100000\./],
  ['--requests 1e3', /It is a whole number from 1 to 100000\./],
  ['--every 0s', /^--every: must be longer than zero/],
  ['--every soon', /^--every: "soon" is not a duration; write 200ms, 15s, 10m or 1h/],
  [
    '--down cluster1-bejing',
    /^--down: no centre or city is named "cluster1-bejing"; did you mean "cluster1-beijing"\?/,
  ],
])('%s is wrong', async (line, message) => {
  const { code, stdout, stderr } = await here(`curl-loop --lab simulated ${line}`.split(' '));
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
});
