import * as z from 'zod';
import { isObject, type JsonObject, own, put } from '../../../kube/json.ts';
import type { Component, Trait } from '../../application.ts';
import { PlanError } from '../../model.ts';
import { goRegexp } from '../go-regexp.ts';

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
type TraitPatch = z.infer<typeof trait>;
type ComponentPatch = NonNullable<Override['components']>[number];

/**
 * Applies an override policy to an application's components. Components that it does not touch come back as they are;
 * nothing that comes in is changed. Throws PlanError where properties are not objects.
 */
export function applyOverride(components: readonly Component[], override: Override): Component[] {
  const merged = new Map<string, Component>();
  const order: string[] = [];
  for (const component of components) {
    merged.set(component.name, component);
    order.push(component.name);
  }
  for (const patch of override.components ?? []) {
    const isMeant = namePattern(patch.name);
    let found = false;
    for (const [name, component] of merged) {
      if (!isMeant(name)) continue;
      found = true;
      merged.set(name, overridden(component, patch));
    }
    if (!found && /[a-z]/.test(patch.name)) {
      merged.set(patch.name, added(patch));
      order.push(patch.name);
    }
  }
  const { selector } = override;
  const selected = selector == null ? order : order.filter(name => selector.includes(name));
  return inOrder(selected, merged);
}

function inOrder<T>(names: readonly string[], items: ReadonlyMap<string, T>): T[] {
  const found: T[] = [];
  for (const name of names) {
    const item = items.get(name);
    if (item !== undefined) found.push(item);
  }
  return found;
}

function overridden(component: Component, patch: ComponentPatch): Component {
  if (patch.type === '' || patch.type === component.type) return mergeComponent(component, patch);
  return patch.name === '' ? component : added(patch);
}

/**
 * A name in an override is a regular expression of Go, matched anywhere in the component's name, in which `*`
 * stands for any text. One that cannot be compiled matches nothing.
 */
export function namePattern(text: string): (name: string) => boolean {
  if (PLAIN.test(text)) return name => name.includes(text);
  return goRegexp(text.replaceAll('*', '.*')) ?? (() => false);
}

/** Text that stands for itself, as most names do. */
const PLAIN = /^[\w -]*$/;

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
  const traits = mergeTraits(component.traits ?? [], patch.traits ?? []);
  return {
    ...component,
    properties: mergeProperties(component.properties, patch.properties, `component ${component.name}`),
    externalRevision: patch.externalRevision || component.externalRevision,
    traits: traits.length === 0 ? undefined : traits,
  };
}

/** Traits are known by their type: of several with one type the last one counts, at each of their positions. */
function mergeTraits(base: readonly Trait[], patches: readonly TraitPatch[]): readonly Trait[] {
  if (patches.length === 0 && base.length < 2) return base;
  const byType = new Map<string, Trait>();
  const order: string[] = [];
  for (const trait of base) {
    byType.set(trait.type, trait);
    order.push(trait.type);
  }
  for (const { type, properties, disable } of patches) {
    const trait = byType.get(type);
    if (disable) {
      byType.delete(type);
    } else if (trait === undefined) {
      byType.set(type, { type, properties });
      order.push(type);
    } else {
      byType.set(type, { type, properties: mergeProperties(trait.properties, properties, `trait ${type}`) });
    }
  }
  return inOrder(order, byType);
}

function mergeProperties(base: unknown, patch: unknown, where: string): JsonObject {
  return mergeMaps(mapOf(base, where), mapOf(patch, where));
}

function mapOf(properties: unknown, where: string): JsonObject {
  if (properties == null) return {};
  if (isObject(properties)) return properties;
  throw new PlanError(
    `properties of ${where} must be an object to be merged, not ${JSON.stringify(properties)}`,
  );
}

/** Maps merge; anything else replaces, null included. What is not changed is shared with the base. */
function mergeMaps(base: Readonly<JsonObject>, patch: Readonly<JsonObject>): JsonObject {
  const result = { ...base };
  for (const key in patch) {
    const value = patch[key];
    const old = isObject(value) ? own(base, key) : undefined;
    put(result, key, isObject(value) && isObject(old) ? mergeMaps(old, value) : value);
  }
  return result;
}
