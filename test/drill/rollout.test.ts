import { expect, test } from 'vitest';
import { recordDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { judge } from '../../src/judge/judge.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { smallDrill } from '../faults/small-drill.ts';

const patch = { target: { kind: 'Deployment', name: 'web-demo' }, patch: { spec: { replicas: 6 } } };

test.each([
  ['with its deployment', '20s', '20s'],
  ['before it', '20s', '10s'],
  ['after it, before the step waits', '20s', '20.1s'],
])('an approval that is given %s counts when the step waits for it', async (_, deployed, approved) => {
  const journal = await smallDrill(
    [
      { at: deployed, deploy: { publishVersion: 'version9', patches: [patch] } },
      { at: approved, approve: 'deploy-cluster2-beijing' },
    ],
    '120s',
  );
  const approvals = journal.of('approval', 0);
  expect(approvals).toMatchObject([{ step: 'deploy-cluster2-beijing', publishVersion: 'version9' }]);
  expect(journal.of('workflow').at(-1)).toMatchObject({ phase: 'running', publishVersion: 'version9' });
});

test('an approval that nothing waited for is told', async () => {
  const journal = await smallDrill([{ at: '5s', approve: 'deploy-cluster2-beijing' }], '20s');
  expect(journal.of('lab').map(({ step, detail }) => [step, detail])).toEqual([
    ['nobody waited for the approval', 'deploy-cluster2-beijing'],
  ]);
  expect(journal.of('approval')).toEqual([]);
});

/** The objects with the Application's policies in itself, and all steps of its workflow in one group. */
function grouped(objects: readonly KubeObject[], mode: 'DAG' | 'StepByStep' = 'DAG'): KubeObject[] {
  const policies = objects
    .filter(({ kind }) => kind === 'Policy')
    .map(({ metadata, type, properties }) => ({ name: metadata.name, type, properties }));
  const subSteps = objects.find(({ kind }) => kind === 'Workflow')?.['steps'];
  const steps = [{ name: 'all', type: 'step-group', mode, subSteps }];
  return objects
    .filter(({ kind }) => kind !== 'Policy' && kind !== 'Workflow')
    .map(object =>
      object.kind === 'Application'
        ? { ...object, spec: { ...object.spec, policies, workflow: { steps } } }
        : object,
    );
}

test('what steps in a group roll out is watched, too', async () => {
  const scenario = loadScenario('noop');
  const application = { ...scenario.application, objects: grouped(scenario.application.objects) };
  const journal = await recordDrill({ ...scenario, application, ends: 1000 }, { lab: 'simulated', seed: 1 });
  const seen = journal.flatMap(event => (event.kind === 'object' ? event.object.split(' ')[0] : []));
  expect(new Set(seen)).toEqual(new Set(['ConfigMap', 'Deployment', 'Ingress', 'Service']));
});

test.each(['DAG', 'StepByStep'] as const)(
  'sub steps of a group (%s) are approved by their own names',
  async mode => {
    const scenario = loadScenario('rollout-approval');
    const application = {
      ...scenario.application,
      objects: grouped(scenario.application.objects, mode),
    };
    const journal = await recordDrill({ ...scenario, application }, { lab: 'simulated', seed: 1 });
    const [approval] = judge(journal).expectations;
    expect(approval).toMatchObject({ name: 'approved-before', result: 'held' });
    expect(approval?.evidence.text).toMatch(/^2 versions reached cluster2-beijing, each after its approval/);
  },
);

test('where steps fail, the lab says what each of them says', async () => {
  const scenario = loadScenario('noop');
  const trait = { type: 'json-merge-patch', properties: { data: { 'config.json': { no: 'text' } } } };
  const objects = scenario.application.objects.map(object =>
    object.metadata.name === 'override-configmap-cluster1-hangzhou'
      ? { ...object, properties: { components: [{ name: 'configmap', traits: [trait] }] } }
      : object,
  );
  const application = { ...scenario.application, objects };
  await expect(recordDrill({ ...scenario, application }, { lab: 'simulated', seed: 1 })).rejects.toThrow(
    /ended as workflowFailed: step deploy-cluster1-hangzhou: .*ConfigMap: data must be a map of strings/,
  );
});

/** The shipped drill with other steps before those of the workflow. */
function begunWith(...begin: object[]) {
  const scenario = loadScenario('noop');
  const objects = scenario.application.objects.map(object =>
    object.kind === 'Workflow' ? { ...object, steps: [...begin, ...(object['steps'] as object[])] } : object,
  );
  const application = { ...scenario.application, objects };
  return recordDrill({ ...scenario, application, ends: 1000 }, { lab: 'simulated', seed: 1 });
}

test.each(['3s', '10s', '45s'])(
  'a step that waits for %s is waited for, and approved by nobody',
  async time => {
    const journal = await begunWith({ name: 'pause', type: 'suspend', properties: { duration: time } });
    const approved = journal.flatMap(event => (event.kind === 'approval' ? [event.step] : []));
    expect(approved).toEqual(['deploy-cluster2-beijing']);
  },
);

test('a step whose timeout is over before a person approves it has failed', async () => {
  await expect(begunWith({ name: 'ask', type: 'suspend', timeout: '5s' })).rejects.toThrow(
    "the application's workflow ended as workflowFailed: step ask: Timeout",
  );
});

test('of a workflow that does not end, the lab says how far it has come', async () => {
  await expect(begunWith({ name: 'odd', type: 'suspend', dependsOn: ['nobody'] })).rejects.toThrow(
    'the application is not running after 15 minutes: it is runningWorkflow; ' +
      'step odd is pending (Pending on DependsOn: nobody); step deploy-cluster1-beijing has not begun; ',
  );
});

test('of a centre that does not answer, the lab says what is there', async () => {
  const scenario = loadScenario('noop');
  const objects = scenario.application.objects.map(object =>
    object.kind === 'Deployment' ? { ...object, spec: { ...object.spec, replicas: 0 } } : object,
  );
  const application = { ...scenario.application, objects };
  await expect(recordDrill({ ...scenario, application }, { lab: 'simulated', seed: 1 })).rejects.toThrow(
    'cluster1-beijing does not answer 200 from its public address, but 503, after 15 minutes: ' +
      'Deployment demo/web-demo has 0 of 0 pods ready',
  );
});

test.each([
  [{ rules: [{ host: 'shop.example.com', http: { paths: [{ path: '/a' }] } }] }, 'shop.example.com/a'],
  [
    { rules: [{ host: 'web-demo.example.com', http: { paths: [{ path: '/a' }] } }] },
    'web-demo.example.com/a',
  ],
  [{ ingressClassName: 'other' }, 'web-demo.example.com/ of a class other than nginx'],
  [{ rules: [] }, 'none'],
])('an application without an Ingress for what clients ask is refused: %j', async (spec, found) => {
  const scenario = loadScenario('noop');
  const objects = scenario.application.objects.map(object =>
    object.kind === 'Ingress' ? { ...object, spec: { ...object.spec, ...spec } } : object,
  );
  const application = { ...scenario.application, objects };
  await expect(recordDrill({ ...scenario, application }, { lab: 'simulated', seed: 1 })).rejects.toThrow(
    'clients ask for web-demo.example.com/, and no Ingress that the application has in cluster1-beijing is for that ' +
      `(found ${found})`,
  );
});

/** The shipped drill with one more component, a ConfigMap that is called `more`, and steps for it at the end. */
async function endedWith(...end: object[]) {
  const scenario = loadScenario('noop');
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more' }, data: { a: 'b' } };
  const more = { name: 'more', type: 'k8s-objects', properties: { objects: [config] } };
  const only = (names: string[]) => ({ type: 'override', properties: { selector: names } });
  const objects = scenario.application.objects.map(object => {
    if (object.kind === 'Application') {
      const components: { name: string }[] = [...(object.spec?.['components'] ?? []), more];
      const policies = [
        { name: 'shop', ...only(components.map(({ name }) => name).filter(name => name !== 'more')) },
        { name: 'more', ...only(['more']) },
      ];
      return { ...object, spec: { ...object.spec, components, policies } };
    }
    if (object.kind !== 'Workflow') return object;
    const steps = (object['steps'] as { properties: { policies: string[] } }[]).map(step => ({
      ...step,
      properties: { ...step.properties, policies: ['shop', ...step.properties.policies] },
    }));
    return { ...object, steps: [...steps, ...end] };
  });
  const application = { ...scenario.application, objects };
  const journal = await recordDrill({ ...scenario, application, ends: 1000 }, { lab: 'simulated', seed: 1 });
  return journal.flatMap(event =>
    event.kind === 'compare' && event.object.endsWith('/more') ? [[event.centre, event.differences]] : [],
  );
}

const deployMore = (more: object = {}) => ({
  name: 'more',
  type: 'deploy',
  properties: { policies: ['more', 'cluster1-beijing'] },
  ...more,
});

test.each([
  ['what a step writes', [deployMore()], [['cluster1-beijing', []]]],
  [
    'nothing of one whose condition does not hold',
    [deployMore({ if: 'status["deploy-cluster1-beijing"].failed' })],
    [],
  ],
  [
    'nothing of a group whose condition does not hold',
    [{ name: 'group', type: 'step-group', if: 'false', subSteps: [deployMore()] }],
    [],
  ],
  [
    'nothing of what the hub keeps',
    [{ name: 'more', type: 'apply-component', properties: { component: 'more' } }],
    [],
  ],
])('centres are compared with the plan: %s', async (_, steps, compared) => {
  expect(await endedWith(...steps)).toEqual(compared);
});
