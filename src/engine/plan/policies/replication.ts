import * as z from 'zod';
import type { Component } from '../../application.ts';
import { PlanError, quoted } from '../../model.ts';

export const replicationSchema = z.strictObject({
  keys: z.array(z.string()).nullish(),
  selector: z.array(z.string()).nullish(),
});

type Replication = z.infer<typeof replicationSchema>;

/** Components that replication policies name become one copy a key, after the others. Throws PlanError when one names none. */
export function replicated(
  components: readonly Component[],
  replications: readonly Replication[],
): readonly Component[] {
  if (replications.length === 0) return components;
  const gone = new Set<string>();
  const copies = replications.flatMap(({ keys, selector }) => {
    const chosen = components.filter(({ name }) => selector?.includes(name));
    if (chosen.length === 0) {
      const names = quoted(components.map(({ name }) => name));
      throw new PlanError(`replication policy: no component selected to replicate; there are ${names}`);
    }
    for (const { name } of chosen) gone.add(name);
    return chosen.flatMap(component => (keys ?? []).map(replicaKey => ({ ...component, replicaKey })));
  });
  return [...components.filter(({ name }) => !gone.has(name)), ...copies];
}
