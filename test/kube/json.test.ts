import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equal, withoutNulls } from '../../src/kube/json.ts';

/** With names that every object has from its prototype, and absent fields. */
const names = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString');
const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(1, 'x', null, undefined),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 3 }).map(fieldsOf),
  ),
})).value;

function fieldsOf(fields: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of fields)
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  return object;
}

/** Fields in order, absent ones left out. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(item => (item === undefined ? { absent: true } : canonical(item)));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.getOwnPropertyNames(value)
    .map(name => [name, Object.getOwnPropertyDescriptor(value, name)?.value] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inner]) => ({ name, inner: canonical(inner) }));
  return { fields };
}

const text = (value: unknown) => JSON.stringify([typeof value, canonical(value)]);

describe('JSON data', () => {
  test('is equal when it says the same, in whatever order, whatever its fields are called', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(equal(one, one)).toBe(true);
        expect(equal(one, other)).toBe(text(one) === text(other));
      }),
      { numRuns: 2000 },
    );
  });

  test('is not equal by what every object inherits', () => {
    expect(equal(fieldsOf([['__proto__', {}]]), { a: 1 })).toBe(false);
    expect(equal(fieldsOf([['constructor', {}]]), { a: 1 })).toBe(false);
    expect(equal(fieldsOf([['constructor', undefined]]), {})).toBe(true);
  });

  test('without nulls is the very same where there were none', () => {
    const plain = { list: [1, { a: 2 }], text: 'x' };
    expect(withoutNulls(plain)).toBe(plain);
    const list = [1, 2];
    expect(withoutNulls({ list, gone: null, deep: [{ gone: null, stays: 1 }] })).toEqual({
      list: [1, 2],
      deep: [{ stays: 1 }],
    });
    expect((withoutNulls({ list, gone: null }) as { list: unknown }).list).toBe(list);
  });
});
