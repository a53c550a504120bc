import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Component } from '../../../src/engine/application.ts';
import { decode } from '../../../src/engine/model.ts';
import { applyOverride, overrideSchema } from '../../../src/engine/plan/policies/override.ts';

const override = (properties: unknown) => decode(overrideSchema, properties, 'override');
const component = (name: string, more: Partial<Component> = {}): Component => ({
  name,
  type: 'ref-objects',
  ...more,
});
const names = (components: readonly Component[]) => components.map(({ name }) => name);

describe('an override', () => {
  it('merges maps and replaces everything else', () => {
    const base = [component('web', { properties: { a: { x: 1, y: [1, 2] }, b: 1, c: [1] } })];
    const patch = {
      components: [{ name: 'web', properties: { a: { y: [3], z: null }, b: { k: 1 }, c: [] } }],
    };
    expect(applyOverride(base, override(patch))[0]?.properties).toEqual({
      a: { x: 1, y: [3], z: null },
      b: { k: 1 },
      c: [],
    });
  });

  it('shares with its base what it does not change', () => {
    const properties = { kept: { deep: [1] }, changed: { a: 1, kept: {} } };
    const base = [component('web', { properties, traits: [{ type: 'env', properties }] })];
    const patch = { components: [{ name: 'web', properties: { changed: { a: 2 } } }] };
    const [merged] = applyOverride(base, override(patch));
    const own = merged?.properties as typeof properties;
    expect(own.kept).toBe(properties.kept);
    expect(own.changed.kept).toBe(properties.changed.kept);
    expect(merged).toMatchObject({ traits: [{ type: 'env', properties }] });
  });

  it('takes a name for a regular expression that matches anywhere, * for any text', () => {
    const base = [component('web'), component('my-web'), component('db')];
    const hit = (name: string) =>
      names(
        applyOverride(base, override({ components: [{ name, properties: { hit: 1 } }] })).filter(
          ({ properties }) => properties !== undefined,
        ),
      );
    expect(hit('web')).toEqual(['web', 'my-web']);
    expect(hit('^web$')).toEqual(['web']);
    expect(hit('*b')).toEqual(['web', 'my-web', 'db']);
    expect(hit('cache')).toEqual(['cache']);
    expect(hit('w.b')).toEqual(['web', 'my-web']);
    expect(hit('y-w')).toEqual(['my-web']);
    expect(hit('(?i)WEB')).toEqual(['web', 'my-web']);
    expect(hit('[')).toEqual([]);
  });

  it('adds, merges and disables traits by type, in place', () => {
    const base = [
      component('web', {
        traits: [
          { type: 'scaler', properties: { replicas: 2 } },
          { type: 'labels', properties: { a: '1' } },
        ],
      }),
    ];
    const traits = [
      { type: 'scaler', disable: true },
      { type: 'labels', properties: { b: '2' } },
      { type: 'env', properties: { env: {} } },
    ];
    expect(applyOverride(base, override({ components: [{ name: 'web', traits }] }))[0]?.traits).toEqual([
      { type: 'labels', properties: { a: '1', b: '2' } },
      { type: 'env', properties: { env: {} } },
    ]);
  });

  it('selects components, in their order', () => {
    const base = [component('web'), component('db'), component('cache')];
    expect(names(applyOverride(base, override({ selector: ['cache', 'web', 'nope'] })))).toEqual([
      'web',
      'cache',
    ]);
    expect(applyOverride(base, override({ selector: [] }))).toEqual([]);
  });

  it('says what cannot be merged, and what it does not know', () => {
    const base = [component('web', { properties: 'text' })];
    const merge = () =>
      applyOverride(base, override({ components: [{ name: 'web', properties: { a: 1 } }] }));
    expect(merge).toThrow('properties of component web must be an object to be merged, not "text"');
    expect(() => override({ component: [] })).toThrow('override: unknown field "component"');
  });
});

describe('for any components and overrides', () => {
  const properties = fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__', 'constructor'),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 3 },
  );
  const trait = fc.record({ type: fc.constantFrom('env', 'scaler', 'labels'), properties });
  const name = fc.constantFrom('web', 'db', 'cache');
  const components = fc.uniqueArray(
    fc.record({
      name,
      type: fc.constant('ref-objects'),
      properties,
      traits: fc.uniqueArray(trait, { maxLength: 3, selector: ({ type }) => type }),
    }),
    { selector: ({ name }) => name, maxLength: 3 },
  );
  const patch = fc
    .array(
      fc.record({
        name,
        properties,
        traits: fc.uniqueArray(trait, { maxLength: 2, selector: ({ type }) => type }),
      }),
      { maxLength: 3 },
    )
    .map(patches => override({ components: patches }));

  it('applying twice is applying once', () => {
    fc.assert(
      fc.property(components, patch, (base, change) => {
        const once = applyOverride(base, change);
        expect(applyOverride(once, change)).toEqual(once);
      }),
    );
  });

  it('nothing that comes in is changed, and nothing leaks into prototypes', () => {
    fc.assert(
      fc.property(components, patch, (base, change) => {
        const before = JSON.stringify([base, change]);
        applyOverride(base, change);
        expect(JSON.stringify([base, change])).toBe(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>)['a']).toBeUndefined();
      }),
    );
  });

  it('every field of the last patch is in the result', () => {
    fc.assert(
      fc.property(components, properties, (base, last) => {
        fc.pre(base.length > 0);
        const [first] = base as unknown as [Component];
        const exact = override({ components: [{ name: `^${first.name}$`, properties: last }] });
        const [merged] = applyOverride(base, exact);
        expect(carries(merged?.properties, last)).toBe(true);
      }),
    );
  });

  it('components that no patch names are the very same', () => {
    fc.assert(
      fc.property(components, patch, (base, change) => {
        const named = new Set((change.components ?? []).map(each => each.name));
        for (const untouched of base.filter(each => !named.has(each.name))) {
          expect(applyOverride(base, change)).toContain(untouched);
        }
      }),
    );
  });
});

function carries(merged: unknown, patch: unknown): boolean {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(patch)) return JSON.stringify(merged) === JSON.stringify(patch);
  return (
    isMap(merged) &&
    Object.keys(patch).every(key => Object.hasOwn(merged, key) && carries(merged[key], patch[key]))
  );
}
