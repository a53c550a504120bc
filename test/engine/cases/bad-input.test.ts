import { describe, expect, it } from 'vitest';
import { answer } from '../../../src/engine/cases/answer.ts';
import { equal } from '../../../src/kube/json.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are documents
type Json = any;

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' }, data: { a: '1' } };

/** The answer to an application of k8s-objects; `more` changes the case. */
async function ask(objects: readonly unknown[], more: object = {}, spec: object = {}): Promise<Json> {
  const component = { name: 'conf', type: 'k8s-objects', properties: { objects } };
  const workflow = { steps: [{ name: 'a', type: 'deploy', properties: { policies: [] } }] };
  return answer({
    id: 'x',
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'demo', namespace: 'demo' },
      spec: { components: [component], workflow, ...spec },
    },
    ...more,
  });
}

const objectsOf = ({ run }: Json): Json[] => run.objects['local'] ?? [];

describe('bad input never takes the engine down', () => {
  it('says what of a document is no case', async () => {
    for (const document of [null, 1, 'x', [], {}, { clusters: 1 }, { nope: 1, application: {} }]) {
      expect(await answer(document)).toHaveProperty('inputError');
    }
    expect(await answer({ application: { metadata: 7, spec: [] } })).toMatchObject({
      plan: { error: expect.any(String) },
    });
    for (const components of [[null], {}, 'x', [[]]])
      expect((await ask([], {}, { components })).plan.error, JSON.stringify(components)).toBeTypeOf('string');
  });

  it('matches names and texts in linear time', async () => {
    const name = `${'a'.repeat(60)}b`;
    const components = [{ name: '^(a|a)+$', type: 'worker', properties: { x: 1 } }];
    const merged: Json = await answer({
      merge: { components: [{ name, type: 'worker', properties: {} }], overrides: [{ components }] },
    });
    expect(merged.components.map((each: Json) => each.name)).toEqual([name, '^(a|a)+$']);
    const step = { name: 's', type: 'suspend', if: `"${name}" =~ "^(a|a)+$"` };
    const { run } = await ask([CONFIG], {}, { workflow: { steps: [step] } });
    expect(run.final.workflow.steps).toMatchObject([{ name: 's', phase: 'skipped' }]);
  });

  it('makes no list of any length for an input', async () => {
    const components = [
      {
        name: 'conf',
        type: 'k8s-objects',
        properties: { objects: [CONFIG] },
        outputs: [{ name: 'a', valueFrom: 'output.data.a' }],
      },
      {
        name: 'other',
        type: 'worker',
        properties: { image: 'x', cmd: [] },
        inputs: [{ from: 'a', parameterKey: 'cmd[4000000000]' }],
      },
    ];
    const { run } = await ask([], {}, { components });
    expect(run.final.phase).toBe('workflowFailed');
  });

  it('keeps __proto__, constructor and toString as data', async () => {
    const data = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}');
    const made = await ask([{ ...CONFIG, data }]);
    expect(equal(objectsOf(made)[0]?.data, data)).toBe(true);
    const patch = JSON.parse(
      '{"data": {"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}}}',
    );
    const traits = [{ type: 'json-merge-patch', properties: patch }];
    const spec = {
      components: [{ name: 'conf', type: 'k8s-objects', properties: { objects: [CONFIG] }, traits }],
    };
    const patched = await ask([], {}, spec);
    expect(JSON.stringify(objectsOf(patched)[0])).toContain('"__proto__":{"polluted":"yes"}');
    expect(({} as Json).polluted).toBeUndefined();
    const merged: Json = await answer({
      merge: JSON.parse(
        '{"components":[{"name":"a","type":"worker","properties":{"__proto__":{"x":1}}}],"overrides":[{"components":[{"name":"a","properties":{"__proto__":{"y":2},"constructor":3}}]}]}',
      ),
    });
    expect(JSON.stringify(merged.components[0].properties)).toBe(
      '{"__proto__":{"x":1,"y":2},"constructor":3}',
    );
    expect(({} as Json).y).toBeUndefined();
  });

  it('waits for cyclic dependencies, and says so', async () => {
    const of = (name: string, dependsOn: string[]) => ({ ...CONFIG, metadata: { name }, dependsOn });
    const component = (name: string, other: string) => ({
      name,
      type: 'k8s-objects',
      dependsOn: [other],
      properties: { objects: [of(name, [])] },
    });
    const cyclic = await ask([], {}, { components: [component('a', 'b'), component('b', 'a')] });
    expect(cyclic.plan.steps[0].waiting).toContain('///a is waiting dependents');
    expect(cyclic.run.final.phase).toBe('runningWorkflow');
    const steps = ['s', 't'].map((name, index) => ({
      name,
      type: 'suspend',
      dependsOn: [['t', 's'][index]],
    }));
    const stuck = await ask([CONFIG], {}, { workflow: { mode: { steps: 'DAG' }, steps } });
    expect(stuck.run.final.phase).toBe('runningWorkflow');
  });

  it('carries a ConfigMap of 10 MB and names of 300 characters', async () => {
    const large = 'x'.repeat(10_000_000);
    expect(objectsOf(await ask([{ ...CONFIG, data: { large } }]))[0]?.data.large).toHaveLength(10_000_000);
    const name = 'n'.repeat(300);
    expect(objectsOf(await ask([{ ...CONFIG, metadata: { name } }]))[0]?.metadata.name).toBe(name);
  });

  it('says where properties and objects are wrong', async () => {
    const errorOf = async (objects: unknown) => (await ask(objects as unknown[])).plan.steps[0].error;
    expect(await errorOf('x')).toMatch('component=conf: properties.objects must be a list of objects');
    expect(await errorOf([1])).toMatch('component=conf: properties.objects must be a list of objects');
    expect(await errorOf([])).toMatch('component=conf: refers to no objects');
    expect(await errorOf([{ metadata: { name: 'x' } }])).toMatch('an object without kind');
    expect(await errorOf([{ ...CONFIG, metadata: 'x' }])).toMatch('an object whose metadata is no map');
    const spec = { components: [{ name: 'c', type: 'worker', properties: ['x'] }] };
    expect((await ask([], {}, spec)).plan.error).toMatch(
      'component c: properties must be a mapping of fields',
    );
  });

  it('takes deep nesting, and says where it ends', async () => {
    const nested = (levels: number): Json => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    const made = await ask([{ ...CONFIG, extra: nested(1450) }]);
    expect(made.run.final.phase).toBe('running');
    for (const levels of [1500, 100_000]) {
      expect(await ask([{ ...CONFIG, extra: nested(levels) }])).toEqual({
        id: 'x',
        inputError: 'case: nested deeper than 1500 levels',
      });
    }
  });
});
