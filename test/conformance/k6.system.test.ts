import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { K6_SUMMARY, k6Load } from '../../src/lab/kind/k6.ts';
import type { LoadTarget } from '../../src/lab/load.ts';
import type { DnsAnswer } from '../../src/runtime/network.ts';
import { scratch } from '../scratch.ts';
import { needs } from './tools.ts';

/*
 * The load's script on a real k6 (https://github.com/grafana/k6), with the centres on addresses of loopback.
 */

const CENTRES = { 'beijing-1': '127.0.1.1', 'beijing-2': '127.0.1.2' };
const ALL: DnsAnswer = { rcode: 'NOERROR', addresses: Object.values(CENTRES), ttlSeconds: 60 };
const RATE = 20;
const SECONDS = 2;
/** It may begin or end a request beyond the whole seconds. */
const REQUESTS = [RATE * SECONDS - 1, RATE * SECONDS + 1] as const;

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = scratch();
});
afterEach(() => Promise.all(servers.splice(0).map(server => new Promise(closed => server.close(closed)))));

interface Sent {
  readonly centre: string;
  readonly line: string;
}

/** What the centres were sent under the load, how often the GTM was asked, and k6's own figures. */
async function loaded(
  answer: () => DnsAnswer,
  centre: RequestListener = (_, response) => response.end(),
  seconds = SECONDS,
) {
  const sent: Sent[] = [];
  let port = 0;
  for (const [name, address] of Object.entries(CENTRES)) {
    const server = createServer((request, response) => {
      const { method, url, headers } = request;
      sent.push({ centre: name, line: `${method} ${url} ${headers.host} ${headers.connection}` });
      centre(request, response);
    });
    servers.push(server);
    await new Promise<void>(listening => server.listen(port, address, listening));
    ({ port } = server.address() as AddressInfo);
  }
  let asked = 0;
  const gtm = {
    answer() {
      asked += 1;
      return answer();
    },
  } as unknown as LoadTarget['gtm'];
  const clients = { name: 'web-demo.example.com', port, path: '/shop', rate: RATE };
  const load = await k6Load(folder);
  await load.start({ gtm, clients, addresses: CENTRES, lasts: seconds * 1000 });
  const failure: unknown = await load.end().catch(error => error);
  await load.stop();
  const { metrics } = JSON.parse(readFileSync(join(folder, K6_SUMMARY), 'utf8'));
  const count = (metric: string): number => metrics[metric]?.values.count ?? 0;
  const errors: number = metrics['web_demo_errors']?.values.passes ?? 0;
  return { sent, asked, failure, count, errors };
}

const { skip, note } = needs('k6');

describe.skipIf(skip)(`k6${note}`, () => {
  test('asks each centre that the GTM answers, by the business name, over a connection a request', async () => {
    const { sent, failure, count, errors } = await loaded(() => ALL);
    expect(failure).toBeUndefined();
    expect(sent.length).toBeGreaterThanOrEqual(REQUESTS[0]);
    expect(sent.length).toBeLessThanOrEqual(REQUESTS[1]);
    expect(new Set(sent.map(({ line }) => line))).toEqual(new Set(['GET /shop web-demo.example.com close']));
    for (const name of Object.keys(CENTRES)) {
      const own = sent.filter(({ centre }) => centre === name).length;
      expect(own).toBeGreaterThan(0);
      expect(count(`web_demo_requests_${name.replace('-', '_')}`)).toBe(own);
    }
    expect(errors).toBe(0);
  });

  test('asks the GTM again once the TTL is over, and then goes where it says', async () => {
    const [first, second] = ALL.addresses as [string, string];
    let moves: number | undefined;
    const now = () => {
      moves ??= Date.now() + 1000;
      return Date.now() < moves ? first : second;
    };
    const answer = () => ({ ...ALL, addresses: [now()], ttlSeconds: 1 });
    const { sent, asked } = await loaded(answer, undefined, 4);
    expect(asked).toBeLessThan(sent.length);
    const centres = sent.map(({ centre }) => centre);
    expect(centres[0]).toBe('beijing-1');
    // By then, every virtual user's answer has expired that was given before the move.
    expect(new Set(centres.slice(-RATE))).toEqual(new Set(['beijing-2']));
  });

  test('counts what failed, and names that have no address', async () => {
    const failing = await loaded(
      () => ALL,
      (_, response) => response.writeHead(503).end(),
    );
    expect(failing.failure).toBeUndefined();
    expect(failing.errors).toBe(failing.sent.length);
    const nowhere = await loaded(() => ({ rcode: 'NOERROR', addresses: [], ttlSeconds: 0 }));
    expect(nowhere.sent).toEqual([]);
    expect(nowhere.count('web_demo_unresolved')).toBeGreaterThanOrEqual(REQUESTS[0]);
  });

  test('sends nothing to an address that is no centre of the lab, ends, and says why', async () => {
    const { sent, failure } = await loaded(() => ({ ...ALL, addresses: ['127.0.1.3'] }));
    expect(sent).toEqual([]);
    expect(String(failure)).toMatch(/the GTM answered 127\.0\.1\.3, which is no centre of the lab/);
  });
});
