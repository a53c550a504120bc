import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nothing } from '../../src/gtm/dns/message.ts';
import { type DnsServer, serveDns } from '../../src/gtm/dns/server-real.ts';
import type { Authority } from '../../src/gtm/dns/types.ts';
import { aliasHost, type Host, Zones } from '../../src/gtm/dns/zones.ts';
import type { Clock, Timer } from '../../src/runtime/clock.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { type RealResolver, serveResolver } from '../../src/traffic/resolver-real.ts';
import { type ResolverKind, ZOO } from '../../src/traffic/zoo.ts';

/*
 * Resolvers of each kind before a name server whose answer changes. Time is what the test says: the clock is moved by
 * hand.
 */

class Hand implements Clock {
  readonly #timers = new Map<Timer, { readonly due: number; readonly fire: () => void }>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): Timer {
    const timer = { cancel: () => this.#timers.delete(timer) };
    this.#timers.set(timer, { due: this.#now + ms, fire });
    return timer;
  }

  sleep(): Promise<void> {
    throw new Error('no resolver sleeps');
  }

  /** How many timers are set: one a question that the name server has not answered yet. */
  get waiting(): number {
    return this.#timers.size;
  }

  move(ms: number): void {
    this.#now += ms;
    for (const [timer, { due, fire }] of [...this.#timers]) {
      if (due > this.#now) continue;
      this.#timers.delete(timer);
      fire();
    }
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
let silent: Socket | undefined;
let silentlyAsked: number;
let lastAsker: { readonly port: number; readonly message: Buffer } | undefined;

beforeEach(async () => {
  addresses = ['192.0.2.1'];
  asked = 0;
  failing = false;
  silentlyAsked = 0;
  lastAsker = undefined;
  clock = new Hand();
  const host = (data: () => readonly string[], ttl = TTL): Host => ({
    answer: ({ type }) =>
      type === 1 && data().length > 0 ? { type: 'A', ttl, data: data(), scope: 0 } : undefined,
  });
  const zones = new Zones(
    [{ apex: 'example.test', negativeTtl: 10, nameServer: '127.0.0.1' }],
    new Map([
      ['a.example.test', host(() => addresses)],
      ['many.example.test', host(() => MANY)],
      ['now.example.test', host(() => addresses, 0)],
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
  silent?.close();
  silent = undefined;
});

/** A name server that hears questions and answers none; `ip:port`. */
async function silentServer(): Promise<string> {
  silent = createSocket('udp4');
  silent.on('message', (message, { port }) => {
    silentlyAsked += 1;
    lastAsker = { port, message };
  });
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  return `127.0.0.1:${silent.address().port}`;
}

async function start(kind: ResolverKind, at = upstream.address, shuffle = false): Promise<Resolver> {
  const [host = '', port] = at.split(':');
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
    clock.move(1000);
    const [first] = await client.resolve4('a.example.test');
    if (first === '192.0.2.2') return second + 1;
    // An answer that is fetched meanwhile is there at the next second.
    await settled();
  }
  return most;
}

/** Until what the name server was asked has been answered. */
async function settled(): Promise<void> {
  await expect.poll(() => clock.waiting, { interval: 1 }).toBe(0);
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
    clock.move(20_500);
    expect(await ttl()).toBe(40);
    expect(asked).toBe(1);
  });

  test('keeps an answer with a TTL of 0 for nobody, and tells it so', async () => {
    const client = await start('honest');
    for (const times of [1, 2]) {
      expect(await client.resolve4('now.example.test', { ttl: true })).toEqual([
        { address: '192.0.2.1', ttl: 0 },
      ]);
      expect(asked).toBe(times);
    }
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
    const client = await start('honest', upstream.address, true);
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
      clock.move(seconds * 1000 - 1);
      await expect(client.resolve4(name)).rejects.toThrow();
      expect(asked).toBe(before + 1);
      clock.move(1);
      await expect(client.resolve4(name)).rejects.toMatchObject({ code });
      expect(asked).toBe(before + 2);
    }
  });

  test.each([
    ['honest', 5],
    ['negative', 300],
    ['forever', 10],
  ] as const)('%s remembers an alias that leads to no address for %d s', async (kind, seconds) => {
    const client = await start(kind);
    addresses = [];
    expect(await client.resolve4('www.example.test')).toEqual([]);
    addresses = ['192.0.2.2'];
    clock.move(seconds * 1000 - 1);
    expect(await client.resolve4('www.example.test')).toEqual([]);
    clock.move(1);
    expect(await client.resolve4('www.example.test')).toEqual(['192.0.2.2']);
  });

  test('serve-stale hands out the old answer while the name server fails, and the new one when it is back', async () => {
    const client = await start('serve-stale');
    await client.resolve4('a.example.test');
    failing = true;
    clock.move(120_000);
    expect(await client.resolve4('a.example.test', { ttl: true })).toEqual([
      { address: '192.0.2.1', ttl: 30 },
    ]);
    await settled();
    expect(asked).toBe(2);
    failing = false;
    addresses = ['192.0.2.2'];
    clock.move(10_000);
    await client.resolve4('a.example.test');
    await settled();
    expect(await client.resolve4('a.example.test')).toEqual(['192.0.2.2']);
  });

  test('serve-stale hands nothing out that has grown too old, also while it remembers a failure', async () => {
    const client = await start('serve-stale');
    await client.resolve4('a.example.test');
    failing = true;
    clock.move(60_000 + 3_600_000 - 1);
    expect(await client.resolve4('a.example.test')).toEqual(['192.0.2.1']);
    await settled();
    clock.move(1);
    await expect(client.resolve4('a.example.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(asked).toBe(2);
  });

  test('a name server whose host refuses is SERVFAIL at once', async () => {
    const client = await start('honest');
    await upstream.stop();
    await expect(client.resolve4('a.example.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });

  test('a name server that is silent is SERVFAIL after three attempts of a second', async () => {
    const client = await start('honest', await silentServer());
    const failed = expect(client.resolve4('a.example.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    for (const attempt of [1, 2, 3]) {
      await expect.poll(() => silentlyAsked, { interval: 1 }).toBe(attempt);
      clock.move(999);
      expect(clock.waiting).toBe(1);
      clock.move(1);
    }
    await failed;
    expect([clock.now(), silentlyAsked]).toEqual([3000, 3]);
  });

  test('what comes from elsewhere is no answer', async () => {
    const client = await start('honest', await silentServer());
    const resolved = client.resolve4('a.example.test');
    await expect.poll(() => lastAsker, { interval: 1 }).toBeDefined();
    const { port, message } = lastAsker as NonNullable<typeof lastAsker>;
    const answer = (address: string) => {
      const name = 'a.example.test';
      const answers = [{ name, type: 'A', ttl: 60, data: address }] as const;
      return encode({ ...decode(message), type: 'response', answers: [...answers] });
    };
    const forger = createSocket('udp4');
    await new Promise(sent => forger.send(answer('192.0.2.66'), port, '127.0.0.1', sent));
    forger.close();
    silent?.send(answer('192.0.2.1'), port, '127.0.0.1');
    expect(await resolved).toEqual(['192.0.2.1']);
  });

  test('who stops while a question is under way leaves nothing behind', async () => {
    const client = await start('honest', await silentServer());
    const abandoned = client.resolve4('a.example.test').catch(() => {});
    await expect.poll(() => silentlyAsked, { interval: 1 }).toBe(1);
    await resolver?.stop();
    resolver = undefined;
    expect(clock.waiting).toBe(0);
    client.cancel();
    await abandoned;
  });
});

describe('a message that is not understood is told so, without asking the name server', () => {
  type Decoded = DecodedPacket & { readonly opcode: string; readonly rcode: string };

  /** The answer to a message as it is, `opcode` in place of a query's 0. */
  async function answered(packet: Packet, opcode = 0): Promise<Decoded> {
    await start('honest');
    const message = encode({ type: 'query', id: 4711, ...packet });
    message.writeUInt16BE((opcode << 11) | 0x0100, 2);
    const socket = createSocket('udp4');
    try {
      socket.send(message, Number(resolver?.address.split(':')[1]), '127.0.0.1');
      const [response] = await once(socket, 'message', { signal: AbortSignal.timeout(2000) });
      return decode(response) as Decoded;
    } finally {
      socket.close();
    }
  }

  const questions = [{ name: 'a.example.test', type: 'A' }] as const;
  const opt = (ednsVersion: number) => {
    const fields = { udpPayloadSize: 1232, extendedRcode: 0, flags: 0, flag_do: false, options: [] };
    return [{ type: 'OPT', name: '.', ednsVersion, ...fields }] as const;
  };

  test.each([
    ['STATUS', 2, []],
    ['NOTIFY', 4, [...questions]],
    ['UPDATE', 5, [...questions]],
  ])('another operation: %s', async (opcode, code, asking) => {
    expect(await answered({ questions: asking }, code)).toMatchObject({
      id: 4711,
      opcode,
      rcode: 'NOTIMP',
      flag_rd: true,
      questions: asking,
      answers: [],
      additionals: [],
    });
    expect(asked).toBe(0);
  });

  test('a later version of EDNS', async () => {
    expect(await answered({ questions: [...questions], additionals: [...opt(1)] })).toMatchObject({
      opcode: 'QUERY',
      rcode: 'NOERROR',
      answers: [],
      // BADVERS, 16, is in two parts.
      additionals: [{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }],
    });
    expect(asked).toBe(0);
  });

  test('but version 0 is', async () => {
    expect(await answered({ questions: [...questions], additionals: [...opt(0)] })).toMatchObject({
      rcode: 'NOERROR',
      answers: [{ data: '192.0.2.1' }],
      additionals: [{ type: 'OPT', extendedRcode: 0 }],
    });
  });
});
