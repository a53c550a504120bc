import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clustersOf, objectsFor } from '../../src/engine/expected.ts';
import { parseManifests } from '../../src/engine/manifests.ts';
import { applyOverride } from '../../src/engine/policies/override.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { readText } from '../../src/runtime/yaml.ts';
import {
  arbitraries,
  commuting,
  designOf,
  exactNames,
  idempotent,
  laws,
  placed,
  readDesign,
  sameConfigurationKeys,
} from '../../src/testing/index.ts';

const FILES = ['clusters/web-demo/app-meta.yaml', 'clusters/web-demo/app.yaml'];
const CLUSTERS = ['cluster1-beijing', 'cluster2-beijing', 'cluster1-hangzhou'];

/** The shipped application with some of its objects changed. */
function changed(kind: string, name: string, change: (object: KubeObject) => KubeObject) {
  const objects = FILES.flatMap(file => parseManifests(readText(file), file));
  const meant = (object: KubeObject) => object.kind === kind && object.metadata.name === name;
  return designOf(
    objects.map(object => (meant(object) ? change(object) : object)),
    { clusters: CLUSTERS },
  );
}

const shipped = readDesign(FILES, { clusters: CLUSTERS });

describe('the shipped application', () => {
  for (const law of laws.filter(each => each !== sameConfigurationKeys)) {
    it(law.name, () => law.check(shipped));
  }

  it('has another configuration key in Hangzhou, as the article has it: the law finds that', () => {
    expect(() => sameConfigurationKeys.check(shipped)).toThrow(
      [
        'cluster1-hangzhou: ConfigMap demo/web-demo lacks config.json: database-host',
        'cluster1-hangzhou: ConfigMap demo/web-demo has config.json: database-address, which cluster1-beijing has not',
      ].join('\n'),
    );
  });
});

describe('laws find', () => {
  const OVERRIDE = 'override-env-cluster2-beijing';
  const withComponents = (components: unknown) =>
    changed('Policy', OVERRIDE, object => ({ ...object, properties: { components } }));

  it('a name that fits other components', () => {
    const design = withComponents([{ name: 'o', properties: { x: 1 } }]);
    expect(() => exactNames.check(design)).not.toThrow();
    const meant = designOf(
      [
        {
          apiVersion: 'core.oam.dev/v1beta1',
          kind: 'Application',
          metadata: { name: 'app', namespace: 'demo' },
          spec: {
            components: ['web', 'my-web'].map(name => ({
              name,
              type: 'webservice',
              properties: { image: 'x' },
            })),
            policies: [
              {
                name: 'o',
                type: 'override',
                properties: { components: [{ name: 'web', properties: { image: 'y' } }] },
              },
            ],
          },
        },
      ],
      {},
    );
    expect(() => exactNames.check(meant)).toThrow('o: "web" fits my-web, too; write "^web$"');
  });

  it('an override that adds a trait with each application', () => {
    const twice = withComponents([{ name: 'brand-new-[', type: 'webservice' }]);
    expect(() => idempotent.check(twice)).toThrow(`${OVERRIDE} changes more when it is applied again`);
  });

  it('a step that cannot work', () => {
    const design = withComponents([
      { name: 'deployment', traits: [{ type: 'scaler', properties: { replicas: 'x' } }] },
    ]);
    expect(() => placed.check(design)).toThrow('step deploy-cluster2-beijing: Found 1 errors');
  });
});

describe('arbitraries', () => {
  it('make applications that reach each of their clusters, and no other', () => {
    fc.assert(
      fc.property(arbitraries.applications, ({ application, clusters }) => {
        const { plan } = designOf([application], { clusters });
        const names = clusters.map(({ name }) => name);
        expect(clustersOf(plan)).toEqual(names);
        for (const name of names) expect(objectsFor(plan, name).length).toBeGreaterThan(0);
      }),
      { numRuns: 30 },
    );
  });

  it('make overrides that change what they name', () => {
    const cases = arbitraries.components.chain(components =>
      fc.tuple(fc.constant(components), arbitraries.overridesOf(components)),
    );
    fc.assert(
      fc.property(cases, ([components, override]) => {
        const once = applyOverride(components, override);
        expect(applyOverride(once, override)).toEqual(once);
        expect(once.map(({ name }) => name)).toEqual(components.map(({ name }) => name));
      }),
      { numRuns: 50 },
    );
    expect(commuting.name).toContain('any order');
  });
});
