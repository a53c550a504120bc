import { describe, expect, it } from 'vitest';
import { planManifests } from '../../../src/engine/plan/manifests.ts';
import { clustersOf, expectedObjects } from '../../../src/engine/plan/objects.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

describe('what each cluster will have', () => {
  const config = (a: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf' },
    data: { a },
  });
  const component = (name: string, object: KubeObject) => ({
    name,
    type: 'k8s-objects',
    properties: { objects: [object] },
  });
  const deploy = (name: string, policies: string[]) => ({ name, type: 'deploy', properties: { policies } });
  const topology = (name: string) => ({ name, type: 'topology', properties: { clusters: [name] } });
  const planned = (components: object[], steps: object[], policies: object[] = []) =>
    planManifests(
      [
        {
          apiVersion: 'core.oam.dev/v1beta1',
          kind: 'Application',
          metadata: { name: 'app' },
          spec: { components, policies: [topology('c1'), topology('c2'), ...policies], workflow: { steps } },
        },
      ],
      [{ name: 'c1' }, { name: 'c2' }],
    );
  const data = (plan: ReturnType<typeof planned>) =>
    [...expectedObjects(plan)].map(([cluster, objects]) => [
      cluster,
      objects.map(object => object.data?.['a']),
    ]);

  it('comes from the steps of groups, too', () => {
    const group = { name: 'g', type: 'step-group', subSteps: [deploy('a', ['c1']), deploy('b', ['c2'])] };
    const plan = planned([component('conf', config('1'))], [group]);
    expect(clustersOf(plan)).toEqual(['c1', 'c2']);
    expect(data(plan)).toEqual([
      ['c1', ['1']],
      ['c2', ['1']],
    ]);
  });

  it('is what the first of two steps writes, and in a step the last of two components', () => {
    const patch = { type: 'json-merge-patch', properties: { data: { a: '3' } } };
    const override = {
      name: 'o',
      type: 'override',
      properties: { components: [{ name: 'y', traits: [patch] }] },
    };
    const steps = [deploy('a', ['c1']), deploy('b', ['o', 'c1'])];
    const components = [component('x', config('1')), component('y', config('2'))];
    expect(data(planned(components, steps, [override]))).toEqual([['c1', ['2']]]);
  });
});
