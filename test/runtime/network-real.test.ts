import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AllowedDestinations } from '../../src/runtime/allowed-destinations.ts';
import { nameServer } from '../../src/runtime/dns-real.ts';
import { failureOf } from '../../src/runtime/failures-real.ts';
import { BODY_LIMIT } from '../../src/runtime/http-real.ts';
import type {
  Connection,
  DnsOutcome,
  DnsQuery,
  HttpOutcome,
  HttpRequest,
  Network,
  NetworkFailure,
} from '../../src/runtime/network.ts';
import { realNetwork } from '../../src/runtime/network-real.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { LocalServers, ok } from './local-servers.ts';

const clock = new RealClock();
/** Long beside what loopback needs, short beside a test. */
const SOON = 150;

let servers: LocalServers;
let localFailures: Error[];
let network: Network;

beforeEach(() => {
  servers = new LocalServers();
  localFailures = [];
  network = realNetwork({
    clock,
    networks: [],
    onLocalFailure: error => localFailures.push(error),
    sources: new Map([
      ['vantage', '127.0.0.3'],
      ['vantage/qingdao', '127.0.0.4'],
      ['lost', '192.0.2.222'],
    ]),
  });
});

afterEach(() => servers[Symbol.asyncDispose]());

/** What `done` was told, when it was told once and not within the call. */
function told<T>(call: (done: (outcome: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let returned = false;
    let calls = 0;
    call(outcome => {
      calls += 1;
      if (!returned || calls > 1) reject(new Error('done was called within the call, or twice'));
      // What comes a little later would be a second call.
      else setTimeout(() => resolve(outcome), 5);
    });
    returned = true;
  });
}

const http = (request: Partial<HttpRequest> & { port: number }) =>
  told<HttpOutcome>(done =>
    network.http(
      { from: 'clients/app', address: '127.0.0.1', host: 'web.test', path: '/', timeoutMs: 5000, ...request },
      done,
    ),
  );

const tcp = (port: number, timeoutMs = 5000) =>
  told<NetworkFailure | undefined>(done =>
    network.tcp({ from: 'clients/app', address: '127.0.0.1', port, timeoutMs }, done),
  );

/** The time that a call took, ms, beside what it gave. */
/** From before the call: what times it inside begins with it. */
async function timed<T>(call: () => Promise<T>): Promise<{ outcome: T; ms: number }> {
  const start = clock.now();
  const outcome = await call();
  return { outcome, ms: clock.now() - start };
}

const ANSWER = { response: { status: 200, body: 'hello' } };

describe('HTTP', () => {
  test('asks for the path with the Host header, and gives status and body', async () => {
    const heads: string[] = [];
    const { port } = await servers.http((socket, head) => {
      heads.push(head);
      socket.write(ok('nicht da: 没有', '', 404));
    });
    expect(await http({ port, path: '/a?b=c' })).toEqual({
      response: { status: 404, body: 'nicht da: 没有' },
    });
    expect(heads).toEqual([expect.stringMatching(/^GET \/a\?b=c HTTP\/1\.1\r\nhost: web\.test\r\n/)]);
  });

  test('opens a connection for each request and leaves none', async () => {
    const server = await servers.http(socket => socket.write(ok('hello')));
    for (let i = 0; i < 3; i += 1) expect(await http({ port: server.port })).toEqual(ANSWER);
    await server.allClosed();
    expect(server.sockets).toHaveLength(3);
  });

  test('sends from the place’s own address, or its parent’s', async () => {
    const server = await servers.http(socket => socket.write(ok(String(socket.remoteAddress))));
    const seen = async (from: string) => (await http({ port: server.port, from })).response?.body;
    expect(await seen('vantage/qingdao')).toBe('127.0.0.4');
    expect(await seen('vantage/shenzhen')).toBe('127.0.0.3');
    expect(await seen('clients/app')).toBe('127.0.0.1');
  });

  test('reads bodies in chunks, and those that end with the connection', async () => {
    const chunked = await servers.http(socket => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n');
      socket.write('3\r\nllo\r\n0\r\n\r\n');
    });
    expect(await http({ port: chunked.port })).toEqual(ANSWER);
    const ended = await servers.http(socket => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
    expect(await http({ port: ended.port })).toEqual(ANSWER);
    expect(await http({ port: ended.port, keepAlive: true })).toEqual(ANSWER);
  });

  test('gives the last status when others came before', async () => {
    const { port } = await servers.http(socket =>
      socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${ok('hello')}`),
    );
    expect(await http({ port })).toEqual(ANSWER);
  });

  test('follows no redirection, and says where it leads', async () => {
    const { port } = await servers.http(socket => socket.write(ok('', 'Location: /other\r\n', 302)));
    expect(await http({ port })).toEqual({ response: { status: 302, body: '', location: '/other' } });
  });

  test('reads a MiB of a body and closes', async () => {
    const server = await servers.http(socket => socket.write(ok('x'.repeat(BODY_LIMIT + 1))));
    const outcome = await http({ port: server.port, keepAlive: true });
    expect(outcome.response?.body.length).toBe(BODY_LIMIT);
    expect(outcome).not.toHaveProperty('connection');
    await server.allClosed();
    const exact = await servers.http(socket => socket.write(ok('x'.repeat(BODY_LIMIT))));
    expect(await http({ port: exact.port, keepAlive: true })).toHaveProperty('connection.open', true);
  });

  test('answers 100 requests at once', async () => {
    const server = await servers.http((socket, head) =>
      setTimeout(() => socket.write(ok(String(/GET \/(\d+)/.exec(head)?.[1]))), 20),
    );
    const bodies = await Promise.all(
      Array.from(
        { length: 100 },
        async (_, i) => (await http({ port: server.port, path: `/${i}` })).response?.body,
      ),
    );
    expect(bodies).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    expect(server.sockets).toHaveLength(100);
  });
});

describe('HTTP fails as', () => {
  test('refused when nobody listens', async () => {
    const port = await servers.closedPort();
    const { outcome, ms } = await timed(() => http({ port }));
    expect(outcome).toEqual({ failure: 'refused' });
    expect(ms).toBeLessThan(1000);
  });

  test('timeout at its limit when packets vanish, or at the connection’s own', async () => {
    const port = await servers.blackHole();
    const whole = await timed(() => http({ port, timeoutMs: SOON }));
    expect(whole.outcome).toEqual({ failure: 'timeout' });
    expect(whole.ms).toBeGreaterThanOrEqual(SOON);
    const connecting = await timed(() => http({ port, connectTimeoutMs: SOON }));
    expect(connecting.outcome).toEqual({ failure: 'timeout' });
    expect(connecting.ms).toBeLessThan(2000);
  });

  test('timeout when the server accepts and never answers, and closes the connection', async () => {
    const server = await servers.listen(socket => socket.resume());
    const { outcome, ms } = await timed(() => http({ port: server.port, timeoutMs: SOON }));
    expect(outcome).toEqual({ failure: 'timeout' });
    expect(ms).toBeGreaterThanOrEqual(SOON);
    await server.allClosed();
  });

  test('timeout when the body drips: the limit is for the last byte', async () => {
    const server = await servers.http(socket => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    const { outcome, ms } = await timed(() => http({ port: server.port, timeoutMs: SOON }));
    expect(outcome).toEqual({ failure: 'timeout' });
    expect(ms).toBeGreaterThanOrEqual(SOON);
    await server.allClosed();
  });

  test('nothing when the connection was open in time, however long the answer takes', async () => {
    const { port } = await servers.http(socket => setTimeout(() => socket.write(ok('hello')), SOON));
    expect(await http({ port, connectTimeoutMs: SOON / 2 })).toEqual(ANSWER);
  });

  test.each([
    ['before a word', ''],
    ['in the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel'],
    ['in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n'],
    ['in a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nhel'],
  ])('reset when the connection breaks %s', async (_, sent) => {
    const { port } = await servers.http(socket => socket.write(sent, () => socket.resetAndDestroy()));
    expect(await http({ port })).toEqual({ failure: 'reset' });
    expect(await http({ port, keepAlive: true })).toEqual({ failure: 'reset' });
  });

  test.each([
    ['before a word', ''],
    ['in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel'],
    ['after something that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('reset when the server ends the connection %s', async (_, sent) => {
    const { port } = await servers.http(socket => socket.end(sent));
    expect(await http({ port })).toEqual({ failure: 'reset' });
  });

  test('reset when the connection breaks as soon as it is there', async () => {
    const { port } = await servers.listen(socket => socket.resetAndDestroy());
    expect(await http({ port })).toEqual({ failure: 'reset' });
  });

  test('a failure of this machine, which is told apart', async () => {
    const { port } = await servers.http(socket => socket.write(ok('hello')));
    expect(await http({ port, from: 'lost' })).toEqual({ failure: 'timeout' });
    expect(localFailures).toEqual([expect.objectContaining({ code: 'EADDRNOTAVAIL' })]);
  });
});

describe('a kept connection', () => {
  const open = async (port: number): Promise<Connection> => {
    const { connection } = (await http({ port, keepAlive: true })) as { connection: Connection };
    return connection;
  };

  test('carries the next requests over the same socket', async () => {
    const server = await servers.http((socket, _, count) => socket.write(ok(String(count))));
    const before = clock.now();
    const connection = await open(server.port);
    expect(connection).toMatchObject({ address: '127.0.0.1', open: true });
    expect(connection.openedAt).toBeGreaterThanOrEqual(before);
    for (const body of ['2', '3']) {
      const outcome = await http({ port: server.port, connection, keepAlive: true });
      expect(outcome).toEqual({ response: { status: 200, body }, connection });
    }
    expect(server.sockets).toHaveLength(1);
    expect(connection.open).toBe(true);
    connection.close();
    expect(connection.open).toBe(false);
    await server.allClosed();
  });

  test('is closed by its last request', async () => {
    const server = await servers.http(socket => socket.write(ok('hello')));
    const connection = await open(server.port);
    expect(await http({ port: server.port, connection })).toEqual(ANSWER);
    expect(connection.open).toBe(false);
    await server.allClosed();
    expect(await http({ port: server.port, connection })).toEqual({ failure: 'reset' });
    expect(server.sockets).toHaveLength(1);
  });

  test('is asked for with each request but the last', async () => {
    const heads: string[] = [];
    const server = await servers.http((socket, head) => {
      heads.push(head.toLowerCase());
      socket.write(ok('hello'));
    });
    const connection = await open(server.port);
    await http({ port: server.port, connection });
    await http({ port: server.port });
    expect(heads.map(head => /connection: (.*)\r\n/.exec(head)?.[1])).toEqual([
      'keep-alive',
      'close',
      'close',
    ]);
  });

  test('is not handed over when the server says that it closes', async () => {
    const server = await servers.http(socket => socket.end(ok('hello', 'Connection: close\r\n')));
    expect(await http({ port: server.port, keepAlive: true })).toEqual(ANSWER);
    await server.allClosed();
  });

  test.each(['end', 'resetAndDestroy'] as const)(
    'is seen to be closed by the idle server (%s)',
    async end => {
      const server = await servers.http(socket => socket.write(ok('hello')));
      const connection = await open(server.port);
      server.sockets[0]?.[end]();
      await server.allClosed();
      await expect.poll(() => connection.open).toBe(false);
      expect(await http({ port: server.port, connection, keepAlive: true })).toEqual({ failure: 'reset' });
      expect(server.sockets).toHaveLength(1);
    },
  );

  test('is reset when the server closes it as the request comes, and no other is opened instead', async () => {
    const server = await servers.http((socket, _, count) => {
      if (count === 1) socket.write(ok('hello'));
      else socket.resetAndDestroy();
    });
    const connection = await open(server.port);
    expect(await http({ port: server.port, connection, keepAlive: true })).toEqual({ failure: 'reset' });
    expect(connection.open).toBe(false);
    expect(server.sockets).toHaveLength(1);
  });

  test.each(['end', 'resetAndDestroy'] as const)('is reset when nobody noticed its %s yet', async end => {
    const server = await servers.http(socket => socket.write(ok('hello')));
    const connection = await open(server.port);
    server.sockets[0]?.[end]();
    expect(await http({ port: server.port, connection, keepAlive: true })).toEqual({ failure: 'reset' });
    expect(server.sockets).toHaveLength(1);
  });

  test('times out and closes when the server falls silent', async () => {
    const server = await servers.http((socket, _, count) => count === 1 && socket.write(ok('hello')));
    const connection = await open(server.port);
    expect(await http({ port: server.port, connection, keepAlive: true, timeoutMs: SOON })).toEqual({
      failure: 'timeout',
    });
    expect(connection.open).toBe(false);
    await server.allClosed();
  });
});

describe('TCP', () => {
  test('connects and closes', async () => {
    const server = await servers.listen(socket => socket.resume());
    expect(await tcp(server.port)).toBeUndefined();
    await server.allClosed();
    expect(server.sockets).toHaveLength(1);
  });

  test('tells refusal from silence', async () => {
    expect(await tcp(await servers.closedPort())).toBe('refused');
    const address = await servers.blackHole();
    const { outcome, ms } = await timed(() => tcp(address, SOON));
    expect(outcome).toBe('timeout');
    expect(ms).toBeGreaterThanOrEqual(SOON);
  });
});

describe('DNS', () => {
  const dns = (server: string, query: Partial<DnsQuery> = {}) =>
    told<DnsOutcome>(done =>
      network.dns(
        { from: 'resolver/a', server, name: 'web.test', type: 'A', timeoutMs: 5000, ...query },
        done,
      ),
    );

  const records = (addresses: readonly string[], ttl = 60): Packet => ({
    answers: addresses.map(data => ({ name: 'web.test', type: 'A', ttl, data })),
  });

  const ask = async (answer: (query: Packet, transport: 'udp' | 'tcp') => Packet | undefined) =>
    dns(`127.0.0.1:${(await servers.dns(answer)).port}`);

  test('keeps the order of the answer, and its TTL', async () => {
    for (const addresses of [
      ['127.0.0.9', '203.0.113.7', '127.0.0.1'],
      ['203.0.113.7', '127.0.0.1', '127.0.0.9'],
    ]) {
      const outcome = await ask(() => records(addresses, 45));
      expect(outcome).toEqual({ answer: { rcode: 'NOERROR', addresses, ttlSeconds: 45 } });
    }
  });

  test('follows a CNAME within the answer; the shortest TTL counts', async () => {
    const outcome = await ask(() => ({
      answers: [
        { name: 'web.test', type: 'CNAME', ttl: 600, data: 'gtm.test' },
        { name: 'gtm.test', type: 'A', ttl: 60, data: '192.0.2.1' },
        { name: 'gtm.test', type: 'A', ttl: 50, data: '192.0.2.2' },
      ],
    }));
    expect(outcome).toMatchObject({ answer: { addresses: ['192.0.2.1', '192.0.2.2'], ttlSeconds: 50 } });
  });

  test.each([
    [0, 'NOERROR'],
    [1, 'SERVFAIL'],
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [4, 'SERVFAIL'],
    [5, 'REFUSED'],
  ])('takes an answer without addresses and rcode %i for %s', async (flags, rcode) => {
    const outcome = await ask(() => ({ flags }));
    expect(outcome).toEqual({ answer: { rcode, addresses: [], ttlSeconds: 0 } });
  });

  test('asks once, and gives up in time', async () => {
    let asked = 0;
    const { port } = await servers.dns(() => {
      asked += 1;
      return undefined;
    });
    const { outcome, ms } = await timed(() => dns(`127.0.0.1:${port}`, { timeoutMs: SOON }));
    expect(outcome).toEqual({ failure: 'timeout' });
    expect(ms).toBeGreaterThanOrEqual(SOON);
    expect(asked).toBe(1);
  });

  test.each([0, -5000, 0.5])('has no time at all: %d ms', async timeoutMs => {
    const { port } = await servers.dns(() => undefined);
    expect(await dns(`127.0.0.1:${port}`, { timeoutMs })).toEqual({ failure: 'timeout' });
    const web = await servers.listen(socket => socket.resume());
    expect(await http({ port: web.port, timeoutMs })).toEqual({ failure: 'timeout' });
  });

  test('waits for as long as it was told, whatever earlier answers took', async () => {
    let asked = 0;
    const { port } = await servers.dns(() => (++asked < 10 ? records(['192.0.2.1']) : undefined));
    for (let i = 0; i < 9; i += 1) expect(await dns(`127.0.0.1:${port}`)).toHaveProperty('answer');
    const { ms } = await timed(() => dns(`127.0.0.1:${port}`, { timeoutMs: 600 }));
    expect(ms).toBeGreaterThanOrEqual(600);
    expect(asked).toBe(10);
  });

  test('remembers nothing: each call asks', async () => {
    let asked = 0;
    const { port } = await servers.dns(() => records([`192.0.2.${++asked}`]));
    for (const address of ['192.0.2.1', '192.0.2.2'])
      expect(await dns(`127.0.0.1:${port}`)).toMatchObject({ answer: { addresses: [address] } });
  });

  test('is refused where nobody serves', async () => {
    expect(await dns(`127.0.0.1:${await servers.closedPort()}`)).toEqual({ failure: 'refused' });
  });

  test('asks over TCP when the answer was truncated', async () => {
    const outcome = await ask((_, transport) =>
      transport === 'udp' ? { flags: 0x0200 } : records(['192.0.2.1']),
    );
    expect(outcome).toMatchObject({ answer: { addresses: ['192.0.2.1'] } });
  });

  test('answers 100 questions at once', async () => {
    const { port } = await servers.dns(({ questions }) => {
      const name = questions?.[0]?.name ?? '';
      return { answers: [{ name, type: 'A', ttl: 1, data: `10.0.0.${name.split('.')[0]}` }] };
    });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => dns(`127.0.0.1:${port}`, { name: `${i}.test` })),
    );
    expect(outcomes.map(({ answer }) => answer?.addresses)).toEqual(outcomes.map((_, i) => [`10.0.0.${i}`]));
  });

  test.each([
    ['192.0.2.53', '192.0.2.53', 53],
    ['127.0.0.1:5353', '127.0.0.1', 5353],
    ['::1', '::1', 53],
    ['[::1]:5353', '::1', 5353],
  ])('takes the name server %s', (server, address, port) => {
    expect(nameServer(server)).toEqual({ address, port });
  });
});

describe('nothing is sent', () => {
  const outside = /will not send to 192\.0\.2\.1: it is outside the lab's networks \(127\.0\.0\.0\/8, /;
  const never = () => expect.unreachable();

  test('outside loopback and the networks that are given', () => {
    const attempt = { from: 'a', address: '192.0.2.1', port: 80, timeoutMs: 100 };
    expect(() => network.tcp(attempt, never)).toThrow(outside);
    expect(() => network.http({ ...attempt, host: 'a', path: '/' }, never)).toThrow(outside);
    const query: DnsQuery = { from: 'a', server: '192.0.2.1:53', name: 'a.test', type: 'A', timeoutMs: 100 };
    expect(() => network.dns(query, never as (outcome: DnsOutcome) => void)).toThrow(outside);
  });

  test('to a name', () => {
    expect(() => network.tcp({ from: 'a', address: 'localhost', port: 1, timeoutMs: 1 }, never)).toThrow(
      'cannot send to "localhost": it is not an IP address',
    );
  });

  test.each([
    ['172.18.0.0/16', '172.18.255.9', true],
    ['172.18.0.0/16', '172.19.0.1', false],
    ['fc00:f853::/64', 'fc00:f853::2', true],
    ['fc00:f853::/64', 'fc00:f854::2', false],
    ['fc00:f853::/64', '::1', true],
    ['fc00:f853::/64', '::ffff:8.8.8.8', false],
    ['10.0.0.0/8', '010.0.0.1', false],
  ])('%s beside loopback: %s %s', (cidr, address, allowed) => {
    expect(new AllowedDestinations([cidr]).allows(address)).toBe(allowed);
  });

  test.each(['172.18.0.0', '172.18.0.0/33', '172.18.0.0/', 'kind/16', '::/129', '10.0.0.0/8/8', ''])(
    'to a network that is none: "%s"',
    network => {
      expect(() => new AllowedDestinations([network])).toThrow(
        `"${network}" is not a network; one looks like`,
      );
    },
  );
});

describe('what a socket’s error says', () => {
  test.each([
    ['ECONNREFUSED', false, 'refused'],
    ['ECONNRESET', false, 'reset'],
    ['ECONNRESET', true, 'reset'],
    ['EPIPE', true, 'reset'],
    ['EHOSTUNREACH', false, 'timeout'],
    ['ENETUNREACH', false, 'timeout'],
    ['ETIMEDOUT', true, 'timeout'],
    ['HPE_INVALID_CONSTANT', true, 'reset'],
    ['EMFILE', false, undefined],
    ['EADDRNOTAVAIL', false, undefined],
    ['EACCES', false, undefined],
  ])('%s (connected: %s) is %s', (code, established, failure) => {
    expect(failureOf(Object.assign(new Error(code), { code }), established)).toBe(failure);
  });
});

test('nothing is left when all are done: a process with nothing else to do ends', async () => {
  const server = await servers.http(socket => socket.write(ok('hello')));
  const silent = await servers.listen(socket => socket.resume());
  const names = await servers.dns(() => undefined);
  const [hole, closed] = [await servers.blackHole(), await servers.closedPort()];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', ALL_KINDS, import.meta.dirname],
    {
      timeout: 8000,
      env: { ...process.env, PORTS: [server.port, silent.port, names.port, hole, closed].join() },
    },
  );
  const [left, endedAfter] = stdout.trim().split('\n');
  expect(left).toBe('[]');
  // Resolvers' sockets do not show above, but keep a process up.
  expect(Number(endedAfter)).toBeLessThan(700);
  await Promise.all([server.allClosed(), silent.allClosed()]);
});

/** Makes exchanges of all kinds, with limits far away where there is an answer; tells what keeps the process up. */
const ALL_KINDS = `
  const src = process.argv.at(-1) + '/../../src/runtime/';
  const { RealClock } = await import(src + 'real-clock.ts');
  const { realNetwork } = await import(src + 'network-real.ts');
  const network = realNetwork({ clock: new RealClock(), networks: [], onLocalFailure() {} });
  const [web, silent, names, hole, closed] = process.env.PORTS.split(',').map(Number);
  const target = { from: 'a', address: '127.0.0.1', host: 'a', path: '/' };
  const [far, soon] = [{ timeoutMs: 60_000, connectTimeoutMs: 50_000 }, { timeoutMs: 100 }];
  const http = request => new Promise(done => network.http({ ...target, ...request }, done));
  const tcp = attempt => new Promise(done => network.tcp({ ...target, ...attempt }, done));
  const dns = (port, limit) =>
    new Promise(done => network.dns({ from: 'a', server: '127.0.0.1:' + port, name: 'a.test', type: 'A', ...limit }, done));
  await Promise.all([
    http({ port: web, ...far }),
    http({ port: web, ...far, keepAlive: true }).then(({ connection }) => connection.close()),
    http({ port: closed, ...far }),
    http({ port: silent, ...soon }),
    http({ port: hole, ...soon }),
    tcp({ port: web, ...far }),
    tcp({ port: hole, ...soon }),
    dns(names, soon),
    dns(closed, far),
  ]);
  const start = performance.now();
  process.on('exit', () => console.log(performance.now() - start));
  await new Promise(resolve => setTimeout(resolve, 20));
  console.log(JSON.stringify(process.getActiveResourcesInfo().filter(kind => !/Pipe|TTY|File/.test(kind))));
`;
