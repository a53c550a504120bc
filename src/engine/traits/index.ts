import { env } from './env.ts';
import { jsonMergePatch } from './json-merge-patch.ts';
import { annotations, labels } from './metadata.ts';
import { scaler } from './scaler.ts';
import type { TraitDefinition } from './trait.ts';

/** Every trait that there is, by the type that components name. */
export const traitDefinitions: ReadonlyMap<string, TraitDefinition> = new Map([
  ['annotations', annotations],
  ['env', env],
  ['json-merge-patch', jsonMergePatch],
  ['labels', labels],
  ['scaler', scaler],
]);
