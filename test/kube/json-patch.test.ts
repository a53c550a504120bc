import { describe, expect, test } from 'vitest';
import type { ApiError } from '../../src/kube/client.ts';
import { jsonPatch } from '../../src/kube/patch.ts';

interface Example {
  title: string;
  document: unknown;
  patch: unknown[];
  result: unknown;
}

/** The examples of RFC 6902, appendix A, that succeed. */
const examples: Example[] = [
  {
    title: 'A.1 adding an object member',
    document: { foo: 'bar' },
    patch: [{ op: 'add', path: '/baz', value: 'qux' }],
    result: { baz: 'qux', foo: 'bar' },
  },
  {
    title: 'A.2 adding an array element',
    document: { foo: ['bar', 'baz'] },
    patch: [{ op: 'add', path: '/foo/1', value: 'qux' }],
    result: { foo: ['bar', 'qux', 'baz'] },
  },
  {
    title: 'A.3 removing an object member',
    document: { baz: 'qux', foo: 'bar' },
    patch: [{ op: 'remove', path: '/baz' }],
    result: { foo: 'bar' },
  },
  {
    title: 'A.4 removing an array element',
    document: { foo: ['bar', 'qux', 'baz'] },
    patch: [{ op: 'remove', path: '/foo/1' }],
    result: { foo: ['bar', 'baz'] },
  },
  {
    title: 'A.5 replacing a value',
    document: { baz: 'qux', foo: 'bar' },
    patch: [{ op: 'replace', path: '/baz', value: 'boo' }],
    result: { baz: 'boo', foo: 'bar' },
  },
  {
    title: 'A.6 moving a value',
    document: { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    patch: [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    result: { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  },
  {
    title: 'A.7 moving an array element',
    document: { foo: ['all', 'grass', 'cows', 'eat'] },
    patch: [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    result: { foo: ['all', 'cows', 'eat', 'grass'] },
  },
  {
    title: 'A.8 testing values that are there',
    document: { baz: 'qux', foo: ['a', 2, 'c'] },
    patch: [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    result: { baz: 'qux', foo: ['a', 2, 'c'] },
  },
  {
    title: 'A.10 adding a nested member object',
    document: { foo: 'bar' },
    patch: [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    result: { foo: 'bar', child: { grandchild: {} } },
  },
  {
    title: 'A.11 ignoring unknown members of an operation',
    document: { foo: 'bar' },
    patch: [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    result: { foo: 'bar', baz: 'qux' },
  },
  {
    title: 'A.14 ~01 is ~1, not /',
    document: { '/': 9, '~1': 10 },
    patch: [{ op: 'test', path: '/~01', value: 10 }],
    result: { '/': 9, '~1': 10 },
  },
  {
    title: 'A.16 adding an array at the end of an array',
    document: { foo: ['bar'] },
    patch: [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    result: { foo: ['bar', ['abc', 'def']] },
  },
  {
    title: 'adding to what is there replaces it',
    document: { a: { b: 1 } },
    patch: [{ op: 'add', path: '/a', value: 2 }],
    result: { a: 2 },
  },
  {
    title: 'copying',
    document: { a: { b: [1] } },
    patch: [{ op: 'copy', from: '/a/b', path: '/c' }],
    result: { a: { b: [1] }, c: [1] },
  },
  {
    title: 'a label whose key has a slash',
    document: { labels: {} },
    patch: [{ op: 'add', path: '/labels/app.oam.dev~1name', value: 'web-demo' }],
    result: { labels: { 'app.oam.dev/name': 'web-demo' } },
  },
  {
    title: 'the whole document',
    document: { a: 1 },
    patch: [{ op: 'replace', path: '', value: { b: 2 } }],
    result: { b: 2 },
  },
  {
    title: 'null is a value',
    document: { a: null },
    patch: [
      { op: 'test', path: '/a', value: null },
      { op: 'replace', path: '/a', value: 1 },
    ],
    result: { a: 1 },
  },
  {
    title: 'the order of members does not count in a test',
    document: { a: { x: 1, y: 2 } },
    patch: [{ op: 'test', path: '/a', value: { y: 2, x: 1 } }],
    result: { a: { x: 1, y: 2 } },
  },
];

describe('JSON patch', () => {
  test.each(examples)('$title', ({ document, patch, result }) => {
    const before = JSON.stringify(document);
    expect(jsonPatch(document, patch)).toEqual(result);
    expect(JSON.stringify(document)).toBe(before);
  });

  test.each([
    ['A.9 a test fails', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    ['A.12 no such parent', { foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }],
    ['A.15 a number is no string', { '/': 9, '~1': 10 }, { op: 'test', path: '/~01', value: '10' }],
    ['removing nothing', { a: 1 }, { op: 'remove', path: '/b' }],
    ['replacing nothing', { a: 1 }, { op: 'replace', path: '/b', value: 1 }],
    ['an index past the end', { a: [1] }, { op: 'add', path: '/a/2', value: 1 }],
    ['an index with a leading zero', { a: [1, 2] }, { op: 'remove', path: '/a/01' }],
    ['removing past the end', { a: [1] }, { op: 'remove', path: '/a/-' }],
    ['moving into itself', { a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/b' }],
    ['an inherited field', {}, { op: 'test', path: '/constructor/name', value: 'Object' }],
  ])('fails: %s', (_, document, operation) => {
    expect(() => jsonPatch(document, [operation])).toThrow(expect.objectContaining({ reason: 'Invalid' }));
  });

  test.each([
    ['not a list', {}],
    ['no operation', ['add']],
    ['an unknown operation', [{ op: 'merge', path: '/a', value: 1 }]],
    ['A.13 an operation given as none', [{ path: '/a', value: 1 }]],
    ['no path', [{ op: 'remove' }]],
    ['a path that is no pointer', [{ op: 'remove', path: 'a' }]],
    ['a tilde that escapes nothing', [{ op: 'remove', path: '/a~2' }]],
    ['no value', [{ op: 'add', path: '/a' }]],
  ])('is malformed: %s', (_, patch) => {
    expect(() => jsonPatch({ a: 1 }, patch)).toThrow(expect.objectContaining({ reason: 'BadRequest' }));
  });

  test('says which operation failed, and where', () => {
    const patch = [
      { op: 'add', path: '/spec', value: {} },
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ];
    const error = (() => {
      try {
        return jsonPatch({}, patch);
      } catch (thrown) {
        return thrown;
      }
    })() as ApiError;
    expect(error.message).toBe('operation 1 (replace): there is nothing at /spec/replicas');
  });
});
