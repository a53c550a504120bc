import * as z from 'zod';
import { replacing } from '../unify.ts';
import { containerTrait } from './containers.ts';

type Variable = { name: string; value?: string; valueFrom?: unknown };

/** Sets environment variables. Those that are there keep their place; new ones follow, sorted by name. */
export const env = containerTrait(
  'env',
  {
    env: z.record(z.string(), z.string('values must be strings')).default({}),
    /** All variables that are there are dropped first. */
    replace: z.boolean().default(false),
    unset: z.array(z.string()).default([]),
  },
  (container, { env: values, replace, unset }) => {
    const present = (container['env'] as Variable[] | undefined) ?? [];
    const kept = replace ? [] : present.filter(({ name }) => !unset.includes(name));
    const names = new Set([...unset, ...kept.map(({ name }) => name)]);
    const added = Object.keys(values).filter(name => !names.has(name));
    return {
      env: replacing([
        ...kept.map(variable =>
          Object.hasOwn(values, variable.name) ? given(values, variable.name) : source(variable),
        ),
        ...added.sort().map(name => given(values, name)),
      ]),
    };
  },
);

function given(values: Readonly<Record<string, string>>, name: string): Variable {
  return { name, value: values[name] as string };
}

function source({ name, value, valueFrom }: Variable): Variable {
  return {
    name,
    ...(value === undefined ? {} : { value }),
    ...(valueFrom === undefined ? {} : { valueFrom }),
  };
}
