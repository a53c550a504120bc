import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { answer } from '../src/engine/cases/answer.ts';
import { plan } from '../src/engine/plan/plan.ts';
import { lookupIn } from '../src/engine/plan/referred.ts';
import type { KubeObject } from '../src/kube/objects.ts';
import { kubeVelaCosts, ownCosts } from './kubevela/merges.ts';

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
  const linesOf = (mode: string) =>
    cases.filter(({ input }) => input.options?.mode === mode).map(({ input }) => JSON.stringify(input));
  await comparePlans(linesOf('plan'));
  await compareMerges(linesOf('merge'));
}

/** From cases as lines of JSON to answers as lines of JSON; KubeVela's go through pipes, less the time of a first one. */
async function comparePlans(lines: readonly string[]): Promise<void> {
  const many = Array.from({ length: 10 }, () => lines).flat();
  const ask = (input: string) => timed(() => spawnSync(ORACLE, ['-batch'], { input, maxBuffer: 1 << 30 })).ms;
  const theirs = ask(many.join('\n')) - ask(lines[0] ?? '');
  for (const line of lines) await answer(JSON.parse(line));
  const began = performance.now();
  for (const line of many) JSON.stringify(await answer(JSON.parse(line)));
  const ours = performance.now() - began;
  process.stdout.write(
    `${many.length} cases planned, JSON in and out: KubeVela ${theirs.toFixed(0)} ms, here ${ours.toFixed(0)} ms: ${times(theirs, ours)}\n`,
  );
}

async function compareMerges(lines: readonly string[]): Promise<void> {
  const theirs = kubeVelaCosts(lines, join(dirname(ORACLE), 'src'));
  if (typeof theirs === 'string') {
    process.stdout.write(`merges: skipped: ${theirs}\n`);
    return;
  }
  const ours = await ownCosts(lines);
  const row = (what: string, their: number, our: number) =>
    `  ${what}: KubeVela ${their.toFixed(1)} µs, here ${our.toFixed(1)} µs: ${times(their, our)}\n`;
  process.stdout.write(
    `${lines.length} cases merged, processor time of one, each side warm in a process of its own:\n` +
      row('overrides laid over components, both read before', theirs.merge, ours.merge) +
      row('with a line of JSON in and one out', theirs.whole, ours.whole) +
      `  of which JSON.parse and JSON.stringify alone, here: ${ours.json.toFixed(1)} µs\n`,
  );
}

function times(theirs: number, ours: number): string {
  return `${(theirs / ours).toPrecision(2)} times faster`;
}
