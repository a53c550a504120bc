import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpMonitor, Monitor, PingMonitor } from '../../src/gtm/model.ts';
import { Prober } from '../../src/gtm/prober.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { realNetwork } from '../../src/runtime/network-real.ts';
import { realPing } from '../../src/runtime/ping-real.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { needs } from '../conformance/tools.ts';
import { scratch } from '../scratch.ts';

/* Checks that need real sockets: HTTPS, redirects and PING. */

const check = { evaluationCount: 1, recoverySuccesses: 1, failureRate: 50, interval: 300, nodes: ['n'] };

/** The first result of a monitor that checks loopback. */
async function firstResult(monitor: Monitor, port = 0): Promise<{ ok: boolean; result: string }> {
  const clock = new RealClock();
  const journal = new MemoryJournal();
  const onLocalFailure = (error: Error) => {
    throw error;
  };
  const ping = realPing([]);
  const prober = new Prober(
    {
      clock,
      journal,
      random: seededRandom(1),
      network: realNetwork({ clock, networks: [], onLocalFailure }),
      ...(ping && { ping }),
      centreOf: () => undefined,
      reach: () => ({ address: '127.0.0.1', port }),
    },
    () => {},
  );
  prober.check([{ key: 'k', address: '203.0.113.10', monitor }]);
  try {
    await expect.poll(() => journal.events.length, { timeout: 15_000 }).toBeGreaterThan(0);
    const [event] = journal.events;
    if (event?.kind !== 'probe') throw new Error('no probe');
    return { ok: event.ok, result: event.result };
  } finally {
    prober.stop();
  }
}

const withOpenssl = needs('openssl');
describe(`HTTPS${withOpenssl.note}`, { skip: withOpenssl.skip, timeout: 30_000 }, () => {
  let server: Server;
  let status = 200;
  let named: (string | false | null | undefined)[] = [];
  const folder = scratch();

  beforeAll(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=www.example.com', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject], {
      stdio: 'ignore',
    });
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      named.push((request.socket as TLSSocket).servername);
      response.writeHead(status).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise(resolve => (server as NetServer).close(resolve)));

  const https: HttpMonitor = {
    ...check,
    protocol: 'HTTPS',
    timeout: 10_000,
    port: 443,
    host: 'www.example.com',
    path: '/',
    failsFrom: 400,
  };
  const port = () => (server.address() as AddressInfo).port;

  test('is up whatever the certificate, and names the host only when told to', async () => {
    named = [];
    expect(await firstResult(https, port())).toEqual({ ok: true, result: '200' });
    expect(await firstResult({ ...https, sni: true }, port())).toEqual({ ok: true, result: '200' });
    // On a busy machine there may be more checks than results.
    expect([...new Set(named)]).toEqual([false, 'www.example.com']);
  });

  test('is down by its status, and where nobody speaks TLS', async () => {
    status = 503;
    expect(await firstResult(https, port())).toEqual({ ok: false, result: '503' });
    status = 200;
    const plain = (await import('node:net')).createServer(socket => socket.end('no TLS here'));
    await new Promise<void>(resolve => plain.listen(0, '127.0.0.1', resolve));
    expect((await firstResult(https, (plain.address() as AddressInfo).port)).ok).toBe(false);
    plain.close();
  });
});

test('a redirect is followed over real connections, when it is to be', async () => {
  const server = createPlainServer((request, response) => {
    if (request.url === '/') response.writeHead(307, { location: '/ok' }).end('over there');
    else response.writeHead(503).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const http: HttpMonitor = {
    ...check,
    protocol: 'HTTP',
    timeout: 10_000,
    port: 80,
    host: 'www.example.com',
    path: '/',
    failsFrom: 400,
  };
  expect(await firstResult(http, port)).toEqual({ ok: true, result: '307' });
  expect(await firstResult({ ...http, followRedirect: true }, port)).toEqual({ ok: false, result: '503' });
  await new Promise(resolve => server.close(resolve));
});

const withPing = needs('ping');
describe(`PING${withPing.note}`, { skip: withPing.skip, timeout: 30_000 }, () => {
  test('reaches loopback', async () => {
    const ping: PingMonitor = {
      ...check,
      protocol: 'PING',
      timeout: 2000,
      port: 0,
      packets: 3,
      failsFromLoss: 50,
    };
    expect(await firstResult(ping)).toEqual({ ok: true, result: '0% lost' });
  });
});
