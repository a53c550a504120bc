import { describe, expect, test } from 'vitest';
import { serveDns } from '../../src/gtm/dns/server-real.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type {
  Connection,
  DnsAnswer,
  DnsOutcome,
  HttpOutcome,
  HttpRequest,
  HttpResponse,
  Network,
  NetworkFailure,
} from '../../src/runtime/network.ts';
import { realNetwork } from '../../src/runtime/network-real.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { authorityOf } from '../gtm/authority.ts';
import { LocalServers, ok } from './local-servers.ts';

/*
 * What drills rely on, whichever network they run on: each case runs on both, and each gives what is written here.
 */

/** What a web server does with its nth request, from 1: a response, some after a time in ms. */
type Behaviour = (
  count: number,
) => HttpResponse | { response: HttpResponse; afterMs: number } | 'reset' | 'never';

interface Target {
  readonly address: string;
  readonly port: number;
}

/** A network with hosts that behave as told. */
interface Stage {
  readonly clock: Clock;
  readonly network: Network;
  web(behaviour: Behaviour): Promise<Target>;
  /** A host that says no, or nothing, to whoever connects. */
  closed(how: 'refuse' | 'drop'): Promise<Target>;
  /** The address of a name server. */
  names(answer: ((name: string) => DnsAnswer) | 'refuse' | 'drop'): Promise<string>;
}

interface Kind {
  readonly name: string;
  run<T>(scene: (stage: Stage) => Promise<T>): Promise<T>;
}

const simulated: Kind = {
  name: 'simulated',
  async run(scene) {
    const clock = new VirtualClock();
    const network = simulatedNetwork(clock, seededRandom(1));
    network.rule('*', '*', { latencyMs: 1 });
    let hosts = 0;
    const address = () => `192.0.2.${++hosts}`;
    return clock.run(() =>
      scene({
        clock,
        network,
        async web(behaviour) {
          const target = { address: address(), port: 80 };
          let count = 0;
          network.listen(target.address, 'host', {
            accepts: () => 'accept',
            handle(_, asker) {
              const does = behaviour(++count);
              if (does === 'never') return;
              if (typeof does === 'object' && 'afterMs' in does)
                clock.after(does.afterMs, () => tell(asker, does.response));
              else tell(asker, does);
            },
          });
          return target;
        },
        async closed(how) {
          const target = { address: address(), port: 80 };
          network.listen(target.address, 'host', { accepts: () => how, handle: () => {} });
          return target;
        },
        async names(answer) {
          const server = address();
          network.listenDns(server, 'host', {
            accepts: () => (typeof answer === 'string' ? answer : 'accept'),
            answer: ({ name }) => (answer as (name: string) => DnsAnswer)(name),
          });
          return server;
        },
      }),
    );
  },
};

const real: Kind = {
  name: 'real',
  async run(scene) {
    await using servers = new LocalServers();
    const clock = new RealClock();
    const onLocalFailure = (error: Error) => {
      throw error;
    };
    const loopback = (port: number) => ({ address: '127.0.0.1', port });
    return await scene({
      clock,
      network: realNetwork({ clock, networks: [], onLocalFailure }),
      async web(behaviour) {
        const { port } = await servers.http((socket, _, count) => {
          const does = behaviour(count);
          if (does === 'reset') socket.resetAndDestroy();
          else if (does !== 'never') {
            const { response, afterMs } = 'afterMs' in does ? does : { response: does, afterMs: 0 };
            setTimeout(() => socket.write(ok(response.body, '', response.status)), afterMs);
          }
        });
        return loopback(port);
      },
      async closed(how) {
        return loopback(how === 'refuse' ? await servers.closedPort() : await servers.blackHole());
      },
      async names(answer) {
        const authority = authorityOf(answer as (name: string) => DnsAnswer);
        const server = await serveDns({ host: '127.0.0.1', port: 0 }, authority);
        servers.use(server);
        if (answer === 'refuse') await server.stop();
        if (answer === 'drop') await server.silence();
        return server.address;
      },
    });
  },
};

const FAR = 5000;
const SOON = 100;

/** What `done` was told, when it was told once and not within the call, and how long that took. */
function told<T>({ clock }: Stage, call: (done: (outcome: T) => void) => void) {
  return new Promise<{ outcome: T; ms: number }>((resolve, reject) => {
    const start = clock.now();
    let state: 'calling' | 'returned' | 'done' = 'calling';
    call(outcome => {
      if (state !== 'returned') reject(new Error('done was called within the call, or twice'));
      state = 'done';
      const ms = clock.now() - start;
      clock.after(2, () => resolve({ outcome, ms }));
    });
    state = 'returned';
  });
}

function http(stage: Stage, target: Target, more: Partial<HttpRequest> = {}) {
  const request = { from: 'clients/app', host: 'web.test', path: '/', timeoutMs: FAR, ...target, ...more };
  return told<HttpOutcome>(stage, done => stage.network.http(request, done));
}

function tcp(stage: Stage, target: Target, timeoutMs = FAR) {
  const attempt = { from: 'vantage/qingdao', ...target, timeoutMs };
  return told<NetworkFailure | undefined>(stage, done => stage.network.tcp(attempt, done));
}

function dns(stage: Stage, server: string, name = 'web.test', timeoutMs = FAR) {
  return told<DnsOutcome>(stage, done =>
    stage.network.dns({ from: 'resolver/a', server, name, type: 'A', timeoutMs }, done),
  );
}

const page = (body: string, status = 200): HttpResponse => ({ status, body });

/** A kept connection to `target`, after one request. */
async function kept(stage: Stage, target: Target): Promise<Connection> {
  const { outcome } = await http(stage, target, { keepAlive: true });
  if (outcome.failure !== undefined || outcome.connection === undefined) throw new Error('not kept');
  return outcome.connection;
}

describe.each([simulated, real])('on the $name network', ({ run }) => {
  describe('HTTP', () => {
    test.each([page('hello'), page(''), page('没有', 404), page('no available server\n', 503)])(
      'gives the response %j, and no connection',
      async response => {
        const outcome = await run(
          async stage => (await http(stage, await stage.web(() => response))).outcome,
        );
        expect(outcome).toEqual({ response });
        expect(outcome).not.toHaveProperty('connection');
      },
    );

    test('tells an object as well', async () => {
      const outcome = await run(async stage => {
        const target = await stage.web(() => page('hello'));
        const request = { from: 'clients/app', host: 'web.test', path: '/', timeoutMs: FAR, ...target };
        return new Promise(resolve => stage.network.http(request, { told: resolve }));
      });
      expect(outcome).toEqual({ response: page('hello') });
    });

    test('gives to 100 requests at once what is theirs', async () => {
      await run(async stage => {
        const target = await stage.web(count => page(`${count}`));
        const all = await Promise.all(Array.from({ length: 100 }, () => http(stage, target)));
        const bodies = new Set(all.map(({ outcome }) => outcome.response?.body));
        expect(bodies.size).toBe(100);
      });
    });

    test('is refused at once', async () => {
      const { outcome, ms } = await run(async stage => http(stage, await stage.closed('refuse')));
      expect(outcome).toEqual({ failure: 'refused' });
      expect(ms).toBeLessThan(1000);
    });

    test('times out on a black hole, at the nearer of its limits', async () => {
      await run(async stage => {
        const target = await stage.closed('drop');
        for (const limits of [{ timeoutMs: SOON }, { connectTimeoutMs: SOON }]) {
          const { outcome, ms } = await http(stage, target, limits);
          expect(outcome).toEqual({ failure: 'timeout' });
          expect(ms).toBeGreaterThanOrEqual(SOON);
          expect(ms).toBeLessThan(FAR / 2);
        }
      });
    });

    test('times out when no answer comes, or comes too late', async () => {
      await run(async stage => {
        for (const does of ['never', { response: page('late'), afterMs: SOON * 2 }] as const) {
          const { outcome, ms } = await http(stage, await stage.web(() => does), { timeoutMs: SOON });
          expect(outcome).toEqual({ failure: 'timeout' });
          expect(ms).toBeGreaterThanOrEqual(SOON);
        }
        // The late answer is nobody's.
        await stage.clock.sleep(SOON * 2);
      });
    });

    test('waits for an answer beyond the limit for connecting', async () => {
      await run(async stage => {
        const target = await stage.web(() => ({ response: page('slow'), afterMs: SOON * 2 }));
        const { outcome, ms } = await http(stage, target, { connectTimeoutMs: SOON });
        expect(outcome).toEqual({ response: page('slow') });
        expect(ms).toBeGreaterThanOrEqual(SOON * 2);
      });
    });

    test('is reset', async () => {
      const { outcome } = await run(async stage => http(stage, await stage.web(() => 'reset')));
      expect(outcome).toEqual({ failure: 'reset' });
    });
  });

  describe('a kept connection', () => {
    test('carries requests, error pages too, until the last closes it', async () => {
      await run(async stage => {
        const target = await stage.web(count => page(`${count}`, count === 2 ? 503 : 200));
        const connection = await kept(stage, target);
        expect(connection).toMatchObject({ address: target.address, open: true });
        expect(connection.openedAt).toBeLessThanOrEqual(stage.clock.now());
        const second = await http(stage, target, { connection, keepAlive: true });
        expect(second.outcome).toEqual({ response: page('2', 503), connection });
        expect(connection.open).toBe(true);
        const third = await http(stage, target, { connection });
        expect(third.outcome).toEqual({ response: page('3') });
        expect(connection.open).toBe(false);
      });
    });

    test('that was closed is reset', async () => {
      await run(async stage => {
        const target = await stage.web(() => page('hello'));
        const connection = await kept(stage, target);
        connection.close();
        connection.close();
        expect(connection.open).toBe(false);
        const { outcome } = await http(stage, target, { connection, keepAlive: true });
        expect(outcome).toEqual({ failure: 'reset' });
      });
    });

    test.each([
      ['never', 'timeout'],
      ['reset', 'reset'],
    ] as const)('on which the server does "%s" fails as %s, and closes', async (does, failure) => {
      await run(async stage => {
        const target = await stage.web(count => (count === 1 ? page('hello') : does));
        const connection = await kept(stage, target);
        const { outcome } = await http(stage, target, { connection, keepAlive: true, timeoutMs: SOON });
        expect(outcome).toEqual({ failure });
        expect(connection.open).toBe(false);
      });
    });
  });

  describe('TCP', () => {
    test('connects, is refused, times out', async () => {
      await run(async stage => {
        const open = await stage.web(() => 'never');
        expect((await tcp(stage, open)).outcome).toBeUndefined();
        expect((await tcp(stage, await stage.closed('refuse'))).outcome).toBe('refused');
        const { outcome, ms } = await tcp(stage, await stage.closed('drop'), SOON);
        expect(outcome).toBe('timeout');
        expect(ms).toBeGreaterThanOrEqual(SOON);
      });
    });
  });

  describe('DNS', () => {
    test('gives the addresses in their order, and the TTL', async () => {
      const answers: DnsAnswer[] = [
        { rcode: 'NOERROR', addresses: ['127.0.0.9', '192.0.2.2', '127.0.0.1'], ttlSeconds: 60 },
        { rcode: 'NOERROR', addresses: ['192.0.2.2', '127.0.0.1', '127.0.0.9'], ttlSeconds: 1 },
        {
          rcode: 'NOERROR',
          addresses: Array.from({ length: 100 }, (_, i) => `198.51.100.${99 - i}`),
          ttlSeconds: 86_400,
        },
      ];
      await run(async stage => {
        for (const answer of answers) {
          const server = await stage.names(() => answer);
          expect((await dns(stage, server)).outcome).toEqual({ answer });
        }
      });
    });

    test('gives no addresses, for the reason that the name server has', async () => {
      await run(async stage => {
        for (const rcode of ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED'] as const) {
          const server = await stage.names(() => ({ rcode, addresses: [], ttlSeconds: 0 }));
          expect((await dns(stage, server)).outcome).toEqual({
            answer: { rcode, addresses: [], ttlSeconds: 0 },
          });
        }
      });
    });

    test('is refused at once', async () => {
      const { outcome, ms } = await run(async stage => dns(stage, await stage.names('refuse')));
      expect(outcome).toEqual({ failure: 'refused' });
      expect(ms).toBeLessThan(1000);
    });

    test('times out when questions vanish', async () => {
      const { outcome, ms } = await run(async stage =>
        dns(stage, await stage.names('drop'), 'web.test', SOON),
      );
      expect(outcome).toEqual({ failure: 'timeout' });
      expect(ms).toBeGreaterThanOrEqual(SOON);
    });
  });
});
