import { describe, expect, test } from 'vitest';
import type { Controls } from '../../src/faults/fault.ts';
import { isFromClients, shapeLinks } from '../../src/faults/links.ts';
import { CENTRES, type Entry, smallDrill } from './small-drill.ts';

test.each([
  ['both', ['hub > a', 'a > hub', 'clients > a', 'a > clients']],
  ['to-centre', ['hub > a', 'clients > a']],
  ['from-centre', ['a > hub', 'a > clients']],
] as const)('direction %s strikes %j', async (direction, struck) => {
  const links: string[] = [];
  const shapeLink = async (_label: string, from: string, to: string) => void links.push(`${from} > ${to}`);
  const controls = { shapeLink } as unknown as Controls;
  await shapeLinks(controls, 'cut/a', 'a', { from: ['hub', 'clients'], direction }, { cut: true });
  expect(links).toEqual(struck);
});

test.each([
  ['*', true],
  ['clients', true],
  ['clients/people', true],
  ['clients/others', false],
  ['vantage', false],
  ['hub', false],
])("links from %s carry people's requests: %s", (from, carries) => {
  expect(isFromClients([from], 'people')).toBe(carries);
  expect(isFromClients(['hub', from], 'people')).toBe(carries);
});

/** From 10 s to 40 s. */
const drill = (fault: Entry) =>
  smallDrill([{ at: '10s', for: '30s', on: 'cluster1-beijing', ...fault }], '80s');

describe('partition', () => {
  const directions = ['both', 'to-centre', 'from-centre'];

  test.each(directions)('from clients (%s): requests get no answer, health checks do', async direction => {
    const journal = await drill({ fault: 'partition', from: 'clients', direction });
    expect(journal.outcomes('cluster1-beijing', 15, 34)).toEqual(['timeout']);
    expect(journal.outcomes('cluster2-beijing', 0, 80)).toEqual([200]);
    expect(journal.probes('cluster1-beijing', 0, 80)).toEqual(['200']);
    expect(journal.outcomes('cluster1-beijing', 50, 79)).toEqual([200]);
  });

  test.each(directions)(
    'from vantage points (%s): health checks get no answer, requests do',
    async direction => {
      const journal = await drill({ fault: 'partition', from: 'vantage', direction });
      expect(journal.probes('cluster1-beijing', 15, 40)).toEqual(['timeout']);
      expect(journal.probes('cluster2-beijing', 0, 80)).toEqual(['200']);
      expect(journal.outcomes('cluster1-beijing', 0, 40)).toEqual([200]);
      expect(journal.probes('cluster1-beijing', 50, 80)).toEqual(['200']);
    },
  );

  test('from the hub: what is published reaches the centre only after it; traffic notices nothing', async () => {
    const journal = await smallDrill(
      [
        { at: '10s', for: '60s', fault: 'partition', on: 'cluster1-beijing', from: 'hub', name: 'cut' },
        { at: '15s', deploy: { publishVersion: 'version9' } },
      ],
      '160s',
    );
    const arrived = journal.of('object').find(({ publishVersion }) => publishVersion === 'version9');
    expect(arrived?.centre).toBe('cluster1-beijing');
    expect(journal.time(arrived?.at ?? 0)).toBeGreaterThan(journal.when('cut', 'healed'));
    expect(journal.outcomes('cluster1-beijing', 0, 160)).toEqual([200]);
    expect(journal.probes('cluster1-beijing', 0, 160)).toEqual(['200']);
  });

  test('from anywhere: neither gets through, but the drill itself still sees the centre', async () => {
    const journal = await smallDrill([{ at: '10s', fault: 'partition', on: 'beijing' }], '50s');
    for (const centre of ['cluster1-beijing', 'cluster2-beijing']) {
      expect(journal.outcomes(centre, 15, 44)).toEqual(['timeout']);
      expect(journal.probes(centre, 15, 50)).toEqual(['timeout']);
    }
    expect(journal.outcomes('cluster1-hangzhou', 0, 50)).toEqual([200]);
    expect(journal.differences).toEqual([]);
  });
});

test('latency: each of the four packets of a request takes as long as it says', async () => {
  const journal = await drill({ fault: 'latency', from: 'clients', latency: '300ms' });
  const took = (from: number, until: number) =>
    journal.requests('cluster1-beijing', from, until).map(({ at, sent }) => at - sent);
  expect(Math.min(...took(11, 39))).toBeGreaterThan(4 * 300);
  expect(Math.max(...took(41, 79))).toBeLessThan(400);
  expect(journal.outcomes('cluster1-beijing', 0, 80)).toEqual([200]);
});

test.each<Entry>([
  { fault: 'latency', latency: '0ms' },
  { fault: 'loss', share: '0%' },
])('%j, a fault of no size, changes nothing', async fault => {
  const with_ = await drill({ from: 'clients', ...fault });
  const without = await smallDrill([], '80s');
  expect(with_.of('request')).toEqual(without.of('request'));
});

describe('faults over each other on one link add up, and each is healed alone:', () => {
  const on = 'cluster1-beijing';
  const both = (first: Entry, second: Entry) =>
    smallDrill(
      [
        { at: '10s', for: '60s', on, from: 'clients', ...first, name: 'first' },
        { at: '30s', for: '20s', on, from: 'clients', ...second, name: 'second' },
      ],
      '90s',
    );

  test('a little loss beside much lets nothing more through', async () => {
    const journal = await both({ fault: 'loss', share: '100%' }, { fault: 'loss', share: '5%' });
    for (const [from, until] of [
      [11, 29],
      [31, 44],
      [51, 64],
    ] as const)
      expect(journal.outcomes(on, from, until)).toEqual(['timeout']);
    expect(journal.outcomes(on, 71, 89)).toEqual([200]);
  });

  test('latencies', async () => {
    const journal = await both(
      { fault: 'latency', latency: '300ms' },
      { fault: 'latency', latency: '100ms' },
    );
    const least = (from: number, until: number) =>
      Math.min(...journal.requests(on, from, until).map(({ at, sent }) => at - sent));
    expect(least(11, 28)).toBeGreaterThan(4 * 300);
    expect(least(31, 48)).toBeGreaterThan(4 * 400);
    expect(least(51, 68)).toBeLessThan(4 * 400);
    expect(least(51, 68)).toBeGreaterThan(4 * 300);
    expect(least(71, 89)).toBeLessThan(4 * 100);
  });
});

test('latency: curl leaves an address that takes longer to connect to than half of its time', async () => {
  const curl = { name: 'curl', loop: { every: '1s' }, triesNextAddress: true };
  const latency = { fault: 'latency', on: 'cluster1-beijing', from: 'clients', latency: '2s' };
  const journal = await smallDrill([{ at: '10s', for: '60s', ...latency }], '80s', { populations: [curl] });
  const during = journal.of('request', 15, 65);
  expect(during.filter(({ at, sent }) => at - sent > 2500).length).toBeGreaterThan(3);
  expect(new Set(during.map(({ status }) => status))).toEqual(new Set([200]));
});

describe('loss', () => {
  test('of a fifth: TCP sends again, so that some requests are slow and few fail', async () => {
    const journal = await drill({ fault: 'loss', from: 'clients', share: '20%' });
    const slow = journal.requests('cluster1-beijing', 11, 39).filter(({ at, sent }) => at - sent > 400);
    expect(slow.length).toBeGreaterThan(3);
    expect(journal.outcomes('cluster1-beijing', 11, 39)).toContain(200);
    const after = journal.requests('cluster1-beijing', 41, 79).map(({ at, sent }) => at - sent);
    expect(Math.max(...after)).toBeLessThan(400);
  });

  test('of all is a partition', async () => {
    const journal = await drill({ fault: 'loss', from: 'clients', share: '100%' });
    expect(journal.outcomes('cluster1-beijing', 15, 34)).toEqual(['timeout']);
    expect(journal.outcomes('cluster1-beijing', 50, 79)).toEqual([200]);
  });
});

describe('vantage-loss', () => {
  const seenFrom = (journal: Awaited<ReturnType<typeof smallDrill>>, node: string) =>
    new Set(
      journal
        .of('probe', 15, 40)
        .filter(({ vantage }) => vantage === node)
        .map(({ centre, result }) => `${centre} ${result}`),
    );
  const everywhere = (result: string) => new Set(CENTRES.map(centre => `${centre} ${result}`));

  test('of one: its checks fail everywhere, the others do not, and nobody is held for down', async () => {
    const journal = await drill({ fault: 'vantage-loss', on: 'beijing-alibaba' });
    expect(seenFrom(journal, 'beijing-alibaba')).toEqual(everywhere('timeout'));
    expect(seenFrom(journal, 'alibaba-738')).toEqual(everywhere('200'));
    expect(journal.of('health')).toEqual([]);
  });

  test('of all: every centre is held for down, and clients are served all the same', async () => {
    const on = ['beijing-alibaba', 'shanghai-alibaba', 'nanjing-mobile', 'alibaba-738', 'alibaba-569'];
    const blind = { at: '10s', for: '80s', fault: 'vantage-loss', on, name: 'blind' };
    const journal = await smallDrill([blind], '150s');
    const health = (status: string) => journal.of('health').filter(event => event.status === status);
    for (const status of ['ALERT', 'OK'])
      expect(new Set(health(status).map(({ centre }) => centre))).toEqual(new Set(CENTRES));
    expect(journal.time(health('OK')[0]?.at ?? 0)).toBeGreaterThan(journal.when('blind', 'healed'));
    expect(new Set(journal.of('request').map(({ status }) => status))).toEqual(new Set([200]));
  });
});
