import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { root } from '../cli/liangdi.ts';

/*
 * The script for k6 in Node, with k6's modules played: what it sends, and where. A real k6 runs it in
 * test/conformance/k6.system.test.ts.
 */

const SCRIPT = join(root, 'clusters/load/web-demo.ts');
const RESOLVER = 'http://127.0.0.1:5353/resolve';
const SETTINGS = {
  LIANGDI_HOST: 'web-demo.example.com',
  LIANGDI_PORT: '80',
  LIANGDI_PATH: '/',
  LIANGDI_RATE: '7',
  LIANGDI_SECONDS: '90',
  LIANGDI_CENTRES: '{"192.0.2.1":"cluster1-beijing","192.0.2.2":"cluster2-beijing"}',
  LIANGDI_RESOLVER: RESOLVER,
  LIANGDI_SUMMARY: '/runs/1/k6-summary.json',
};

interface Script {
  default(): void;
  options: { scenarios: { load: object } };
  handleSummary(data: unknown): Record<string, string>;
}

const k6 = vi.hoisted(() => ({
  /** URLs, with the Host header of those that have one. */
  sent: [] as { url: string; host: string | undefined }[],
  aborted: [] as string[],
  counts: new Map<string, number[]>(),
  answer: { Status: 0, Answer: [{ data: '192.0.2.1', TTL: 60 }] } as object,
  status: 200,
}));
vi.mock('k6/http', () => ({
  default: {
    get(url: string, { headers }: { headers?: Record<string, string> }) {
      k6.sent.push({ url, host: headers?.['Host'] });
      return { status: url.includes('/resolve') ? 200 : k6.status, json: () => k6.answer };
    },
  },
}));
vi.mock('k6/execution', () => ({
  default: { test: { abort: (why: string) => void k6.aborted.push(why) } },
}));
vi.mock('k6/metrics', () => {
  class Metric {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    add(value: number | boolean) {
      k6.counts.set(this.#name, [...(k6.counts.get(this.#name) ?? []), Number(value)]);
    }
  }
  return { Counter: Metric, Rate: Metric };
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  Object.assign(k6, { sent: [], aborted: [], counts: new Map(), status: 200 });
  k6.answer = { Status: 0, Answer: [{ data: '192.0.2.1', TTL: 60 }] };
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

let users = 0;

/** A virtual user: a module of its own. */
async function loaded(changes: Partial<typeof SETTINGS> = {}): Promise<Script> {
  vi.stubGlobal('__ENV', { ...SETTINGS, ...changes });
  return (await import(`${SCRIPT}?user=${++users}`)) as Script;
}

test('asks the GTM, then sends to the centre with the business name', async () => {
  (await loaded()).default();
  expect(k6.sent).toEqual([
    { url: `${RESOLVER}?name=web-demo.example.com&type=A`, host: undefined },
    { url: 'http://192.0.2.1:80/', host: 'web-demo.example.com' },
  ]);
  expect(Object.fromEntries(k6.counts)).toEqual({
    web_demo_requests_cluster1_beijing: [1],
    web_demo_errors: [0],
  });
});

test('keeps the answer for its TTL, and no longer', async () => {
  const { default: request } = await loaded();
  const asked = () => k6.sent.filter(({ url }) => url.startsWith(RESOLVER)).length;
  request();
  vi.setSystemTime(59_999);
  request();
  expect(asked()).toBe(1);
  vi.setSystemTime(60_000);
  k6.answer = { Status: 0, Answer: [{ data: '192.0.2.2', TTL: 60 }] };
  request();
  expect(asked()).toBe(2);
  expect(k6.sent.at(-1)?.url).toBe('http://192.0.2.2:80/');
});

test('sends nothing to an address that is not the lab’s, and ends', async () => {
  k6.answer = { Status: 0, Answer: [{ data: '203.0.113.99', TTL: 60 }] };
  (await loaded()).default();
  expect(k6.sent).toHaveLength(1);
  expect(k6.aborted).toEqual([expect.stringContaining('203.0.113.99, which is no centre of the lab')]);
});

test('counts errors, and names that have no address', async () => {
  const { default: request } = await loaded();
  k6.status = 503;
  request();
  vi.setSystemTime(60_000);
  k6.answer = { Status: 0 };
  request();
  expect(Object.fromEntries(k6.counts)).toMatchObject({ web_demo_errors: [1], web_demo_unresolved: [1] });
});

test('has a rate and an end', async () => {
  const { options } = await loaded();
  expect(options.scenarios.load).toMatchObject({
    executor: 'constant-arrival-rate',
    rate: 7,
    timeUnit: '1s',
    duration: '90s',
    maxVUs: 42,
  });
});

test("leaves k6's summary where it is told", async () => {
  const { handleSummary } = await loaded();
  expect(handleSummary({ metrics: {} })).toEqual({ '/runs/1/k6-summary.json': '{\n  "metrics": {}\n}' });
});

test.each([
  [{ LIANGDI_RATE: '1001' }, 'LIANGDI_RATE must be a whole number from 1 to 1000'],
  [{ LIANGDI_SECONDS: '86401' }, 'LIANGDI_SECONDS must be a whole number from 1 to 86400'],
  [{ LIANGDI_HOST: '' }, 'LIANGDI_HOST is not set: `liangdi drill --lab kind --load k6` runs this script'],
])('refuses %o', async (changes, message) => {
  await expect(loaded(changes)).rejects.toThrow(message);
});
