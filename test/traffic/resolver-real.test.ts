import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nothing } from '../../src/gtm/dns-message.ts';
import { type DnsServer, serveDns } from '../../src/gtm/dns-server-real.ts';
import type { Authority } from '../../src/gtm/dns-types.ts';
import { aliasHost, type Host, Zones } from '../../src/gtm/dns-zones.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { type RealResolver, serveResolver } from '../../src/traffic/resolver-real.ts';
import { type ResolverKind, ZOO } from '../../src/traffic/zoo.ts';

/*
 * Resolvers of each kind before a name server whose answer changes. Time is what the test says: the resolver's clock is
 * moved by hand, but for the time that it waits for the name server.
 */

class Hand implements Clock {
  readonly #real = new RealClock();
  at = 0;

  now(): number {
    return this.at;
  }

  after(ms: number, fire: () => void) {
    return this.#real.after(ms, fire);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#real.sleep(ms, signal);
  }
}

const TTL = 60;
const MANY = Array.from({ length: 40 }, (_, i) => `198.51.100.${i}`);

let upstream: DnsServer;
let resolver: RealResolver | undefined;
let addresses: string[];
let asked: number;
let failing: boolean;
let clock: Hand;

beforeEach(async () => {
  addresses = ['192.0.2.1'];
  asked = 0;
  failing = false;
  clock = new Hand();
  const host = (data: () => readonly string[]): Host => ({
    answer: ({ type }) => (type === 1 ? { type: 'A', ttl: TTL, data: data(), scope: 0 } : undefined),
  });
  const zones = new Zones(
    [{ apex: 'example.test', negativeTtl: 10, nameServer: '127.0.0.1' }],
    new Map([
      ['a.example.test', host(() => addresses)],
      ['many.example.test', host(() => MANY)],
      ['www.example.test', aliasHost('a.example.test', TTL)],
    ]),
  );
  const authority: Authority = {
    find(question) {
      asked += 1;
      return failing ? nothing('SERVFAIL') : zones.find(question);
    },
  };
  upstream = await serveDns({ host: '127.0.0.1', port: 0 }, authority);
});

afterEach(async () => {
  await resolver?.stop();
  await upstream.stop();
});

async function start(kind: ResolverKind, shuffle = false): Promise<Resolver> {
  const [host = '', port] = upstream.address.split(':');
  resolver = await serveResolver({
    listen: { host: '127.0.0.1', port: 0 },
    upstream: { host, port: Number(port) },
    policy: ZOO[kind],
    shuffle,
    clock,
    random: seededRandom(1),
  });
  const client = new Resolver({ timeout: 5000, tries: 1 });
  client.setServers([resolver.address]);
  return client;
}

/** Seconds that a change of the answer stays unseen by a client who asks every second. */
async function unseen(client: Resolver, most: number): Promise<number> {
  await client.resolve4('a.example.test');
  addresses = ['192.0.2.2'];
  for (let second = 0; second < most; second += 1) {
    clock.at += 1000;
    const [first] = await client.resolve4('a.example.test');
    if (first === '192.0.2.2') return second + 1;
    // An answer that is fetched meanwhile is there at the next second.
    await settled();
  }
  return most;
}

/** Until what the name server was asked has been answered. */
async function settled(): Promise<void> {
  await new RealClock().sleep(5);
}

describe('how long each kind keeps what has changed', () => {
  test.each([
    ['honest', 60, 60],
    ['min-ttl', 120, 120],
    ['max-ttl', 30, 30],
    // Handed out once more while the new one is fetched.
    ['serve-stale', 61, 61],
    ['negative', 60, 60],
    ['prefetch', 55, 56],
    ['forever', 200, 200],
  ] as const)('%s: %d to %d s', async (kind, least, most) => {
    const seconds = await unseen(await start(kind), 200);
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });
});

describe('an honest resolver', () => {
  test('tells what is left of the TTL, and asks once', async () => {
    const client = await start('honest');
    const ttl = async () => (await client.resolve4('a.example.test', { ttl: true }))[0]?.ttl;
    expect(await ttl()).toBe(60);
    clock.at += 20_500;
    expect(await ttl()).toBe(40);
    expect(asked).toBe(1);
  });

  test('hands on aliases, and answers that do not fit into a UDP packet', async () => {
    const client = await start('honest');
    expect(await client.resolve4('www.example.test')).toEqual(['192.0.2.1']);
    expect(await client.resolveCname('www.example.test')).toEqual(['a.example.test']);
    expect(await client.resolve4('many.example.test')).toHaveLength(40);
  });

  test('asks once for all that wait', async () => {
    const client = await start('honest');
    await Promise.all(Array.from({ length: 20 }, () => client.resolve4('a.example.test')));
    expect(asked).toBe(1);
  });

  test('shuffles what it cached when asked to', async () => {
    addresses = ['192.0.2.1', '192.0.2.2'];
    const client = await start('honest', true);
    const firsts = new Set<string | undefined>();
    for (let i = 0; i < 50; i += 1) firsts.add((await client.resolve4('a.example.test'))[0]);
    expect(firsts.size).toBe(2);
    expect(asked).toBe(1);
  });
});

describe('failures', () => {
  test.each([
    ['honest', 5],
    ['negative', 300],
  ] as const)('%s remembers them and that there is nothing for %d s', async (kind, seconds) => {
    const client = await start(kind);
    for (const [name, code] of [
      ['nosuch.example.test', 'ENOTFOUND'],
      ['example.org', 'EREFUSED'],
    ] as const) {
      const before = asked;
      await expect(client.resolve4(name)).rejects.toMatchObject({ code });
      clock.at += seconds * 1000 - 1;
      await expect(client.resolve4(name)).rejects.toThrow();
      expect(asked).toBe(before + 1);
      clock.at += 1;
      await expect(client.resolve4(name)).rejects.toMatchObject({ code });
      expect(asked).toBe(before + 2);
    }
  });

  test('serve-stale hands out the old answer while the name server fails, and the new one when it is back', async () => {
    const client = await start('serve-stale');
    await client.resolve4('a.example.test');
    failing = true;
    clock.at += 120_000;
    expect(await client.resolve4('a.example.test', { ttl: true })).toEqual([
      { address: '192.0.2.1', ttl: 30 },
    ]);
    await expect.poll(() => asked).toBe(2);
    await settled();
    failing = false;
    addresses = ['192.0.2.2'];
    clock.at += 10_000;
    await client.resolve4('a.example.test');
    await expect.poll(() => client.resolve4('a.example.test')).toEqual(['192.0.2.2']);
  });

  test('a name server that is gone is SERVFAIL', async () => {
    const client = await start('honest');
    await upstream.stop();
    await expect(client.resolve4('a.example.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });
});
