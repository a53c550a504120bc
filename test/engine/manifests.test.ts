import { describe, expect, it } from 'vitest';
import { parseManifests, replacePlaceholders } from '../../src/engine/manifests.ts';
import { APPLICATION } from '../../src/engine/model.ts';
import { InputError } from '../../src/runtime/yaml.ts';

const policy = (name: string) => `
apiVersion: core.oam.dev/v1alpha1
kind: Policy
metadata: { name: ${name}, namespace: demo }
type: topology
properties: { clusters: ["<managedcluster-cxxx>"] }
`;

describe('manifests', () => {
  it('are read in their order, and frozen', () => {
    const objects = parseManifests(`${policy('one')}---${policy('two')}`, 'app.yaml');
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['one', 'two']);
    expect(() => {
      (objects[0] as { kind: string }).kind = 'Other';
    }).toThrow(TypeError);
  });

  it('that are no Kubernetes objects are errors with their place', () => {
    const read = (text: string) => () => parseManifests(text, 'app.yaml');
    expect(read('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  nam: x\n')).toThrow(
      /^app\.yaml:3:1: .*needs metadata\.name/,
    );
    expect(read('kind: ConfigMap\n')).toThrow(/app\.yaml:1:1: .*needs apiVersion/);
    expect(read('- 1\n')).toThrow(InputError);
    const metadata = (text: string) =>
      read(`kind: ConfigMap\napiVersion: v1\nmetadata: { name: x, ${text} }\n`);
    expect(metadata('namespace: { a: 1 }')).toThrow(
      /^app\.yaml:3:22: metadata\.namespace: a namespace is a text/,
    );
    expect(metadata('annotations: null')).toThrow(/^app\.yaml:3:22: .*annotations are a mapping of texts/);
    expect(metadata('labels: { a: 1 }')).toThrow(/^app\.yaml:3:22: .*labels are a mapping of texts/);
    expect(metadata('labels: { a: "1" }')).not.toThrow();
  });

  it('name centres by placeholders: a policy’s own name tells which', () => {
    const objects = parseManifests(policy('cluster1-beijing'), 'app.yaml');
    const [replaced] = replacePlaceholders(objects, ['cluster1-beijing', 'cluster1-hangzhou']);
    expect(replaced?.['properties']).toEqual({ clusters: ['cluster1-beijing'] });
  });

  it('name centres by placeholders also in policies of an Application', () => {
    const policies = [
      { name: 'cluster1-beijing', type: 'topology', properties: { clusters: ['<managedcluster-cxxx>'] } },
      { name: 'other', type: 'override', properties: { components: [] } },
    ];
    const application = { ...APPLICATION, metadata: { name: 'a' }, spec: { policies } };
    const [replaced] = replacePlaceholders([application], ['cluster1-beijing']);
    expect(replaced?.spec).toEqual({
      policies: [{ ...policies[0], properties: { clusters: ['cluster1-beijing'] } }, policies[1]],
    });
  });

  it('with a placeholder that no centre can take are an error', () => {
    const objects = parseManifests(policy('cluster9-beijing'), 'app.yaml');
    expect(() => replacePlaceholders(objects, ['cluster1-beijing'], 'app.yaml')).toThrow(
      'no centre is named "cluster9-beijing", so none can take the place of <managedcluster-cxxx>; known: "cluster1-beijing"',
    );
  });
});
