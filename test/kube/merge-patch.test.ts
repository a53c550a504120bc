import { describe, expect, test } from 'vitest';
import { mergePatch, mergeThreeWay } from '../../src/kube/patch.ts';

/** RFC 7386, appendix A: original, patch, result. */
const examples: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe('merge patch', () => {
  test.each(examples)('%j patched with %j is %j', (original, patch, result) => {
    expect(mergePatch(original, patch)).toEqual(result);
  });

  test('leaves the target alone and shares what did not change', () => {
    const target = Object.freeze({ kept: Object.freeze({ deep: [1] }), changed: Object.freeze({ a: 1 }) });
    const result = mergePatch(target, { changed: { a: 2 } }) as typeof target;
    expect(result).toEqual({ kept: { deep: [1] }, changed: { a: 2 } });
    expect(result.kept).toBe(target.kept);
  });

  test('takes field names of objects for data', () => {
    const result = mergePatch(
      JSON.parse('{"constructor":{"a":1}}'),
      JSON.parse('{"__proto__":{"polluted":true},"constructor":{"b":2},"toString":{"c":3}}'),
    );
    expect(JSON.stringify(result)).toBe(
      '{"constructor":{"a":1,"b":2},"__proto__":{"polluted":true},"toString":{"c":3}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('three-way merge patch', () => {
  const original = { spec: { mode: 'a', dropped: 1, list: [1, 2] } };
  const current = { spec: { mode: 'b', dropped: 1, list: [1, 2], foreign: true }, status: {} };

  test('sets what is wanted, removes what is wanted no longer, leaves the rest', () => {
    const modified = { spec: { mode: 'a', list: [2], added: { x: 1 } } };
    const patch = mergeThreeWay(original, modified, current);
    expect(patch).toEqual({ spec: { mode: 'a', list: [2], added: { x: 1 }, dropped: null } });
    expect(mergePatch(current, patch)).toEqual({
      spec: { mode: 'a', list: [2], added: { x: 1 }, foreign: true },
      status: {},
    });
  });

  test('is empty when the object is as wanted, whatever else it has', () => {
    expect(mergeThreeWay(original, { spec: { mode: 'b' } }, { spec: { mode: 'b', foreign: 1 } })).toEqual({});
  });
});
