import fc from 'fast-check';
import type { Component } from '../engine/application.ts';
import type { ClusterInfo } from '../engine/placement.ts';
import type { Override } from '../engine/plan/policies/override.ts';
import type { KubeObject } from '../kube/objects.ts';

/** Random clusters, components, overrides and applications, to test what must hold of any. */

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);

/** JSON as properties hold it. */
export const properties: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  name,
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 4 },
);

export const clusters: fc.Arbitrary<ClusterInfo[]> = fc.uniqueArray(
  fc.record({ name, labels: fc.dictionary(fc.constantFrom('city', 'tier'), name) }),
  { minLength: 1, maxLength: 4, selector: cluster => cluster.name },
);

const trait = fc.record({ type: fc.constantFrom('env', 'scaler', 'labels'), properties });
const traits = fc.uniqueArray(trait, { maxLength: 3, selector: ({ type }) => type });

export const components: fc.Arbitrary<Component[]> = fc.uniqueArray(
  fc.record({ name, type: fc.constantFrom('ref-objects', 'webservice'), properties, traits }),
  { minLength: 1, maxLength: 4, selector: component => component.name },
);

/** Overrides of components by their exact names. */
export function overridesOf(of: readonly Component[]): fc.Arbitrary<Override> {
  const patch = fc.record({
    name: fc.constantFrom(...of.map(component => `^${component.name}$`)),
    type: fc.constant(''),
    properties,
    traits,
  });
  return fc.record({ components: fc.array(patch, { maxLength: 3 }) });
}

/** An Application of webservices for some clusters, its topologies and overrides in itself. */
export const applications: fc.Arbitrary<{ application: KubeObject; clusters: ClusterInfo[] }> = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    clusters,
    replicas: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ names, clusters: all, replicas }) => ({
    clusters: all,
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app', namespace: 'demo' },
      spec: {
        components: names.map(each => ({ name: each, type: 'webservice', properties: { image: 'image:1' } })),
        policies: [
          ...all.map(cluster => ({
            name: `to-${cluster.name}`,
            type: 'topology',
            properties: { clusters: [cluster.name] },
          })),
          {
            name: 'scaled',
            type: 'override',
            properties: { components: [{ traits: [{ type: 'scaler', properties: { replicas } }] }] },
          },
        ],
      },
    },
  }));
