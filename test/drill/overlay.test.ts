import { describe, expect, test } from 'vitest';
import { appendedAt, overlay, placeInChanges } from '../../src/drill/overlay.ts';

describe('what a scenario changes in a file', () => {
  test('merges maps, and null removes', () => {
    expect(overlay({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 9 }, d: null })).toEqual({ a: { b: 9, c: 2 } });
  });

  test('finds items of named lists by their name, in their place', () => {
    const file = {
      AddrPools: [
        { Name: 'beijing', min: 1 },
        { Name: 'hangzhou', min: 1 },
      ],
    };
    expect(overlay(file, { AddrPools: [{ Name: 'hangzhou', min: 2 }, { Name: 'shanghai' }] })).toEqual({
      AddrPools: [{ Name: 'beijing', min: 1 }, { Name: 'hangzhou', min: 2 }, { Name: 'shanghai' }],
    });
  });

  test('replaces other lists whole, and named ones by an empty list', () => {
    expect(overlay({ ports: [1, 2] }, { ports: [3] })).toEqual({ ports: [3] });
    expect(overlay({ populations: [{ name: 'jvm' }] }, { populations: [] })).toEqual({ populations: [] });
  });

  test('stands where the scenario says it, whatever its place in the merged list', () => {
    const file = { pools: [{ name: 'beijing' }, { name: 'hangzhou' }], ports: [1] };
    const changes = { pools: [{ name: 'hangzhou', min: 2 }, { name: 'shanghai' }], ports: [2, 3] };
    const merged = overlay(file, changes);
    const placeOf = (...path: (string | number)[]) => placeInChanges(merged, changes, path);
    expect(placeOf('pools', 1, 'min')).toEqual(['pools', 0, 'min']);
    expect(placeOf('pools', 2, 'name')).toEqual(['pools', 1, 'name']);
    expect(placeOf('pools', 0, 'min')).toEqual(['pools']);
    expect(placeOf('ports', 1)).toEqual(['ports', 1]);
    expect(placeOf('elsewhere', 'below')).toEqual(['elsewhere', 'below']);
  });

  test('may name an item that the file does not have', () => {
    const file = { pools: [{ name: 'beijing', nodes: [{ name: 'a' }] }], empty: [] };
    const changes = {
      pools: [{ name: 'bejing' }, { name: 'beijing', nodes: [{ name: 'b' }] }],
      empty: [{ name: 'first' }],
    };
    const added = (...path: (string | number)[]) => appendedAt(file, changes, path);
    expect(added('pools', 0, 'min')).toEqual({ name: 'bejing', known: ['beijing'] });
    expect(added('pools', 1, 'min')).toBeUndefined();
    expect(added('pools', 1, 'nodes', 0)).toEqual({ name: 'b', known: ['a'] });
    expect(added('empty', 0)).toBeUndefined();
    expect(added('elsewhere', 0, 'x')).toBeUndefined();
  });

  test('leaves the file as it was', () => {
    const file = { a: { b: 1 } };
    overlay(file, { a: { b: 2 } });
    expect(file).toEqual({ a: { b: 1 } });
  });
});
