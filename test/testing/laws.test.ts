import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseManifests } from '../../src/engine/manifests.ts';
import { clustersOf, objectsFor } from '../../src/engine/plan/objects.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { readText } from '../../src/runtime/yaml.ts';
import {
  applyOverride,
  arbitraries,
  commuting,
  type Design,
  designOf,
  exactNames,
  idempotent,
  laws,
  onlyWhatItNames,
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

  it('an override of a component that is not there', () => {
    const typo = withComponents([{ name: 'deploymnet', traits: [{ type: 'env', properties: {} }] }]);
    expect(() => placed.check(typo)).toThrow(
      'component=deploymnet: the application has no such component, and one that an override adds needs a type',
    );
  });

  it('overrides of which one changes what the other adds', () => {
    const override = (name: string, component: string, image: string) => ({
      name,
      type: 'override',
      properties: { components: [{ name: component, type: 'webservice', properties: { image } }] },
    });
    const design = (...policies: object[]) =>
      designOf([
        {
          apiVersion: 'core.oam.dev/v1beta1',
          kind: 'Application',
          metadata: { name: 'app', namespace: 'demo' },
          spec: { components: [{ name: 'web', type: 'webservice', properties: { image: 'x' } }], policies },
        },
      ]);
    const adds = override('adds', 'web-admin', 'y');
    expect(() => commuting.check(design(adds, override('changes', '^web$', 'z')))).not.toThrow();
    expect(() => commuting.check(design(adds, override('changes', 'web', 'z')))).toThrow(
      'adds and changes depend on their order',
    );
  });

  it('a centre that a step names and gives nothing', () => {
    const design = changed('Policy', OVERRIDE, object => ({
      ...object,
      properties: { selector: ['ghost'] },
    }));
    expect(() => placed.check(design)).toThrow(
      'step deploy-cluster2-beijing: nothing goes to cluster2-beijing, which a topology names',
    );
  });

  it('a step that cannot work', () => {
    const design = withComponents([
      { name: 'deployment', traits: [{ type: 'scaler', properties: { replicas: 'x' } }] },
    ]);
    expect(() => placed.check(design)).toThrow('step deploy-cluster2-beijing: Found 1 errors');
  });
});

test('a field that no override has is told as in a drill', () => {
  const misspelt = () =>
    changed('Policy', 'override-env-cluster2-beijing', object => ({
      ...object,
      properties: { component: [] },
    }));
  expect(misspelt).toThrow(
    'override policy override-env-cluster2-beijing: unknown field "component"; did you mean "components"?',
  );
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

  it('make overrides of which the laws of merging hold', () => {
    const cases = arbitraries.components.chain(components => {
      const override = arbitraries.overridesOf(components);
      return fc.record({ components: fc.constant(components), a: override, b: override });
    });
    fc.assert(
      fc.property(cases, ({ components, a, b }) => {
        const overrides = new Map([
          ['a', a],
          ['b', b],
        ]);
        const design = { plan: { context: { components } }, overrides } as unknown as Design;
        for (const law of [onlyWhatItNames, exactNames, idempotent, commuting]) law.check(design);
        expect(applyOverride(components, a).map(({ name }) => name)).toEqual(
          components.map(({ name }) => name),
        );
      }),
      { numRuns: 50 },
    );
  });
});
