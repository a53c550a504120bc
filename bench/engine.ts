import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { answer } from '../src/engine/cases/answer.ts';
import { plan } from '../src/engine/plan.ts';
import { lookupIn } from '../src/engine/referred.ts';
import type { KubeObject } from '../src/kube/objects.ts';

/** How long planning takes for many clusters, and how it compares with the real KubeVela on the same cases. */

const OBJECTS = 200;
const ORACLE =
  process.env['ORACLE'] ?? `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/kubevela-oracle/oracle`;
const VECTORS = new URL('../../shared/reference/engine-vectors.jsonl', import.meta.url);

/** An application of many components, each a Deployment that is changed for each city. */
function fleetOf(clusters: number) {
  const names = Array.from({ length: OBJECTS }, (_, index) => `part-${index}`);
  const hubObjects = names.map(
    (name): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'demo' },
      spec: {
        replicas: 2,
        template: { spec: { containers: [{ name, image: 'x', env: [{ name: 'A', value: '1' }] }] } },
      },
    }),
  );
  const application: KubeObject = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'demo' },
    spec: {
      components: names.map(name => ({
        name,
        type: 'ref-objects',
        properties: { objects: [{ apiVersion: 'apps/v1', kind: 'Deployment' }] },
      })),
      policies: [
        { name: 'all', type: 'topology', properties: { clusterLabelSelector: { tier: 'centre' } } },
        {
          name: 'more',
          type: 'override',
          properties: {
            components: [
              {
                traits: [
                  { type: 'scaler', properties: { replicas: 5 } },
                  { type: 'env', properties: { env: { B: '2' } } },
                ],
              },
            ],
          },
        },
      ],
      workflow: { steps: [{ name: 'go', type: 'deploy', properties: { policies: ['more', 'all'] } }] },
    },
  };
  return {
    application,
    policies: [],
    hubObjects: lookupIn(hubObjects),
    clusters: Array.from({ length: clusters }, (_, index) => ({
      name: `c${index}`,
      labels: { tier: 'centre' },
    })),
  };
}

/** How long it takes, and how much of that the processor worked: a busy machine tells other times. */
function timed<T>(work: () => T): { ms: number; cpuMs: number; result: T } {
  const began = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1000, result };
}

plan(fleetOf(10));
for (const clusters of [10, 100, 1000]) {
  const input = fleetOf(clusters);
  const { ms, cpuMs, result } = timed(() => plan(input));
  const objects = result.steps[0]?.dispatch.length ?? 0;
  const each = ((ms * 1000) / objects).toFixed(1);
  process.stdout.write(
    `${clusters} clusters x ${OBJECTS} objects: ${ms.toFixed(0)} ms (${cpuMs.toFixed(0)} ms CPU), ${each} µs an object\n`,
  );
}

if (!existsSync(ORACLE) || !existsSync(VECTORS)) {
  process.stdout.write('the real KubeVela: skipped, its reference run is not here\n');
} else {
  const cases: { id: string; input: { options?: { mode?: string } } }[] = readFileSync(VECTORS, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  for (const mode of ['merge', 'plan']) {
    const chosen = cases.filter(({ input }) => input.options?.mode === mode).map(({ input }) => input);
    const many = Array.from({ length: mode === 'merge' ? 200 : 10 }, () => chosen).flat();
    const lines = many.map(input => JSON.stringify(input)).join('\n');
    const ask = (input: string) =>
      timed(() => spawnSync(ORACLE, ['-batch'], { input, maxBuffer: 1 << 30 })).ms;
    // A first line pays for what the process loads.
    const theirs = ask(lines) - ask(JSON.stringify(chosen[0]));
    for (const input of chosen) await answer(input);
    const began = performance.now();
    for (const line of lines.split('\n')) JSON.stringify(await answer(JSON.parse(line)));
    const ours = performance.now() - began;
    const reading = timed(() => {
      for (const line of lines.split('\n')) JSON.stringify(JSON.parse(line));
    }).ms;
    process.stdout.write(
      `${many.length} cases, ${mode}: KubeVela ${theirs.toFixed(0)} ms, here ${ours.toFixed(0)} ms (${reading.toFixed(0)} ms of them JSON in and out): ${(theirs / ours).toPrecision(2)} times faster\n`,
    );
  }
}
