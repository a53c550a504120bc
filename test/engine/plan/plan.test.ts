import { describe, expect, it } from 'vitest';
import { type Plan, plan } from '../../../src/engine/plan/plan.ts';
import { lookupIn } from '../../../src/engine/plan/referred.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

const DEPLOYMENT: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'demo', uid: 'u1', resourceVersion: '7', labels: { app: 'web' } },
  spec: {
    replicas: 3,
    template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '1' }] }] } },
  },
  status: { replicas: 3 },
};

const COMPONENT = {
  name: 'web',
  type: 'ref-objects',
  properties: { objects: [{ apiVersion: 'apps/v1', kind: 'Deployment' }] },
};

interface Case {
  readonly policies?: readonly unknown[];
  readonly workflow?: unknown;
  readonly component?: object;
  readonly labels?: Record<string, string>;
}

const topology = (name: string, properties: unknown) => ({ name, type: 'topology', properties });
const deploy = (...policies: string[]) => ({
  steps: [{ name: 'go', type: 'deploy', properties: { policies } }],
});

function planOf({ policies = [], component = COMPONENT, labels = {}, ...rest }: Case): Plan {
  const { workflow } = { workflow: deploy(), ...rest };
  return plan({
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app', namespace: 'demo', labels },
      spec: { components: [component], policies, workflow },
    },
    policies: [],
    hubObjects: lookupIn([DEPLOYMENT]),
    clusters: [
      { name: 'c1', labels: { city: 'beijing' } },
      { name: 'c2', labels: { city: 'beijing' } },
      { name: 'c3', labels: { city: 'hangzhou' } },
    ],
  });
}

const placements = (properties: unknown) => {
  const [step] = planOf({ policies: [topology('t', properties)], workflow: deploy('t') }).steps;
  return step?.error ?? step?.placements.map(({ cluster }) => cluster);
};

/** The Deployment as a trait makes it. */
function withTrait(type: string, properties: unknown): KubeObject | string | undefined {
  const [step] = planOf({ component: { ...COMPONENT, traits: [{ type, properties }] } }).steps;
  return step?.error ?? step?.dispatch[0]?.manifests[0];
}

describe('placements', () => {
  it('are named, or selected by labels with the newest first, or the hub', () => {
    expect(placements({ clusters: ['c3', 'c1', 'c3'] })).toEqual(['c3', 'c1']);
    expect(placements({ clusterLabelSelector: { city: 'beijing' } })).toEqual(['c2', 'c1']);
    expect(placements({ clusterLabelSelector: {} })).toEqual(['local', 'c3', 'c2', 'c1']);
    expect(placements({ clusters: [] })).toEqual([]);
    expect(placements({ clusterLabelSelector: { city: 'x' }, allowEmpty: true })).toEqual([]);
    expect(planOf({}).steps[0]?.placements).toEqual([{ cluster: 'local' }]);
  });

  it('that cannot be found fail their step, and say what there is', () => {
    expect(placements({ clusters: ['c9'] })).toBe(
      'failed to get cluster c9: cluster "c9" not found; known: "local", "c1", "c2", "c3"',
    );
    expect(placements({ clusterLabelSelector: { city: 'x' } })).toMatch(
      'failed to find any cluster matches given labels',
    );
    expect(placements({ cluster: ['c1'] })).toBe(
      'topology policy t: unknown field "cluster"; did you mean "clusters"?',
    );
    expect(placements({ clusters: 'c1' })).toBe('topology policy t: clusters: expected a list, found "c1"');
  });
});

describe('objects', () => {
  it('lose what their cluster gave them, and tell whose they are', () => {
    const [step] = planOf({ labels: { team: 'x', app: 'other' } }).steps;
    const [object] = step?.dispatch[0]?.manifests ?? [];
    expect(object?.status).toBeUndefined();
    expect(object?.metadata).toEqual({
      name: 'web',
      namespace: 'demo',
      labels: {
        app: 'other',
        team: 'x',
        'app.oam.dev/name': 'app',
        'app.oam.dev/namespace': 'demo',
        'app.oam.dev/component': 'web',
        'app.oam.dev/appRevision': 'app-v1',
        'app.oam.dev/cluster': 'local',
        'app.oam.dev/resourceType': 'WORKLOAD',
        'workload.oam.dev/type': 'ref-objects',
      },
    });
  });

  it('are referred to by kind or resource, by name or labels', () => {
    const refer = (...objects: object[]) =>
      planOf({ component: { ...COMPONENT, properties: { objects } } }).steps[0];
    const kinds = (...objects: object[]) => refer(...objects)?.dispatch[0]?.manifests.map(({ kind }) => kind);
    expect(kinds({ resource: 'deployment' })).toEqual(['Deployment']);
    expect(kinds({ resource: 'Deployments', group: 'apps', name: 'web' })).toEqual(['Deployment']);
    expect(
      kinds({ resource: 'deployments', labelSelector: { app: 'web' } }, { resource: 'deployments' }),
    ).toEqual(['Deployment']);
    expect(refer({ resource: 'deployments', labelSelector: { app: 'no' } })?.error).toContain('selects none');
  });

  it('go to the namespace that the topology names', () => {
    const [step] = planOf({
      policies: [topology('t', { clusters: ['c1'], namespace: 'prod' })],
      workflow: deploy('t'),
    }).steps;
    expect(step?.dispatch[0]).toMatchObject({ cluster: 'c1', namespace: 'prod' });
    expect(step?.dispatch[0]?.manifests[0]?.metadata.namespace).toBe('prod');
  });
});

describe('traits', () => {
  const container = (object: unknown) => (object as KubeObject).spec?.['template'].spec.containers[0];

  it('env keeps places, appends new variables sorted, unsets and replaces', () => {
    const env = (properties: unknown) => container(withTrait('env', properties)).env;
    expect(env({ env: { Z: '1', B: '2', A: '3' } })).toEqual([
      { name: 'B', value: '2' },
      { name: 'A', value: '3' },
      { name: 'Z', value: '1' },
    ]);
    expect(env({ env: {}, unset: ['B'] })).toEqual([]);
    expect(env({ env: { N: '1' }, replace: true })).toEqual([{ name: 'N', value: '1' }]);
  });

  it('env says which containers there are', () => {
    expect(withTrait('env', { containerName: 'nope', env: {} })).toMatch(
      'error encountered in cluster local: trait=env component=web: container nope not found: Deployment has "web"',
    );
  });

  it('scaler sets replicas: 1 unless said, never a fraction or a text', () => {
    expect(withTrait('scaler', { replicas: 0 })).toMatchObject({ spec: { replicas: 0 } });
    expect(withTrait('scaler', undefined)).toMatchObject({ spec: { replicas: 1 } });
    expect(withTrait('scaler', { replicas: 2.5 })).toMatch('scaler: replicas: must be a whole number');
    expect(withTrait('scaler', { replicas: '3' })).toMatch('scaler: replicas: must be a whole number');
  });

  it('json-merge-patch deletes with null', () => {
    const object = withTrait('json-merge-patch', { spec: { replicas: null } }) as KubeObject;
    expect(object.spec).not.toHaveProperty('replicas');
  });
});

describe('an application that cannot be planned', () => {
  const refused: readonly [string, Case, string][] = [
    [
      'trait',
      { component: { ...COMPONENT, traits: [{ type: 'scalar' }] } },
      'unknown trait type "scalar"; built in: "annotations", "command"',
    ],
    [
      'component type',
      { component: { ...COMPONENT, type: 'cron-task' } },
      'unknown component type "cron-task"; built in: "k8s-objects", "ref-objects", "webservice", "worker"; ' +
        'for other types run the real KubeVela: engine: kubevela',
    ],
    [
      'step type',
      { workflow: { steps: [{ name: 's', type: 'notify' }] } },
      'step s: unknown step type "notify"',
    ],
    ['policy', { workflow: deploy('nope') }, 'step go: policy nope not found in namespace demo'],
    ['workflow', { workflow: { ref: 'w' } }, 'Workflow demo/w not found'],
    [
      'field of a step',
      { workflow: { steps: [{ name: 's', type: 'deploy', properties: { clusters: ['c1'] } }] } },
      'step s: properties: unknown field "clusters"',
    ],
    ['field of a component', { component: { ...COMPONENT, trait: [] } }, 'unknown field "trait"'],
    [
      'step twice',
      {
        workflow: {
          steps: [
            { name: 's', type: 'suspend' },
            { name: 's', type: 'suspend' },
          ],
        },
      },
      'step "s" is there twice',
    ],
    [
      'object',
      { component: { ...COMPONENT, properties: { objects: [{ apiVersion: 'v1', kind: 'ConfigMap' }] } } },
      'component web: ConfigMap demo/web not found on the hub',
    ],
    [
      'kind',
      { component: { ...COMPONENT, properties: { objects: [{ apiVersion: 'v1', kind: 'Foo' }] } } },
      'no matches for kind "Foo" in version "v1"',
    ],
    [
      'timeout',
      { workflow: { steps: [{ name: 's', type: 'suspend', timeout: '5 minutes' }] } },
      'step s: timeout: expected a duration such as 30s, found "5 minutes"',
    ],
  ];
  for (const [what, input, message] of refused) {
    it(`for an unknown or wrong ${what} says so`, () => {
      expect(() => planOf(input)).toThrow(
        expect.objectContaining({ name: 'PlanError', message: expect.stringContaining(message) }),
      );
    });
  }
});

describe('without a workflow', () => {
  it('each topology policy is a step of its own, all at once', () => {
    const made = planOf({
      policies: [topology('a', { clusters: ['c1'] }), topology('b', { clusters: ['c2'] })],
      workflow: undefined,
    });
    expect(made.steps.map(({ name }) => name)).toEqual(['deploy-a', 'deploy-b']);
    expect(made.mode).toEqual({ steps: 'DAG', subSteps: 'DAG' });
  });
});
