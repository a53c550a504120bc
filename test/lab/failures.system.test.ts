import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureCluster, type Workshop } from '../../src/lab/kind/clusters.ts';
import { type Docker, DockerError } from '../../src/lab/kind/docker.ts';
import type { KindCli } from '../../src/lab/kind/kind-cli.ts';
import { LabError } from '../../src/lab/lab.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { liangdi } from '../cli/liangdi.ts';
import { scratch } from '../scratch.ts';

// Docker's client is slow to load on a busy machine.
describe('without Docker', { timeout: 60_000 }, () => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock', LIANGDI_KIND: '/bin/true' };

  test.each(['drill steady --lab kind', 'up', 'down'])(
    '%s says what is missing, exits with 3 and leaves nothing',
    async line => {
      const args = line.split(' ');
      const cwd = scratch();
      const { code, stderr } = await liangdi(args, { cwd, env });
      expect(stderr).toMatch(
        /^liangdi: the kind lab needs Docker, and no engine answers at unix:\/\/\/nowhere\/docker.sock, as DOCKER_HOST says\. Start it/,
      );
      expect(code).toBe(3);
      expect(existsSync(join(cwd, 'runs'))).toBe(false);
    },
  );

  test('and without kind, all that is missing is said at once', async () => {
    const { code, stderr } = await liangdi(['up'], { env: { ...env, LIANGDI_KIND: '/nowhere/kind' } });
    expect(stderr).toMatch(
      /^liangdi: the kind lab needs Docker, .*\nthe kind lab needs the kind command line, /,
    );
    expect(code).toBe(3);
  });

  test('heal has nothing to heal, which is well', async () => {
    expect(await liangdi(['heal'], { env })).toMatchObject({ code: 0, stdout: 'nothing is left to heal\n' });
  });
});

test('a cluster that never becomes ready is told of, in time', async () => {
  // Nothing listens there.
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: {} }],
  });
  const docker = { statusOf: async () => undefined, remove: async () => {} } as unknown as Docker;
  const kind = { create: async () => {}, kubeconfig: async () => kubeconfig } as unknown as KindCli;
  // Each sleep passes at once.
  let now = 0;
  const clock: Clock = {
    now: () => now,
    after: () => ({ cancel() {} }),
    sleep: async ms => {
      now += ms;
    },
  };
  const workshop: Workshop = { docker, kind, clock, runFolder: scratch(), signal: undefined };
  const failure = await ensureCluster('hub', workshop).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LabError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(/^the cluster hub does not answer after 180 s: the API of .* refused/),
  });
});

describe("Docker's failures are the lab's", () => {
  test('what it says no to, in its words', () => {
    const said = Object.assign(new Error('(HTTP code 403) unexpected - Address already in use '), {
      statusCode: 403,
      json: { message: 'Address already in use' },
    });
    const error = new DockerError(said);
    expect(error).toBeInstanceOf(LabError);
    expect([error.statusCode, error.message]).toEqual([403, 'Docker: Address already in use']);
  });

  test('its silence, with what to do about what is left', () => {
    const { statusCode, message } = new DockerError(new Error('connect ENOENT /var/run/docker.sock'));
    expect(statusCode).toBeUndefined();
    expect(message).toMatch(/^Docker does not answer \(connect ENOENT .*\)\. .*`liangdi down` removes it$/);
  });
});
