import { describe, expect, test } from 'vitest';
import type { HttpMonitor } from '../../src/gtm/model.ts';
import { Prober } from '../../src/gtm/prober.ts';
import { firstTarget, redirected, requestOf } from '../../src/gtm/redirect.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import type { HttpRequest, HttpResponse } from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

const monitor: HttpMonitor = {
  protocol: 'HTTP',
  evaluationCount: 1,
  recoverySuccesses: 1,
  failureRate: 50,
  interval: 60_000,
  timeout: 5000,
  nodes: ['n'],
  port: 80,
  host: 'www.example.com',
  path: '/health/',
  failsFrom: 501,
  followRedirect: true,
};
const ADDRESS = '203.0.113.10';

describe('a redirect leads', () => {
  const first = firstTarget(ADDRESS, { ...monitor, port: 8080 });
  const follow = (location: string, status = 302) => redirected(first, status, location);
  const here = { address: ADDRESS, port: 8080, isTls: false, host: 'www.example.com' };

  test.each([
    ['/ok?a=1#top', { ...here, path: '/ok?a=1' }],
    ['ok', { ...here, path: '/health/ok' }],
    ['http://WWW.example.com:8080/', { ...here, path: '/' }],
    ['https://www.example.com/', { ...here, port: 443, isTls: true, path: '/' }],
    [
      'https://www.example.com:8443/',
      { ...here, port: 8443, isTls: true, host: 'www.example.com:8443', path: '/' },
    ],
    [
      '//other.example.com/x',
      { ...here, address: 'other.example.com', port: 80, host: 'other.example.com', path: '/x' },
    ],
    [
      'http://[2001:DB8:0::1]/',
      { ...here, address: '2001:db8::1', port: 80, host: '[2001:db8::1]', path: '/' },
    ],
  ])('to the same address by the same name, to another by another: %s', (location, expected) => {
    expect(follow(location)).toEqual(expected);
  });

  test.each([301, 302, 303, 307, 308])('with status %i', status => {
    expect(follow('/', status)).toBeDefined();
  });

  test.each([
    ['nowhere with another status', 300, '/'],
    ['nowhere without saying where', 302, undefined],
    ['to no web page', 302, 'ftp://www.example.com/'],
    ['nowhere by what is no URL', 302, 'http://a b/'],
  ])('%s', (_, status, location) => {
    expect(redirected(first, status, location)).toBeUndefined();
  });

  test('to the checked address where its Host header names a port, or is the address', () => {
    for (const host of ['www.example.com:80', '2001:DB8::1']) {
      const own = firstTarget(ADDRESS, { ...monitor, host });
      expect(redirected(own, 302, '/x')).toEqual({
        address: ADDRESS,
        port: 80,
        isTls: false,
        host,
        path: '/x',
      });
    }
  });
});

test('a TLS handshake names a host, and no address', () => {
  const named = (host: string) =>
    requestOf(firstTarget(ADDRESS, { ...monitor, protocol: 'HTTPS', host }), true).tls;
  expect(named('www.example.com:8443')).toEqual({ serverName: 'www.example.com' });
  expect(named(ADDRESS)).toEqual({});
});

describe('a check that follows redirects', () => {
  /** The first result of checking an address that answers so, with all that it was asked. */
  async function firstResult(
    answer: (request: HttpRequest) => HttpResponse | undefined,
    change: Partial<HttpMonitor> = {},
  ): Promise<{ readonly result: string; readonly asked: readonly string[] }> {
    const clock = new VirtualClock();
    const journal = new MemoryJournal();
    const network = simulatedNetwork(clock, seededRandom(1));
    const asked: string[] = [];
    network.listen(ADDRESS, 'centre', {
      accepts: () => 'accept',
      handle(request, asker) {
        asked.push(`${request.host}:${request.port}${request.path}`);
        const response = answer(request);
        if (response) tell(asker, response);
      },
    });
    const prober = new Prober(
      {
        clock,
        journal,
        random: seededRandom(1),
        network,
        centreOf: () => undefined,
        reach: (address, port) => (address === ADDRESS ? { address, port } : undefined),
      },
      () => {},
    );
    await clock.run(async () => {
      prober.check([{ key: 'k', address: ADDRESS, monitor: { ...monitor, ...change } }]);
      await clock.sleep(monitor.interval + 3 * monitor.timeout);
      prober.stop();
    });
    const [event] = journal.events;
    if (event?.kind !== 'probe') throw new Error('no probe');
    return { result: `${event.ok ? 'ok' : 'fails'}: ${event.result}`, asked };
  }
  const to = (location: string): HttpResponse => ({ status: 302, body: '', location });
  const answering = (status: number) => (request: HttpRequest) =>
    request.path === '/ok' ? { status, body: '' } : to('/ok');

  test('counts what they lead to', async () => {
    const { result, asked } = await firstResult(answering(200));
    expect(result).toBe('ok: 200');
    expect(asked.slice(0, 2)).toEqual(['www.example.com:80/health/', 'www.example.com:80/ok']);
    expect(await firstResult(answering(503))).toMatchObject({ result: 'fails: 503' });
  });

  test('and, when it is not to follow them, the redirect itself', async () => {
    expect(await firstResult(answering(503), { followRedirect: false })).toMatchObject({
      result: 'ok: 302',
    });
  });

  test('fails in a circle', async () => {
    const { result, asked } = await firstResult(() => to('/health/'));
    expect(result).toBe('fails: more than 10 redirects');
    expect(asked.slice(0, 11)).toEqual(Array(11).fill('www.example.com:80/health/'));
  });

  test('has its timeout for all requests together', async () => {
    const silent = (request: HttpRequest) => (request.path === '/ok' ? undefined : to('/ok'));
    expect(await firstResult(silent)).toMatchObject({ result: 'fails: timeout' });
  });

  test('takes a redirect to what is not checked for an answer', async () => {
    expect(await firstResult(() => to('https://login.example.net/'))).toMatchObject({ result: 'ok: 302' });
  });
});
