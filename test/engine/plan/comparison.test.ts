import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/engine/plan/comparison.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

const deployment = (container: object, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 5, template: { spec: { containers: [container] } }, ...more },
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

  it('find the texts of a Secret among its data', () => {
    const secret = (fields: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys' },
      ...fields,
    });
    const live = secret({ data: { user: 'cm9vdA==', password: 'c2VjcmV0' } });
    const written = { stringData: { password: 'secret' }, data: { user: 'cm9vdA==' } };
    expect(differences(secret(written), live)).toEqual([]);
    expect(differences(secret({ stringData: { password: 'other' } }), live)).toEqual(['data.password']);
  });

  it('are none where an API writes the same amount in another way', () => {
    const limits = (cpu: unknown, memory: unknown) =>
      deployment({ name: 'web', resources: { limits: { cpu, memory } } });
    expect(differences(limits('0.5', '1024Mi'), limits('500m', '1Gi'))).toEqual([]);
    expect(differences(limits(1, '1Gi'), limits('1', '1G'))).toEqual([
      'spec.template.spec.containers[name=web].resources.limits.memory',
    ]);
    const value = (text: string) => deployment({ name: 'web', env: [{ name: 'CPU', value: text }] });
    expect(differences(value('0.5'), value('500m'))).toHaveLength(1);
  });

  it('are "missing" when there is no object', () => {
    expect(differences(expected, undefined)).toEqual(['missing']);
  });
});
