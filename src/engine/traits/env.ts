import * as z from 'zod';
import { decode } from '../model.ts';
import { container, withContainer } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const variables = {
  env: z.record(z.string(), z.string('values must be strings')),
  /** All variables that are there are dropped first. */
  replace: z.boolean().default(false),
  unset: z.array(z.string()).default([]),
};

const one = z.object({ containerName: z.string().default(''), ...variables });
const several = z.object({ containers: z.array(one.extend({ containerName: z.string().min(1) })) });

type Variables = z.infer<typeof one>;
type Variable = { name: string; value?: string; valueFrom?: unknown };

/** Sets environment variables of containers: of the component's namesake, unless `containerName` says another. */
export const env: TraitDefinition = {
  apply(workload, properties, component) {
    const isSeveral = typeof properties === 'object' && properties !== null && 'containers' in properties;
    const settings = isSeveral
      ? decode(several, properties, 'env').containers
      : [decode(one, properties ?? {}, 'env')];
    return settings.reduce((object, setting) => {
      const name = setting.containerName || component;
      const target = container(object, name);
      const merged = merge((target['env'] as Variable[] | undefined) ?? [], setting);
      return withContainer(object, name, { ...target, env: merged });
    }, workload);
  },
};

/** Variables that are there keep their place; new ones follow, sorted by name. */
function merge(present: readonly Variable[], { env: values, replace, unset }: Variables): Variable[] {
  const kept = (replace ? [] : present)
    .filter(({ name }) => !unset.includes(name))
    .map(variable => (Object.hasOwn(values, variable.name) ? given(values, variable.name) : variable));
  const names = new Set([...unset, ...kept.map(({ name }) => name)]);
  const added = Object.keys(values).filter(name => !names.has(name));
  return [...kept, ...added.sort().map(name => given(values, name))];
}

function given(values: Readonly<Record<string, string>>, name: string): Variable {
  return { name, value: values[name] as string };
}
