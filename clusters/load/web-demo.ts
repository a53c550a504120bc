/*
 * Load on web-demo for k6 (https://grafana.com/docs/k6): `liangdi drill SCENARIO --lab kind --load k6` runs it beside
 * the scenario's clients. Each virtual user is a client that asks the GTM where to go, keeps the answer for its TTL, and
 * opens a connection for each request, as curl does.
 */
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';

const MOST_REQUESTS_PER_SECOND = 1000;
const MOST_SECONDS = 24 * 3600;
const TIMEOUT_SECONDS = 5;

/** What the drill says in environment variables. */
const host = setting('LIANGDI_HOST');
const port = number('LIANGDI_PORT', 65_535);
const path = setting('LIANGDI_PATH');
/** Answers as DNS servers do that speak JSON over HTTP: Status, and Answer with data and TTL. */
const resolver = setting('LIANGDI_RESOLVER');
const rate = number('LIANGDI_RATE', MOST_REQUESTS_PER_SECOND);
const seconds = number('LIANGDI_SECONDS', MOST_SECONDS);
const summary = setting('LIANGDI_SUMMARY');
/** The centres of the lab by public address. Nothing is sent anywhere else. */
const centres: Record<string, string> = JSON.parse(setting('LIANGDI_CENTRES'));

const errors = new Rate('web_demo_errors');
const unresolved = new Counter('web_demo_unresolved');
const requests = Object.fromEntries(
  Object.entries(centres).map(([address, centre]) => [
    address,
    new Counter(`web_demo_requests_${centre.replace(/[^a-z0-9]/g, '_')}`),
  ]),
);

export const options: Options = {
  scenarios: {
    load: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: `${seconds}s`,
      gracefulStop: `${TIMEOUT_SECONDS}s`,
      preAllocatedVUs: rate,
      // Enough for all to wait until they time out.
      maxVUs: rate * (TIMEOUT_SECONDS + 1),
    },
  },
  noConnectionReuse: true,
};

interface Answer {
  readonly addresses: readonly string[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Each virtual user has a copy of this module, and so a cache of its own. */
let cached: Answer = { addresses: [], until: 0 };

export default function request(): void {
  if (Date.now() >= cached.until) cached = resolve();
  const address = cached.addresses[Math.floor(Math.random() * cached.addresses.length)];
  if (address === undefined) {
    unresolved.add(1);
    return;
  }
  const counter = requests[address];
  if (counter === undefined) {
    exec.test.abort(`the GTM answered ${address}, which is no centre of the lab: nothing was sent there`);
    return;
  }
  const { status } = http.get(`http://${address}:${port}${path}`, {
    headers: { Host: host },
    timeout: `${TIMEOUT_SECONDS}s`,
    tags: { name: 'web-demo' },
  });
  counter.add(1);
  errors.add(status !== 200);
}

function resolve(): Answer {
  const response = http.get(`${resolver}?name=${host}&type=A`, { timeout: '1s', tags: { name: 'resolve' } });
  if (response.status !== 200) return { addresses: [], until: 0 };
  const { Answer: records = [] } = response.json() as unknown as { Answer?: { data: string; TTL: number }[] };
  const ttl = Math.min(...records.map(record => record.TTL));
  return { addresses: records.map(record => record.data), until: Date.now() + ttl * 1000 };
}

/** k6's figures, into the run's folder. */
export function handleSummary(data: unknown): Record<string, string> {
  return { [summary]: JSON.stringify(data, null, 2) };
}

function setting(name: string): string {
  const value = __ENV[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: \`liangdi drill --lab kind --load k6\` runs this script`);
  return value;
}

function number(name: string, most: number): number {
  const value = Number(setting(name));
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`${name} must be a whole number from 1 to ${most}`);
}
