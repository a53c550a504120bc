import { describe, expect, it } from 'vitest';
import { clustersOf, differences, expectedObjects } from '../../src/engine/expected.ts';
import { planManifests } from '../../src/engine/plan-manifests.ts';
import type { KubeObject } from '../../src/kube/objects.ts';

const deployment = (container: object, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 5, template: { spec: { containers: [container] } }, ...more },
});

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

describe('differences', () => {
  const expected = deployment({ name: 'web', env: [{ name: 'ENV_NAME', value: 'a' }] });

  it('are none when the live object carries all, whatever else it has', () => {
    const live = deployment(
      {
        image: 'x',
        env: [
          { name: 'FIRST', value: '1' },
          { name: 'ENV_NAME', value: 'a' },
        ],
        name: 'web',
      },
      { strategy: { type: 'RollingUpdate' } },
    );
    expect(differences(expected, { ...live, status: { replicas: 5 } })).toEqual([]);
  });

  it('name the paths, list items by their keys', () => {
    const live = deployment({ name: 'web', env: [{ name: 'ENV_NAME', value: 'b' }] }, { replicas: 4 });
    expect(differences(expected, live)).toEqual([
      'spec.replicas',
      'spec.template.spec.containers[name=web].env[name=ENV_NAME].value',
    ]);
    expect(differences(expected, deployment({ name: 'other' }))).toEqual([
      'spec.template.spec.containers[name=web]',
    ]);
  });

  it('see a list without keys as a whole, but for the place of a change', () => {
    const rules = (hosts: string[]): KubeObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: { rules: hosts.map(host => ({ host })) },
    });
    expect(differences(rules(['a']), rules(['b']))).toEqual(['spec.rules[0].host']);
    expect(differences(rules(['a']), rules(['a', 'b']))).toEqual(['spec.rules']);
  });

  it('are "missing" when there is no object', () => {
    expect(differences(expected, undefined)).toEqual(['missing']);
  });
});
