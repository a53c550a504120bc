import * as z from 'zod';
import { decode } from '../../model.ts';
import { hostAliases } from '../container-schemas.ts';
import { keyed } from '../unify.ts';
import { withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.object({ hostAliases: hostAliases.default([]) });

/** Adds lines to the pods' hosts file. */
export const hostalias: TraitDefinition = {
  apply: (workload, properties) =>
    withPodSpec(workload, {
      hostAliases: keyed('ip', decode(schema, properties ?? {}, 'hostalias').hostAliases),
    }),
};
