import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equal, type JsonObject } from '../../src/kube/json.ts';
import {
  jsonPatch,
  mergePatch,
  mergeThreeWay,
  strategicMergePatch,
  strategicThreeWay,
} from '../../src/kube/patch.ts';

const kind = { apiVersion: 'v1', kind: 'Pod' };
const text = fc.constantFrom('p', 'q', 'r');

/** Some of the fields, in any order. */
function some(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> {
  return fc.record(fields, { requiredKeys: [] });
}

/** Elements that are told apart by `key`, in any order. */
function keyed(key: string, fields: Record<string, fc.Arbitrary<unknown>>) {
  const keys = fc.shuffledSubarray(['k1', 'k2', 'k3', 'k4']);
  return keys.chain(names =>
    fc.tuple(...names.map(name => some(fields).map(rest => ({ [key]: name, ...rest })))),
  );
}

const pod = some({
  metadata: some({
    labels: some({ app: text, __proto__x: text, constructor: text }),
    finalizers: fc.uniqueArray(text),
  }),
  spec: some({
    nodeName: text,
    tolerations: fc.array(some({ key: text })),
    containers: keyed('name', {
      image: text,
      args: fc.array(text),
      env: keyed('name', { value: text }),
      volumeMounts: keyed('mountPath', { name: text }),
    }),
    volumes: keyed('name', { configMap: some({ name: text }), emptyDir: fc.constant({}) }),
    securityContext: some({ runAsUser: fc.nat(3), seccomp: some({ type: text }) }),
  }),
});

const strategies = [
  {
    name: 'strategic',
    diff: (original: JsonObject, modified: JsonObject, current: JsonObject) =>
      strategicThreeWay(kind, original, modified, current),
    apply: (target: JsonObject, patch: JsonObject) => strategicMergePatch(kind, target, patch),
  },
  {
    name: 'merge',
    diff: mergeThreeWay,
    apply: (target: JsonObject, patch: JsonObject) => mergePatch(target, patch) as JsonObject,
  },
];

describe.each(strategies)('$name three-way merge', ({ diff, apply }) => {
  test('applied once, there is nothing left to do', () => {
    fc.assert(
      fc.property(pod, pod, pod, (original, modified, current) => {
        const after = apply(current, diff(original, modified, current));
        expect(diff(modified, modified, after)).toEqual({});
        expect(diff(original, modified, after)).toEqual({});
      }),
    );
  });

  test('what was never said is left alone', () => {
    fc.assert(
      fc.property(pod, pod, (modified, current) => {
        const patch = diff({}, modified, current);
        const after = apply(current, patch);
        // All that the live object had and the manifest does not speak of is as it was: to say it changes nothing.
        const foreign = apply(after, diff({}, unsaid(current, modified), after));
        expect(equal(foreign, after)).toBe(true);
      }),
    );
  });

  test('what nobody else changed becomes what is wanted', () => {
    fc.assert(
      fc.property(pod, pod, (original, modified) => {
        const after = apply(original, diff(original, modified, original));
        expect(diff(modified, modified, after)).toEqual({});
        expect(diff(after, after, modified)).toEqual({});
      }),
    );
  });

  test('neither the objects nor the patch are changed', () => {
    fc.assert(
      fc.property(pod, pod, pod, (original, modified, current) => {
        const before = JSON.stringify([original, modified, current]);
        const patch = diff(original, modified, current);
        const text = JSON.stringify(patch);
        apply(current, patch);
        expect(JSON.stringify([original, modified, current])).toBe(before);
        expect(JSON.stringify(patch)).toBe(text);
      }),
    );
  });
});

/** The plain fields, at any depth of maps, that `said` says nothing about. */
function unsaid(object: JsonObject, said: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [field, value] of Object.entries(object)) {
    const other = said[field];
    if (!Object.hasOwn(said, field)) result[field] = value;
    else if (isMap(value) && isMap(other)) result[field] = unsaid(value, other);
  }
  return result;
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('patches', () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;

  test('a merge patch is idempotent', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(equal(mergePatch(once, patch), once)).toBe(true);
      }),
    );
  });

  test('what a JSON patch adds, a test finds and a removal takes away again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.string(), json, (target, field, value) => {
        const path = `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const { [field]: _, ...without } = target;
        const added = jsonPatch(without, [{ op: 'add', path, value }]);
        expect(equal(jsonPatch(added, [{ op: 'test', path, value }]), added)).toBe(true);
        expect(equal(jsonPatch(added, [{ op: 'remove', path }]), without)).toBe(true);
      }),
    );
  });
});
