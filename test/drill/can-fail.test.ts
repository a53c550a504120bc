import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { scratch } from '../scratch.ts';

/*
 * The shipped design holds because it is right, not because nothing could be found wrong: each scenario falls when
 * the part of the design that it proves is broken.
 */

const folder = scratch();
const root = resolve(import.meta.dirname, '../..');

/** The shipped scenario with other fields, as a user would write it into a file of their own. */
function variant(name: string, changes: Record<string, unknown>): string {
  const shipped = parse(readFileSync(join(root, 'scenarios', `${name}.yaml`), 'utf8'));
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify({ ...shipped, ...changes }));
  return file;
}

/** The article's application with one text replaced by another. */
function application(from: string, to: string): Record<string, unknown> {
  const text = readFileSync(join(root, 'clusters/web-demo/app.yaml'), 'utf8');
  expect(text).toContain(from);
  const file = join(scratch(), 'app.yaml');
  writeFileSync(file, text.replace(from, to));
  return { files: { application: [join(root, 'clusters/web-demo/app-meta.yaml'), file] } };
}

const strategy = (changes: Record<string, unknown>) => ({
  gtm: { AccessStrategies: [{ StrategyName: 'two-cities', ...changes }] },
});

async function drill(file: string, seed = 3): Promise<{ verdict: Verdict; events: readonly JournalEvent[] }> {
  return runDrill(loadScenario(file), { lab: 'simulated', seed });
}

const violated = ({ expectations }: Verdict) =>
  expectations.filter(({ result }) => result === 'violated').map(({ name }) => name);

describe('a broken design is violated', () => {
  test.each([
    [
      'no backup pool set',
      'beijing-down',
      strategy({ FailoverAddrPool: 'EMPTY' }),
      ['only-traffic-to', 'recovered-within'],
    ],
    [
      'both Beijing addresses demanded',
      'cluster1-beijing-down',
      strategy({ DefaultMinAvailableAddrNum: 2 }),
      ['only-traffic-to', 'no-traffic-to', 'no-flap'],
    ],
    [
      'a GTM pinned to the primary set',
      'beijing-down',
      strategy({ AccessMode: 'DEFAULT' }),
      ['only-traffic-to', 'recovered-within'],
    ],
    [
      'a GTM that goes back at once',
      'beijing-flap',
      { gtm: { emulator: { recoverySuccesses: 1, holdDown: '0s' } } },
      ['no-flap'],
    ],
    ['a check that takes 404 for health', 'return-too-early', checkCode(500, 1), ['errors-below']],
    ['one vantage point in five is believed', 'vantage-loss', failureRate(20), ['no-flap']],
    ['no health checks', 'beijing-down', { gtm: unmonitored() }, ['rto-below']],
    [
      'an approval that nobody is asked for',
      'rollout-approval',
      application('      auto: false', '      auto: true'),
      ['approved-before'],
    ],
    [
      'the wrong database in Hangzhou',
      'beijing-down',
      application('hangzhou-db.pg', 'beijing-db.pg'),
      ['configuration-matches-centre'],
    ],
    [
      'the wrong ENV_NAME in cluster2-beijing',
      'beijing-down',
      application('ENV_NAME: cluster2-beijing', 'ENV_NAME: cluster1-beijing'),
      ['configuration-matches-centre'],
    ],
    ['weights of 70 to 30', 'steady', weights(70, 30), ['split']],
  ])('%s: %s', async (_what, scenario, changes, names) => {
    const { verdict } = await drill(variant(scenario, changes));
    expect(violated(verdict)).toEqual(expect.arrayContaining(names));
    expect(verdict.verdict).toBe('violated');
  });
});

describe('a drill that saw nothing proves nothing', () => {
  test.each(['beijing-down', 'steady', 'vantage-loss', 'rollout-approval'])(
    '%s without clients is unknown',
    async name => {
      const { verdict } = await drill(variant(name, { clients: { populations: [] } }));
      expect(verdict.verdict).toBe('unknown');
    },
  );

  test('without clients, not even a small expectation passes', async () => {
    const file = variant('steady', { clients: { populations: [] }, expect: [{ 'no-flap': {} }] });
    const { verdict } = await drill(file);
    expect(verdict).toMatchObject({
      verdict: 'unknown',
      expectations: [{ result: 'held' }, { name: 'observed' }],
    });
  });

  test('a journal without the GTM is unknown', async () => {
    const { events } = await drill(variant('steady', { expect: [{ 'no-flap': {} }] }));
    const gtm = ['probe', 'health', 'route', 'switch', 'publish'];
    expect(judge(events).verdict).toBe('held');
    expect(judge(events.filter(({ kind }) => !gtm.includes(kind))).verdict).toBe('unknown');
  });

  test.each([
    ['requests', (event: JournalEvent) => event.kind !== 'request'],
    ['the end', (event: JournalEvent) => event.kind !== 'end'],
    ['faults taking effect', (event: JournalEvent) => event.kind !== 'fault' || event.step !== 'injected'],
  ])('a journal without %s is unknown', async (_what, keeps) => {
    const { events } = await drill('beijing-down');
    expect(judge(events).verdict).toBe('held');
    expect(judge(events.filter(keeps)).verdict).toBe('unknown');
  });

  test('an interrupted drill is unknown, and its faults are healed', async () => {
    const stop = new AbortController();
    const { verdict, events } = await runDrill(loadScenario('beijing-down'), {
      lab: 'simulated',
      seed: 1,
      signal: stop.signal,
      onEvent: event => {
        if (event.kind === 'switch') stop.abort();
      },
    });
    expect(verdict.verdict).toBe('unknown');
    expect(events.filter(({ kind }) => kind === 'fault')).toMatchObject(
      ['inject', 'injected', 'heal', 'healed'].map(step => ({ step })),
    );
    expect(events.at(-1)).toMatchObject({ kind: 'end', reason: 'interrupted' });
  });
});

const pools = ['beijing', 'hangzhou'];

function checkCode(code: number, recoverySuccesses: number): Record<string, unknown> {
  const AddrPools = pools.map(Name => ({ Name, Monitor: { MonitorExtendInfo: { code } } }));
  return { gtm: { AddrPools, emulator: { recoverySuccesses } } };
}

function failureRate(rate: number): Record<string, unknown> {
  const AddrPools = pools.map(Name => ({ Name, Monitor: { MonitorExtendInfo: { failureRate: rate } } }));
  return { gtm: { AddrPools } };
}

function unmonitored(): Record<string, unknown> {
  return { AddrPools: pools.map(Name => ({ Name, Monitor: null })) };
}

function weights(one: number, other: number): Record<string, unknown> {
  return {
    gtm: {
      AddrPools: [
        {
          Name: 'beijing',
          LbaStrategy: 'RATIO',
          Addr: [
            { Addr: 'cluster1-beijing', LbaWeight: one },
            { Addr: 'cluster2-beijing', LbaWeight: other },
          ],
        },
      ],
      AccessStrategies: [{ StrategyName: 'two-cities', DefaultLbaStrategy: 'RATIO' }],
    },
  };
}
