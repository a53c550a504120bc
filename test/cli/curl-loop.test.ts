import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, liangdi, type Outcome, root } from './liangdi.ts';

afterAll(cleanUp);

const simulated = (...args: string[]) => liangdi(['curl-loop', '--lab', 'simulated', ...args]);

/** Who answered, in order: an ENV_NAME, or `503`. */
function answersOf({ stdout }: Outcome): string[] {
  return [...stdout.matchAll(/^This is env (\S+) !$|^<center><h1>(\d+) /gm)].map(
    ([, env, status]) => env ?? status ?? '',
  );
}

const counted = (answers: readonly string[]) =>
  Object.fromEntries([...new Set(answers)].sort().map(one => [one, answers.filter(a => a === one).length]));

describe("the article's three verification steps", () => {
  test('both Beijing centres answer, about half each', async () => {
    const loop = await simulated();
    expect(loop.code).toBe(0);
    const { 'cluster1-beijing': one = 0, 'cluster2-beijing': two = 0, ...others } = counted(answersOf(loop));
    expect(others).toEqual({});
    expect(one + two).toBe(50);
    // 50 independent draws: fewer than 14 of one centre happen once in a thousand loops, and the seed is fixed.
    expect(Math.min(one, two)).toBeGreaterThanOrEqual(14);
    expect(loop.stderr).toContain(`\n${one} from cluster1-beijing, ${two} from cluster2-beijing, 0 errors\n`);
  });

  test('without the application in one of them, the other answers all', async () => {
    const answers = answersOf(await simulated('--down', 'cluster1-beijing'));
    expect(answers).toHaveLength(50);
    expect(Object.keys(counted(answers))).toEqual(['503', 'cluster2-beijing']);
    const recovered = answers.lastIndexOf('503') + 1;
    expect(recovered).toBeLessThan(40);
    expect(counted(answers.slice(recovered))).toEqual({ 'cluster2-beijing': 50 - recovered });
  });

  test.each([
    ['the city', ['--down', 'beijing']],
    ['both centres', ['--down', 'cluster1-beijing', '--down', 'cluster2-beijing']],
  ])('without it in Beijing (%s), Hangzhou answers', async (_, down) => {
    const answers = answersOf(await simulated(...down));
    const failed = answers.indexOf('cluster1-hangzhou');
    expect(failed).toBeGreaterThan(0);
    expect(answers).toEqual([...Array(failed).fill('503'), ...Array(50 - failed).fill('cluster1-hangzhou')]);
  });

  test('without it anywhere, every request fails', async () => {
    const answers = answersOf(await simulated('--down', 'beijing', '--down', 'hangzhou', '--requests', '30'));
    expect(counted(answers)).toEqual({ 503: 30 });
  });
});

describe.each(['README.md', 'README.zh-CN.md'])('%s', document => {
  const shown = [
    ...readFileSync(join(root, document), 'utf8').matchAll(
      /^bin\/liangdi (curl-loop --lab simulated.*?) +# (.*)$/gm,
    ),
  ];

  test('shows all three steps', () => expect(shown).toHaveLength(3));

  test.each(shown.map(([, line = '', result = '']) => [line, result]))('%s: %s', async (line, result) => {
    expect((await liangdi(line.split(' '))).stderr.split('\n').at(-2)).toBe(result);
  });
});

/** The article is not everybody's to have. */
const article = join(root, '../shared/seed/article.txt');
test.skipIf(!existsSync(article))("prints the article's pages to the letter, and nothing else", async () => {
  const { stdout } = await simulated('--down', 'beijing');
  const pages = [...new Set(stdout.split(/^(?=<html>|This is env)/m))];
  expect(pages).toHaveLength(2);
  for (const page of pages) expect(readFileSync(article, 'utf8')).toContain(page);
});

test('waits between two requests as long as it is told', async () => {
  const { stderr, stdout, code } = await simulated('--requests', '4', '--every', '1m', '--down', 'beijing');
  expect({ code, requests: answersOf({ stdout } as Outcome).length }).toEqual({ code: 0, requests: 4 });
  expect(stderr).toMatch(/\nT\+03:00\.\d +fault +down \(application-down\) is being healed/);
});

test('the same seed gives the same loop, another one another', async () => {
  const [one, same, other] = await Promise.all([simulated(), simulated(), simulated('--seed', '2')]);
  expect(same).toEqual({ ...one, took: same?.took });
  expect(other?.stdout).not.toBe(one?.stdout);
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
  const { code, stdout, stderr } = await simulated(...line.split(' '));
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
});
