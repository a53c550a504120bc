import * as z from 'zod';
import { isObject, own, put } from '../../kube/json.ts';
import type { Component, Trait } from '../application.ts';
import { PlanError } from '../model.ts';

const trait = z.strictObject({
  type: z.string().default(''),
  properties: z.unknown().optional(),
  disable: z.boolean().nullish(),
});

export const overrideSchema = z.strictObject({
  components: z
    .array(
      z.strictObject({
        name: z.string().default(''),
        type: z.string().default(''),
        properties: z.unknown().optional(),
        traits: z.array(trait).nullish(),
        externalRevision: z.string().nullish(),
      }),
    )
    .nullish(),
  selector: z.array(z.string()).nullish(),
});

export type Override = z.infer<typeof overrideSchema>;
type ComponentPatch = NonNullable<Override['components']>[number];

/**
 * Applies an override policy to an application's components. Components that it does not touch come back as they are;
 * nothing that comes in is changed. Throws PlanError where properties are not objects.
 */
export function applyOverride(components: readonly Component[], override: Override): Component[] {
  const merged = new Map(components.map(component => [component.name, component]));
  const order = components.map(component => component.name);
  for (const patch of override.components ?? []) {
    const targets = patch.name === '' ? order : order.filter(namePattern(patch.name));
    for (const name of new Set(targets)) {
      const component = merged.get(name);
      if (component !== undefined) merged.set(name, overridden(component, patch));
    }
    if (patch.name !== '' && targets.length === 0 && /[a-z]/.test(patch.name)) {
      merged.set(patch.name, added(patch));
      order.push(patch.name);
    }
  }
  const { selector } = override;
  const selected = selector == null ? order : order.filter(name => selector.includes(name));
  return selected.flatMap(name => merged.get(name) ?? []);
}

function overridden(component: Component, patch: ComponentPatch): Component {
  if (patch.type === '' || patch.type === component.type) return mergeComponent(component, patch);
  return patch.name === '' ? component : added(patch);
}

/**
 * A name in an override is a regular expression of Go (RE2), matched anywhere in the component's name, in which `*`
 * stands for any text. One that cannot be compiled matches nothing.
 */
export function namePattern(text: string): (name: string) => boolean {
  const [, flag, source = ''] = /^(\(\?i\))?(.*)$/s.exec(text.replaceAll('*', '.*')) ?? [];
  if (NOT_IN_RE2.test(source)) return () => false;
  try {
    const pattern = new RegExp(source, flag === undefined ? '' : 'i');
    return name => pattern.test(name);
  } catch {
    return () => false;
  }
}

/** Looking around and back, which JavaScript knows and RE2 does not. */
const NOT_IN_RE2 = /\(\?<?[=!]|\\[1-9]|\\k</;

function added(patch: ComponentPatch): Component {
  const { name, type, properties, externalRevision } = patch;
  const traits = (patch.traits ?? []).flatMap(({ disable, ...kept }) => (disable ? [] : [kept]));
  return {
    name,
    type,
    ...(properties === undefined ? {} : { properties }),
    ...(externalRevision ? { externalRevision } : {}),
    ...(traits.length === 0 ? {} : { traits }),
  };
}

function mergeComponent(component: Component, patch: ComponentPatch): Component {
  const { traits, ...rest } = component;
  const mergedTraits = mergeTraits(traits ?? [], patch.traits ?? []);
  return {
    ...rest,
    properties: mergeProperties(component.properties, patch.properties, `component ${component.name}`),
    ...(patch.externalRevision ? { externalRevision: patch.externalRevision } : {}),
    ...(mergedTraits.length === 0 ? {} : { traits: mergedTraits }),
  };
}

/** Traits are known by their type: of several with one type the last one counts, at each of their positions. */
function mergeTraits(base: readonly Trait[], patches: readonly z.infer<typeof trait>[]): Trait[] {
  const byType = new Map(base.map(trait => [trait.type, trait]));
  const order = base.map(trait => trait.type);
  for (const { disable, ...patch } of patches) {
    const trait = byType.get(patch.type);
    if (disable) {
      byType.delete(patch.type);
    } else if (trait === undefined) {
      byType.set(patch.type, patch);
      order.push(patch.type);
    } else {
      const properties = mergeProperties(trait.properties, patch.properties, `trait ${patch.type}`);
      byType.set(patch.type, { type: patch.type, properties });
    }
  }
  return order.flatMap(type => byType.get(type) ?? []);
}

function mergeProperties(base: unknown, patch: unknown, where: string): Record<string, unknown> {
  for (const properties of [base, patch]) {
    if (properties != null && !isObject(properties)) {
      throw new PlanError(
        `properties of ${where} must be an object to be merged, not ${JSON.stringify(properties)}`,
      );
    }
  }
  return mergeMaps(isObject(base) ? base : {}, isObject(patch) ? patch : {});
}

/** Maps merge; anything else replaces, null included. */
function mergeMaps(
  base: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const old = own(result, key);
    put(result, key, isObject(value) && isObject(old) ? mergeMaps(old, value) : value);
  }
  return result;
}
