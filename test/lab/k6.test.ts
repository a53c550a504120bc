import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { resolveOverHttp } from '../../src/gtm/http-resolver-real.ts';
import { findK6, K6_IMAGE, K6_SUMMARY, k6Command, k6Load } from '../../src/lab/kind/k6.ts';
import type { LoadTarget } from '../../src/lab/load.ts';
import type { DnsAnswer } from '../../src/runtime/network.ts';
import { liangdi, root } from '../cli/liangdi.ts';
import { scratch } from '../scratch.ts';

const ANSWER: DnsAnswer = { rcode: 'NOERROR', addresses: ['192.0.2.1', '192.0.2.2'], ttlSeconds: 60 };
const clients = { name: 'web-demo.example.com', port: 80, path: '/', rate: 7 };
const addresses = { one: '192.0.2.1', two: '192.0.2.2' };
const target = { clients, addresses, lasts: 90_500 };
const SCRIPT = join(root, 'clusters/load/web-demo.ts');

let folder: string;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => vi.unstubAllEnvs());

/** Makes a `k6` of this script the only one that can be found; `version` ends well. */
function pathWith(script?: string): void {
  mkdirSync(join(folder, 'bin'));
  if (script !== undefined) {
    const k6 = join(folder, 'bin/k6');
    writeFileSync(k6, `#!/bin/sh\n[ "$1" != version ] || exit 0\n${script}\n`);
    chmodSync(k6, 0o755);
  }
  vi.stubEnv('PATH', `${join(folder, 'bin')}:/bin`);
}

describe('the command line', () => {
  test('of a k6 in the PATH', () => {
    expect(k6Command('program', '/runs/1', 'http://127.0.0.1:5/resolve', target)).toEqual({
      program: 'k6',
      args: [
        ...['run', '--quiet', '--address', '', '--no-usage-report', '--include-system-env-vars'],
        SCRIPT,
      ],
      env: {
        LIANGDI_HOST: 'web-demo.example.com',
        LIANGDI_PORT: '80',
        LIANGDI_PATH: '/',
        LIANGDI_RATE: '7',
        LIANGDI_SECONDS: '90',
        LIANGDI_CENTRES: '{"192.0.2.1":"one","192.0.2.2":"two"}',
        LIANGDI_RESOLVER: 'http://127.0.0.1:5/resolve',
        LIANGDI_SUMMARY: `/runs/1/${K6_SUMMARY}`,
      },
    });
  });

  test("of k6's image: on this machine's network, found again by the lab's label, its summary in the run's folder", () => {
    const { program, args, env } = k6Command('image', '/runs/1', 'http://127.0.0.1:5/resolve', target);
    const line = [program, ...args].join(' ');
    expect(line).toMatch(/^docker run --rm --name liangdi-k6 --label liangdi\.lab=kind --network host /);
    expect(line).toContain(`--volume ${SCRIPT}:/load/web-demo.ts:ro --volume /runs/1:/run `);
    expect(line).toMatch(new RegExp(`${K6_IMAGE} run .* /load/web-demo\\.ts$`));
    for (const name of Object.keys(env)) expect(line).toContain(`--env ${name} `);
    expect(env).toMatchObject({ LIANGDI_SUMMARY: `/run/${K6_SUMMARY}` });
  });

  test('sets everything that the script asks for, and the script everything that is set', () => {
    const asked = [...readFileSync(SCRIPT, 'utf8').matchAll(/'(LIANGDI_\w+)'/g)].map(([, name]) => name);
    const { env } = k6Command('program', '/runs/1', 'http://127.0.0.1:5/resolve', target);
    expect(Object.keys(env).sort()).toEqual(asked.sort());
  });

  test.each([
    [0.2, '1'],
    [9.6, '10'],
    [5000, '1000'],
  ])('%d requests a second become %s, whole and within bounds', (rate, asked) => {
    const { env } = k6Command('program', '/', '', { ...target, clients: { ...clients, rate } });
    expect(env['LIANGDI_RATE']).toBe(asked);
  });
});

describe('without k6', () => {
  test('says how to get it', async () => {
    pathWith();
    await expect(findK6(async () => false)).rejects.toThrow(
      /^--load k6 needs k6, .* `docker pull grafana\/k6:[\d.]+`$/,
    );
  });

  test('takes its image, where that is there', async () => {
    pathWith();
    expect(await findK6(async () => true)).toBe('image');
  });

  test('the simulated lab, which has no real requests, refuses it: exit 3', async () => {
    const { code, stdout, stderr } = await liangdi(['drill', 'steady', '--load', 'k6']);
    expect(stderr).toBe(
      'liangdi: --load k6 needs real requests: the simulated lab has none, use --lab kind\n',
    );
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });
});

describe('a load', () => {
  const started = async (script: string) => {
    pathWith(script);
    const load = await k6Load(folder);
    await load.start({ ...target, gtm: { answer: () => ANSWER } as unknown as LoadTarget['gtm'] });
    return load;
  };

  test('runs, and its summary is in the folder', async () => {
    const load = await started(`echo "$LIANGDI_RESOLVER" > "$LIANGDI_SUMMARY"`);
    await load.end();
    expect(readFileSync(join(folder, K6_SUMMARY), 'utf8')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/resolve\n$/);
    await load.stop();
  });

  test('that failed says what k6 said last', async () => {
    const load = await started('echo "no such executor" >&2; exit 104');
    await expect(load.end()).rejects.toThrow(/k6 run .* failed:\n {2}no such executor$/);
    await load.stop();
  });

  test('ends when it is stopped', async () => {
    const load = await started('exec sleep 600');
    await load.stop();
    await expect(load.end()).rejects.toThrow('stopped');
  });
});

describe('the resolver over HTTP', () => {
  const answers: Record<string, DnsAnswer> = {
    'web-demo.example.com': ANSWER,
    'gone.example.com': { rcode: 'NXDOMAIN', addresses: [], ttlSeconds: 10 },
  };
  const asked = async (query: string) => {
    const resolver = await resolveOverHttp(
      name => answers[name] ?? { rcode: 'REFUSED', addresses: [], ttlSeconds: 0 },
    );
    try {
      const response = await fetch(new URL(query, resolver.url));
      return { status: response.status, body: await response.text() };
    } finally {
      await resolver.stop();
    }
  };

  test('answers with addresses and their TTL', async () => {
    const { status, body } = await asked('/resolve?name=web-demo.example.com&type=A');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      Status: 0,
      Answer: ANSWER.addresses.map(data => ({ name: 'web-demo.example.com', type: 1, TTL: 60, data })),
    });
  });

  test.each([
    ['gone.example.com', 3],
    ['elsewhere.example.net', 5],
  ])('has no Answer for %s', async (name, code) => {
    expect(JSON.parse((await asked(`/resolve?name=${name}`)).body)).toEqual({ Status: code });
  });

  test.each(['/', '/resolve', '/resolve?name=web-demo.example.com&type=AAAA'])(
    'does not take %s',
    async query => {
      expect((await asked(query)).status).toBe(400);
    },
  );

  test('does not take what is no URL, and goes on', async () => {
    const resolver = await resolveOverHttp(() => ANSWER);
    const { port } = new URL(resolver.url);
    const status = await new Promise(resolve => {
      get({ port, path: '//' }, response => resolve(response.resume().statusCode)).on('error', resolve);
    });
    expect(status).toBe(400);
    expect((await fetch(`${resolver.url}?name=web-demo.example.com`)).status).toBe(200);
    await resolver.stop();
  });
});
