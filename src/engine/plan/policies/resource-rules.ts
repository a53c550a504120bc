import * as z from 'zod';
import { isObject } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Policy } from '../../application.ts';
import { COMPONENT, COMPONENT_TYPE, decode, PlanError, RESOURCE_TYPE, TRAIT_TYPE } from '../../model.ts';

/** Policies that rule how single objects are written, kept and collected. */

const names = z.array(z.string()).nullish();
const selector = z
  .object({
    componentNames: names,
    componentTypes: names,
    oamTypes: names,
    traitTypes: names,
    resourceTypes: names,
    resourceNames: names,
  })
  .default({});

const rulesOf = <S extends z.ZodRawShape>(shape: S) =>
  z.array(z.object({ selector, ...shape } as { selector: typeof selector } & S)).nullish();

const onlyRules = z.object({ rules: rulesOf({}) });

const schemas = {
  'garbage-collect': z.object({
    applicationRevisionLimit: z.int().nullish(),
    keepLegacyResource: z.boolean().nullish(),
    continueOnFailure: z.boolean().nullish(),
    order: z.string().nullish(),
    rules: rulesOf({ strategy: z.string().nullish(), propagation: z.string().nullish() }),
  }),
  'apply-once': z.object({
    enable: z.boolean().nullish(),
    rules: rulesOf({
      strategy: z.object({ path: z.array(z.string()).nullish(), affect: z.string().nullish() }).nullish(),
    }),
  }),
  'shared-resource': onlyRules,
  'take-over': onlyRules,
  'read-only': onlyRules,
  'resource-update': z.object({
    rules: rulesOf({
      strategy: z
        .object({ op: z.string().nullish(), recreateFields: z.array(z.string()).nullish() })
        .nullish(),
    }),
  }),
} as const;

type Type = keyof typeof schemas;

export const RESOURCE_RULE_TYPES = Object.keys(schemas) as readonly Type[];

/** The rules of an application, policies of one type taken together. */
export type ResourceRules = { readonly [T in Type]?: z.output<(typeof schemas)[T]> };

/** Throws PlanError. */
export function resourceRules(policies: readonly Policy[]): ResourceRules {
  const rules: Record<string, unknown> = {};
  for (const type of RESOURCE_RULE_TYPES) {
    const given = policies.filter(policy => policy.type === type && policy.properties != null);
    if (given.length === 0) continue;
    const where = `policy ${given.map(({ name }) => name).join(', ')} (${type})`;
    try {
      const [first, ...others] = given.map(({ properties }) => properties);
      rules[type] = decode(schemas[type], others.reduce(together, first), where);
    } catch (error) {
      throw error instanceof PlanError ? new PlanError(error.message, 'policies') : error;
    }
  }
  return rules as ResourceRules;
}

/** Lists are joined, switches are on when one is; of anything else the first counts. */
function together(base: unknown, patch: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(patch)) return [...base, ...patch];
  if (isObject(base) && isObject(patch)) {
    const merged = Object.entries(patch).map(([key, value]) => [
      key,
      Object.hasOwn(base, key) ? together(base[key], value) : value,
    ]);
    return { ...base, ...Object.fromEntries(merged) };
  }
  return base === false && patch === true ? true : base;
}

/** Of the rules of one policy the first that selects the object. */
export function ruleFor<R extends { readonly selector: z.output<typeof selector> }>(
  policy: { readonly rules?: readonly R[] | null | undefined } | undefined,
  object: KubeObject,
): R | undefined {
  return policy?.rules?.find(rule => selects(rule.selector, object));
}

/** All lists that are given must hold the object's own, and one must be given. */
function selects(given: z.output<typeof selector>, { kind, metadata }: KubeObject): boolean {
  const labels = metadata.labels ?? {};
  const conditions = [
    [given.componentNames, labels[COMPONENT]],
    [given.componentTypes, labels[COMPONENT_TYPE]],
    [given.oamTypes, labels[RESOURCE_TYPE]],
    [given.traitTypes, labels[TRAIT_TYPE]],
    [given.resourceTypes, kind],
    [given.resourceNames, metadata.name],
  ] as const;
  const stated = conditions.filter(([list]) => list != null && list.length > 0);
  return stated.length > 0 && stated.every(([list, value]) => value !== undefined && list?.includes(value));
}
