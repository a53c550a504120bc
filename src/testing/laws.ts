import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Component } from '../engine/application.ts';
import { withSubSteps } from '../engine/model.ts';
import { nameOf } from '../engine/plan/differences.ts';
import { clustersOf, objectsFor } from '../engine/plan/objects.ts';
import { applyOverride, namePattern, type Override } from '../engine/plan/policies/override.ts';
import { isObject } from '../kube/json.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Design } from './design.ts';

/** Something that should be true of a design. */
export interface Law {
  readonly name: string;
  /** Throws a LawError that says where it does not hold. */
  check(design: Design): void;
}

export class LawError extends Error {
  override readonly name = 'LawError';
}

function fail(problems: readonly string[]): void {
  if (problems.length > 0) throw new LawError(problems.join('\n'));
}

/** Which of the components an override changes. */
function changedBy(override: Override, components: readonly Component[]): string[] {
  const after = applyOverride(components, override);
  const before = new Map(components.map(component => [component.name, component]));
  return after
    .filter(
      ({ name }) =>
        !isDeepStrictEqual(plain(before.get(name)), plain(after.find(each => each.name === name))),
    )
    .map(({ name }) => name);
}

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** Whether an override's own text names the component: by its name, a pattern of it, or for all. */
function names(override: Override, component: string): boolean {
  return (override.components ?? []).some(
    ({ name }) => name === '' || name === component || namePattern(name)(component),
  );
}

export const onlyWhatItNames: Law = {
  name: 'an override never touches what it does not name',
  check({ plan, overrides }) {
    const { components } = plan.context;
    fail(
      [...overrides].flatMap(([policy, override]) =>
        changedBy(override, components)
          .filter(component => !names(override, component))
          .map(component => `${policy} changes ${component}, which it does not name`),
      ),
    );
  },
};

/** A pattern is meant for one component and fits others, too: the commonest slip. */
export const exactNames: Law = {
  name: 'an override that names a component changes no other',
  check({ plan, overrides }) {
    const { components } = plan.context;
    fail(
      [...overrides].flatMap(([policy, override]) =>
        (override.components ?? []).flatMap(({ name }) => {
          if (!components.some(component => component.name === name)) return [];
          const alone = { components: (override.components ?? []).filter(each => each.name === name) };
          return changedBy(alone, components)
            .filter(changed => changed !== name)
            .map(changed => `${policy}: "${name}" fits ${changed}, too; write "^${name}$"`);
        }),
      ),
    );
  },
};

export const idempotent: Law = {
  name: 'an override that is applied twice changes nothing more',
  check({ plan, overrides }) {
    const { components } = plan.context;
    fail(
      [...overrides].flatMap(([policy, override]) => {
        const once = applyOverride(components, override);
        return isDeepStrictEqual(plain(once), plain(applyOverride(once, override)))
          ? []
          : [`${policy} changes more when it is applied again`];
      }),
    );
  },
};

export const commuting: Law = {
  name: 'overrides of different components can come in any order',
  check({ plan, overrides }) {
    const { components } = plan.context;
    const all = [...overrides];
    fail(
      all.flatMap(([left, a], index) =>
        all.slice(index + 1).flatMap(([right, b]) => {
          if (a.selector != null || b.selector != null) return [];
          const touched = changedBy(a, components);
          if (changedBy(b, components).some(component => touched.includes(component))) return [];
          const byName = (list: readonly Component[]) => [...list].sort((x, y) => (x.name < y.name ? -1 : 1));
          const one = byName(applyOverride(applyOverride(components, a), b));
          const other = byName(applyOverride(applyOverride(components, b), a));
          return isDeepStrictEqual(plain(one), plain(other))
            ? []
            : [`${left} and ${right} depend on their order`];
        }),
      ),
    );
  },
};

export const placed: Law = {
  name: 'each centre gets exactly what its placements say',
  check({ plan }) {
    const steps = withSubSteps(plan.steps);
    fail(
      steps.flatMap(({ name, error, waiting, placements, dispatch }) => {
        if (error !== undefined || waiting !== undefined) return [`step ${name}: ${error ?? waiting}`];
        if (placements.length === 0) return [];
        const meant = new Set(placements.map(({ cluster }) => cluster));
        const served = new Set(dispatch.map(({ cluster }) => cluster));
        return [
          ...dispatch
            .filter(({ cluster }) => !meant.has(cluster))
            .map(
              ({ cluster, component }) =>
                `step ${name}: ${component} goes to ${cluster}, which no topology names`,
            ),
          ...[...meant]
            .filter(cluster => !served.has(cluster))
            .map(cluster => `step ${name}: nothing goes to ${cluster}, which a topology names`),
        ];
      }),
    );
  },
};

export const sameConfigurationKeys: Law = {
  name: 'every centre keeps the same set of configuration keys',
  check({ plan }) {
    const clusters = clustersOf(plan);
    const [first, ...others] = clusters;
    if (first === undefined) return;
    const maps = (cluster: string) => objectsFor(plan, cluster).filter(({ kind }) => kind === 'ConfigMap');
    fail(
      others.flatMap(cluster =>
        maps(cluster).flatMap(object => {
          const base = maps(first).find(each => nameOf(each) === nameOf(object));
          if (base === undefined) return [];
          const [has, had] = [keysOf(object), keysOf(base)];
          const lacks = had
            .filter(key => !has.includes(key))
            .map(key => `${cluster}: ${nameOf(object)} lacks ${key}`);
          const adds = has
            .filter(key => !had.includes(key))
            .map(key => `${cluster}: ${nameOf(object)} has ${key}, which ${first} has not`);
          return [...lacks, ...adds];
        }),
      ),
    );
  },
};

/** The keys of a ConfigMap, and those inside its values where they are maps in YAML or JSON. */
function keysOf({ data }: KubeObject): string[] {
  return Object.entries(data ?? {}).flatMap(([key, text]) => [
    key,
    ...inner(text).map(name => `${key}: ${name}`),
  ]);
}

function inner(text: string): string[] {
  try {
    return pathsOf(parse(text, { logLevel: 'silent' }));
  } catch {
    return [];
  }
}

function pathsOf(value: unknown): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    key,
    ...pathsOf(part).map(path => `${key}.${path}`),
  ]);
}

/** All laws. */
export const laws: readonly Law[] = [
  onlyWhatItNames,
  exactNames,
  idempotent,
  commuting,
  placed,
  sameConfigurationKeys,
];
