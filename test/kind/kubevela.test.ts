import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import { realClient } from '../../src/kube/client-real.ts';
import { ENGINES, type EngineName } from '../../src/kube/engines.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { downAll } from '../../src/lab/kind/down.ts';
import { KubeVela } from '../../src/lab/kind/kubevela.ts';
import { KUBEVELA_IMAGES } from '../../src/lab/kind/pins.ts';
import { kubeconfigFile } from '../../src/lab/kind/run-files.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { docker, ofTheLab, whyNoLab } from './machine.ts';

const MINUTES = 60_000;
const CENTRES = ['cluster1-beijing', 'cluster2-beijing', 'cluster1-hangzhou'];
const KINDS = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
];

/** What KubeVela alone writes on what it distributes. */
const KUBEVELAS = {
  labels: ['app.oam.dev/app-revision-hash'],
  annotations: ['app.oam.dev/last-applied-time', 'oam.dev/kubevela-version'],
};
/** What both write, each for itself: hashes and copies of what it rendered. */
const BOOKKEEPING = {
  labels: ['oam.dev/render-hash'],
  annotations: ['app.oam.dev/last-applied-configuration'],
};

const SCENARIO = `
proves: Both engines leave the same in every centre; only one waits before it dispatches.
approveAfter: 5s
timeline:
  - at: 5s
    deploy:
      publishVersion: version9
      patches:
        - target: { kind: Deployment, name: web-demo }
          patch: { spec: { template: { spec: { terminationGracePeriodSeconds: 10 } } } }
  - { at: 40s, approve: deploy-cluster2-beijing }
ends: 100s
expect:
  - approved-before: { centre: cluster2-beijing, step: deploy-cluster2-beijing }
  - configuration-matches-centre: {}
  - converged: {}
`;

async function whyNoKubeVela(): Promise<string | undefined> {
  const why = await whyNoLab();
  if (why !== undefined) return why;
  const missing = KUBEVELA_IMAGES.filter(image => docker('images', '--quiet', image).length === 0);
  if (missing.length > 0) return `Docker has no image ${missing.join(' and none ')}`;
  return KubeVela.find().then(
    () => undefined,
    (error: Error) => error.message.split('\n')[0],
  );
}

/** What the centres hold, by centre, kind and name, without what each API makes up itself. */
async function objectsIn(folder: string): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for (const centre of CENTRES) {
    const kube = realClient({
      kubeconfig: readFileSync(kubeconfigFile(folder, centre), 'utf8'),
      timeoutMs: 10_000,
    });
    for (const kind of KINDS)
      for (const { status: _, ...object } of (await kube.list(kind, { namespace: 'demo' })).items) {
        const { uid, resourceVersion, generation, creationTimestamp, ...metadata } = object.metadata;
        const { clusterIP, clusterIPs, ...spec } = object.spec ?? {};
        if (metadata.name !== 'kube-root-ca.crt')
          found.set(`${centre} ${kind.kind}/${metadata.name}`, { ...object, metadata, spec });
      }
    kube.close();
  }
  return found;
}

type Field = keyof typeof KUBEVELAS;
type Objects = ReadonlyMap<string, KubeObject>;

/** The keys that some objects have of one engine and not of the other. */
function surplus(field: Field, one: Objects, other: Objects): string[] {
  const keys = [...one].flatMap(([where, { metadata }]) => {
    const others = other.get(where)?.metadata[field] ?? {};
    return Object.keys(metadata[field] ?? {}).filter(key => !Object.hasOwn(others, key));
  });
  return [...new Set(keys)].sort();
}

function without(object: KubeObject): KubeObject {
  const { metadata } = object;
  const rest = (field: Field) => {
    const left = [...KUBEVELAS[field], ...BOOKKEEPING[field]];
    return Object.fromEntries(Object.entries(metadata[field] ?? {}).filter(([key]) => !left.includes(key)));
  };
  return { ...object, metadata: { ...metadata, labels: rest('labels'), annotations: rest('annotations') } };
}

const reason = await whyNoKubeVela();
const title = `the real KubeVela as the engine${reason === undefined ? '' : ` (skipped: ${reason})`}`;

describe(title, { skip: reason !== undefined }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-kubevela-'));
  const clock = new RealClock();
  const verdicts = new Map<EngineName, Verdict>();
  const objects = new Map<EngineName, Map<string, KubeObject>>();
  const clusters: string[] = [];

  beforeAll(async () => {
    await downAll(clock);
    const file = join(folder, 'two-engines.yaml');
    writeFileSync(file, SCENARIO);
    // The centres stay for the second drill; the hub, made for one engine, is made anew for the other.
    for (const engine of ENGINES.toReversed()) {
      const runFolder = join(folder, engine);
      const options = { lab: 'kind', engine, seed: 1, keep: true, runFolder };
      verdicts.set(engine, (await runDrill(loadScenario(file), options)).verdict);
      objects.set(engine, await objectsIn(runFolder));
      clusters.push(docker('inspect', '--format', '{{.Id}}', 'liangdi-hub-control-plane').join());
    }
  }, 20 * MINUTES);

  afterAll(async () => {
    await downAll(clock);
    expect(ofTheLab().things).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 2 * MINUTES);

  const of = (engine: EngineName) => objects.get(engine) ?? new Map<string, KubeObject>();
  const result = (engine: EngineName, name: string) =>
    verdicts.get(engine)?.expectations.find(each => each.name === name);

  test('has a hub of its own', () => {
    expect(new Set(clusters).size).toBe(2);
  });

  test('leaves in every centre what the own engine leaves, but for its own labels and annotations', () => {
    const [own, kubevelas] = [of('liangdi'), of('kubevela')];
    expect(own.size).toBe(CENTRES.length * KINDS.length);
    expect([...kubevelas.keys()].sort()).toEqual([...own.keys()].sort());
    for (const [where, object] of own) {
      const kubevela = kubevelas.get(where);
      expect({ where, object: kubevela && without(kubevela) }).toEqual({ where, object: without(object) });
    }
  });

  test.each(['labels', 'annotations'] as const)('writes those %s of its own and no others', field => {
    expect(surplus(field, of('kubevela'), of('liangdi'))).toEqual(KUBEVELAS[field]);
    expect(surplus(field, of('liangdi'), of('kubevela'))).toEqual([]);
  });

  test.each(ENGINES)('%s ends converged, each centre with its own configuration', engine => {
    expect(result(engine, 'converged')?.result).toBe('held');
    expect(result(engine, 'configuration-matches-centre')?.result).toBe('held');
  });

  test('dispatches before the approval; the own engine after it', () => {
    expect(result('liangdi', 'approved-before')).toMatchObject({ result: 'held' });
    const early = result('kubevela', 'approved-before');
    expect(early?.result).toBe('violated');
    expect(early?.evidence.text).toMatch(
      /^In cluster2-beijing without approval: version8 \(.*\) and version9 \(/,
    );
  });
});
