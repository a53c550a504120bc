import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../source.ts';
import { type Answer, kubeconfig, respond, ScriptedApi } from './scripted-api.ts';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'a' };
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'demo', name: 'a' },
  data: { x: '1' },
};

/** An API that answers so. */
function serving(answer: Answer, play: (api: ScriptedApi) => Promise<void>): () => Promise<void> {
  return async () => {
    await using api = await ScriptedApi.start(answer);
    await play(api);
  };
}

describe('a process with a client', () => {
  const run = promisify(execFile);
  const module = JSON.stringify(join(ROOT, 'src/kube/client-real.ts'));
  const script = (url: string, rest: string) =>
    `import { realClient } from ${module};
    const client = realClient({ kubeconfig: ${JSON.stringify(kubeconfig(url))}, timeoutMs: 60_000 });
    const ref = ${JSON.stringify(ref)};
    ${rest}`;

  const answer: Answer = ({ query }, response) => {
    if (query['watch'] === undefined) return respond(response, 200, configMap);
    response.write(`{"type":"ADDED","object":${JSON.stringify(configMap)}}\n`);
  };

  test.each([
    [
      'once its calls are answered and its watches closed',
      `await client.get(ref);
      const watch = client.watch(ref, { resourceVersion: '5' }, { event: () => watch.close(), end() {} });`,
    ],
    [
      'once the client is closed',
      "client.watch(ref, { resourceVersion: '5' }, { event: () => client.close(), end() {} });",
    ],
  ])('exits %s', (_, rest) =>
    serving(answer, async api => {
      // Bounded: a handle that stays open would hold it for a minute and more.
      await run(process.execPath, ['--input-type=module', '--eval', script(api.url, rest)], {
        timeout: 8000,
      });
    })(),
  );

  test(
    'stays for a watch that is open',
    serving(answer, async api => {
      const rest =
        "client.watch(ref, { resourceVersion: '5' }, { event() { console.log('heard'); }, end() {} });";
      const child = execFile(process.execPath, ['--input-type=module', '--eval', script(api.url, rest)]);
      await once(child.stdout ?? child, 'data');
      expect(child.exitCode).toBeNull();
      child.kill();
      await once(child, 'exit');
    }),
  );
});
