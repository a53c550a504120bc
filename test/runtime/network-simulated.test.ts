import { describe, expect, test } from 'vitest';
import type {
  Connection,
  HttpOutcome,
  HttpRequest,
  HttpResponse,
  LinkQuality,
  SimulatedNetwork,
  SimulatedServer,
} from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

const WEB = '203.0.113.10';
const DNS = '198.51.100.53';

/** What connections to the host last as long as. */
class Process {
  over = false;
}

/** Clients 10 ms from a centre, 20 ms back, which serves in 100 ms. */
class Bench {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  host: ReturnType<SimulatedServer['accepts']> = 'accept';
  process = new Process();
  /** When requests reached the server. */
  readonly arrivals: number[] = [];
  answer: HttpResponse | 'reset' = { status: 200, body: 'hello' };

  constructor(seed = 1) {
    this.network = simulatedNetwork(this.clock, seededRandom(seed));
    this.network.rule('clients', 'centre', { latencyMs: 10 });
    this.network.rule('centre', 'clients', { latencyMs: 20 });
    this.network.listen(WEB, 'centre', {
      accepts: () => this.host,
      process: () => this.process,
      handle: (_, asker) => {
        this.arrivals.push(this.clock.now());
        this.clock.after(100, () => tell(asker, this.answer));
      },
    });
    this.network.listenDns(DNS, 'centre', {
      accepts: () => this.host,
      answer: () => ({ rcode: 'NOERROR', addresses: [WEB], ttlSeconds: 60 }),
    });
  }

  run<T>(main: () => Promise<T>): Promise<T> {
    return this.clock.run(main);
  }

  at(ms: number, act: () => void): void {
    this.clock.after(ms, act);
  }

  http(more: Partial<HttpRequest> = {}): Promise<HttpOutcome & { at: number }> {
    const request = {
      from: 'clients/p',
      address: WEB,
      port: 80,
      host: 'h',
      path: '/',
      timeoutMs: 2000,
      ...more,
    };
    return this.#ended<HttpOutcome>(done => this.network.http(request, done));
  }

  dns(): Promise<object> {
    const query = { from: 'clients/p', server: DNS, name: 'web', type: 'A', timeoutMs: 2000 } as const;
    return this.#ended(done => this.network.dns(query, done));
  }

  tcp(address = WEB): Promise<object> {
    const attempt = { from: 'clients/p', address, port: 80, timeoutMs: 2000 };
    return this.#ended(done => this.network.tcp(attempt, failure => done({ failure })));
  }

  exchange(): Promise<object> {
    const serve = (reply: (value: string) => void) => reply(`at ${this.clock.now()}`);
    return this.#ended(done => this.network.exchange('clients/p', 'centre', 2000, serve, done));
  }

  cut(from: string, to: string): () => void {
    return this.network.rule(from, to, { cut: true });
  }

  #ended<T extends object>(start: (done: (outcome: T) => void) => void): Promise<T & { at: number }> {
    return new Promise((resolve, reject) => {
      let calls = 0;
      let returned = false;
      start(outcome => {
        calls += 1;
        if (!returned || calls > 1) reject(new Error('done was called within the call, or twice'));
        resolve({ ...outcome, at: this.clock.now() });
      });
      returned = true;
    });
  }
}

const OK = { response: { status: 200, body: 'hello' } };

describe('an answer takes', () => {
  test('HTTP: a round trip to connect, the way there, the service, the way back', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.http())).toEqual({ ...OK, at: 30 + 10 + 100 + 20 });
    expect(bench.arrivals).toEqual([40]);
  });

  test('TCP, DNS, a plain exchange: a round trip', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.tcp())).toEqual({ failure: undefined, at: 30 });
    expect(await bench.run(() => bench.exchange())).toEqual({ value: 'at 40', at: 60 });
    const answer = { rcode: 'NOERROR', addresses: [WEB], ttlSeconds: 60 };
    expect(await bench.run(() => bench.dns())).toEqual({ answer, at: 90 });
  });

  test('an event-loop turn at least, where no link has a latency', async () => {
    const clock = new VirtualClock();
    const network = simulatedNetwork(clock, seededRandom(1));
    const outcome = await clock.run(
      () => new Promise(resolve => network.exchange('a', 'b', 10, reply => reply(1), resolve)),
    );
    expect(outcome).toEqual({ value: 1 });
    expect(clock.now()).toBe(0);
  });

  test('an error page just as long', async () => {
    const bench = new Bench();
    bench.answer = { status: 503, body: 'no' };
    expect(await bench.run(() => bench.http())).toEqual({ response: bench.answer, at: 160 });
  });
});

describe('a host that', () => {
  test('refuses says so after a round trip', async () => {
    const bench = new Bench();
    bench.host = 'refuse';
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'refused', at: 30 });
    expect(await bench.run(() => bench.tcp())).toEqual({ failure: 'refused', at: 60 });
    expect(await bench.run(() => bench.dns())).toEqual({ failure: 'refused', at: 90 });
  });

  test('lets packets vanish makes the caller wait for its timeout', async () => {
    const bench = new Bench();
    bench.host = 'drop';
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'timeout', at: 2000 });
    expect(await bench.run(() => bench.tcp())).toEqual({ failure: 'timeout', at: 4000 });
    expect(await bench.run(() => bench.dns())).toEqual({ failure: 'timeout', at: 6000 });
    expect(bench.arrivals).toEqual([]);
  });

  test('is not there does too', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.http({ address: '192.0.2.1' }))).toEqual({
      failure: 'timeout',
      at: 2000,
    });
    expect(await bench.run(() => bench.tcp('192.0.2.1'))).toEqual({ failure: 'timeout', at: 4000 });
  });

  test('comes back in time is reached by the repeated SYN, after a second', async () => {
    const bench = new Bench();
    bench.host = 'drop';
    bench.at(500, () => {
      bench.host = 'accept';
    });
    expect(await bench.run(() => bench.http())).toEqual({ ...OK, at: 1160 });
  });

  test('resets in the middle of a request breaks it', async () => {
    const bench = new Bench();
    bench.answer = 'reset';
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'reset', at: 160 });
  });

  test('never answers makes the caller wait, and its late answer is nobody’s', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.http({ timeoutMs: 150 }))).toEqual({ failure: 'timeout', at: 150 });
    await bench.run(() => bench.clock.sleep(1000));
    expect(bench.arrivals).toEqual([40]);
  });
});

describe('connecting has a limit of its own', () => {
  test('that ends an exchange before its timeout', async () => {
    const bench = new Bench();
    bench.host = 'drop';
    expect(await bench.run(() => bench.http({ connectTimeoutMs: 300 }))).toEqual({
      failure: 'timeout',
      at: 300,
    });
  });

  test('that comes while the answer to the SYN is under way', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.http({ connectTimeoutMs: 29 }))).toEqual({
      failure: 'timeout',
      at: 29,
    });
    await bench.run(() => bench.clock.sleep(1000));
    expect(bench.arrivals).toEqual([]);
  });

  test('that is over with the connection', async () => {
    const bench = new Bench();
    expect(await bench.run(() => bench.http({ connectTimeoutMs: 31 }))).toEqual({ ...OK, at: 160 });
  });
});

describe('a cut', () => {
  test.each([
    ['there', 'clients', 'centre'],
    ['back', 'centre', 'clients'],
  ])('one way (%s) is a black hole for every caller', async (_, from, to) => {
    const bench = new Bench();
    bench.cut(from, to);
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'timeout', at: 2000 });
    expect(await bench.run(() => bench.exchange())).toEqual({ failure: 'timeout', at: 4000 });
    expect(await bench.run(() => bench.dns())).toEqual({ failure: 'timeout', at: 6000 });
  });

  test('takes the packets that are under way', async () => {
    const bench = new Bench();
    bench.at(35, () => bench.cut('clients', 'centre'));
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'timeout', at: 2000 });
    expect(bench.arrivals).toEqual([]);
  });

  test('takes them also when their sender has asked others meanwhile', async () => {
    const bench = new Bench();
    bench.network.listen('192.0.2.80', 'elsewhere', { accepts: () => 'refuse', handle: () => {} });
    bench.at(32, () => void bench.tcp('192.0.2.80'));
    bench.at(35, () => bench.cut('clients', 'centre'));
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'timeout', at: 2000 });
    expect(bench.arrivals).toEqual([]);
  });

  test('takes an answer that is under way, though the server did its work', async () => {
    const bench = new Bench();
    bench.at(150, () => bench.cut('centre', 'clients'));
    expect(await bench.run(() => bench.http())).toEqual({ failure: 'timeout', at: 2000 });
    expect(bench.arrivals).toEqual([40]);
  });

  test('that heals in time costs what TCP’s repetition costs', async () => {
    const bench = new Bench();
    const heal = bench.cut('centre', 'clients');
    bench.at(1500, heal);
    // The SYN-ACK of 10 ms is repeated after 1 s and 3 s.
    const outcome = await bench.run(() => bench.http({ timeoutMs: 5000 }));
    expect(outcome).toEqual({ ...OK, at: 10 + 3000 + 20 + 10 + 100 + 20 });
  });

  test('leaves other places alone', async () => {
    const bench = new Bench();
    bench.cut('vantage', 'centre');
    bench.cut('client', 'centre');
    expect(await bench.run(() => bench.http())).toMatchObject(OK);
  });
});

describe('rules', () => {
  const reach = async (...rules: [string, string, LinkQuality][]) => {
    const clock = new VirtualClock();
    const network = simulatedNetwork(clock, seededRandom(1));
    for (const rule of rules) network.rule(...rule);
    await clock.run(
      () =>
        new Promise<void>(done =>
          network.exchange(
            'clients/p',
            'hub',
            10_000,
            reply => reply(0),
            () => done(),
          ),
        ),
    );
    return clock.now();
  };

  test('of which the latest wins, field by field', async () => {
    expect(await reach(['*', '*', { latencyMs: 5 }], ['clients', 'hub', { latencyMs: 30 }])).toBe(35);
    expect(await reach(['clients', 'hub', { latencyMs: 30 }], ['*', '*', { latencyMs: 5 }])).toBe(10);
    expect(await reach(['*', '*', { latencyMs: 5 }], ['clients/p', 'hub', { loss: 0 }])).toBe(10);
    expect(await reach(['*', '*', { cut: true }], ['clients/p', 'hub', { cut: false }])).toBe(10_000);
  });

  test('may be taken away in any order', async () => {
    const bench = new Bench();
    const time = async () => {
      const before = bench.clock.now();
      await bench.run(() => bench.exchange());
      return bench.clock.now() - before;
    };
    const first = bench.network.rule('clients', 'centre', { latencyMs: 100 });
    const second = bench.network.rule('clients', 'centre', { latencyMs: 200 });
    expect(await time()).toBe(220);
    first();
    first();
    expect(await time()).toBe(220);
    second();
    expect(await time()).toBe(30);
  });
});

describe('impairments', () => {
  test('add up, over whatever the rules say, and may be taken away in any order', async () => {
    const bench = new Bench();
    const time = async () => {
      const before = bench.clock.now();
      await bench.run(() => bench.exchange());
      return bench.clock.now() - before;
    };
    const first = bench.network.impair('*', 'centre', { latencyMs: 100 });
    const second = bench.network.impair('clients', 'centre', { latencyMs: 200 });
    bench.network.rule('clients', 'centre', { latencyMs: 40 });
    expect(await time()).toBe(40 + 100 + 200 + 20);
    first();
    first();
    expect(await time()).toBe(40 + 200 + 20);
    second();
    expect(await time()).toBe(40 + 20);
  });

  test('that say nothing of a time leave it as it is', async () => {
    const bench = new Bench();
    bench.network.impair('*', '*', { loss: 0 });
    expect(await bench.run(() => bench.http())).toEqual({ ...OK, at: 160 });
  });

  test('of jitter widen it', async () => {
    const bench = new Bench();
    bench.network.rule('clients', 'centre', { jitterMs: 2 });
    bench.network.impair('clients', 'centre', { jitterMs: 3 });
    const took = new Set<number>();
    await bench.run(async () => {
      for (let i = 0; i < 300; i += 1) {
        const sent = bench.clock.now();
        await bench.exchange();
        took.add(bench.clock.now() - sent - 30);
      }
    });
    expect([...took].sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i - 5));
  });

  test('of loss strike each on its own, and none lifts another or a cut', async () => {
    const share = async (...qualities: LinkQuality[]) => {
      const bench = new Bench();
      for (const quality of qualities) bench.network.impair('clients', 'centre', quality);
      let lost = 0;
      await bench.run(async () => {
        for (let i = 0; i < 400; i += 1) if ('failure' in (await bench.dns())) lost += 1;
      });
      return lost / 400;
    };
    expect(await share({ loss: 0.5 }, { loss: 0.5 })).toBeCloseTo(0.75, 1);
    expect(await share({ loss: 1 }, { loss: 0.05 })).toBe(1);
    expect(await share({ cut: true }, { cut: false, loss: 0 })).toBe(1);
  });
});

describe('a kept connection', () => {
  const open = async (bench: Bench): Promise<Connection> => {
    const { connection } = (await bench.http({ keepAlive: true })) as { connection: Connection };
    return connection;
  };

  test('saves the round trip, and stays open over error pages', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      expect(connection).toMatchObject({ address: WEB, openedAt: 0, open: true });
      bench.answer = { status: 503, body: 'no' };
      const second = await bench.http({ connection, keepAlive: true });
      expect(second).toEqual({ response: bench.answer, connection, at: 160 + 130 });
      expect(connection.open).toBe(true);
    });
  });

  test('is closed by its last request, or by its owner', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      expect(await bench.http({ connection })).not.toHaveProperty('connection');
      expect(connection.open).toBe(false);
      const other = await open(bench);
      other.close();
      expect(await bench.http({ connection: other })).toMatchObject({ failure: 'reset' });
    });
  });

  test('times out and closes when the host vanishes', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      bench.host = 'drop';
      expect(await bench.http({ connection, keepAlive: true })).toEqual({ failure: 'timeout', at: 2160 });
      expect(connection.open).toBe(false);
    });
  });

  test('is closed by the end of the process at its other end', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      bench.process.over = true;
      expect(connection.open).toBe(false);
    });
  });

  test('is reset, at its next request, by a host that started anew without a word', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      bench.process = new Process();
      expect(connection.open).toBe(true);
      expect(await bench.http({ connection, keepAlive: true })).toEqual({ failure: 'reset', at: 160 + 30 });
      expect(connection.open).toBe(false);
      expect(bench.arrivals).toHaveLength(1);
      expect(await bench.http({ keepAlive: true })).toMatchObject(OK);
    });
  });

  test('is reset and closes when nobody listens any more', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      const connection = await open(bench);
      bench.host = 'refuse';
      expect(await bench.http({ connection, keepAlive: true })).toEqual({ failure: 'reset', at: 160 + 30 });
      expect(connection.open).toBe(false);
    });
  });
});

describe('chance', () => {
  test('spreads latencies evenly around their middle', async () => {
    const bench = new Bench();
    bench.network.rule('clients', 'centre', { jitterMs: 8 });
    const arrivals = new Set<number>();
    await bench.run(async () => {
      for (let i = 0; i < 400; i += 1) {
        const sent = bench.clock.now();
        await bench.exchange();
        arrivals.add(bench.clock.now() - sent - 20);
      }
    });
    expect([...arrivals].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, i) => i + 2));
  });

  test('loses datagrams for good, and TCP’s packets for a while', async () => {
    const bench = new Bench();
    bench.network.rule('clients', 'centre', { loss: 0.3 });
    const tally = async (ask: () => Promise<object>) => {
      let failed = 0;
      for (let i = 0; i < 400; i += 1) if ('failure' in (await ask())) failed += 1;
      return failed / 400;
    };
    await bench.run(async () => {
      const datagrams = await tally(() => bench.dns());
      expect(datagrams).toBeGreaterThan(0.2);
      expect(datagrams).toBeLessThan(0.4);
      // Four sendings fit in 2 s: 0.3^4 is 0.8%.
      expect(await tally(() => bench.exchange())).toBeLessThan(0.03);
    });
  });

  test('repeats itself with its seed', async () => {
    const times = async (seed: number) => {
      const bench = new Bench(seed);
      bench.network.rule('*', '*', { jitterMs: 5, loss: 0.1 });
      const ends: number[] = [];
      await bench.run(async () => {
        for (let i = 0; i < 50; i += 1) ends.push((await bench.http()).at);
      });
      return ends;
    };
    expect(await times(4)).toEqual(await times(4));
    expect(await times(4)).not.toEqual(await times(5));
  });
});

describe('deadlines', () => {
  test('of many exchanges are kept in the order in which they end', async () => {
    const bench = new Bench();
    bench.host = 'drop';
    const ends: string[] = [];
    const ask = (at: number, timeoutMs: number) =>
      bench.at(at, () => void bench.http({ timeoutMs }).then(end => ends.push(`${end.at}`)));
    for (const [at, timeoutMs] of [
      [0, 900],
      [100, 300],
      [200, 300],
      [250, 50],
      [300, 900],
      [350, 50],
    ] as const)
      ask(at, timeoutMs);
    await bench.run(() => bench.clock.sleep(3000));
    expect(ends).toEqual(['300', '400', '400', '500', '900', '1200']);
  });

  test('take few timers: the answered ones take none', async () => {
    const bench = new Bench();
    await bench.run(async () => {
      for (let i = 0; i < 100; i += 1) await bench.http({ timeoutMs: 1_000_000 });
      expect(bench.clock.pending).toBeLessThan(3);
    });
  });

  test('may be infinite', async () => {
    const bench = new Bench();
    bench.host = 'drop';
    const waiting = bench.run(() => bench.http({ timeoutMs: Number.POSITIVE_INFINITY }));
    bench.at(5000, () => {
      bench.host = 'accept';
    });
    expect(await waiting).toEqual({ ...OK, at: 7000 + 160 });
  });
});
