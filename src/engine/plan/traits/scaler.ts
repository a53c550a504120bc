import * as z from 'zod';
import type { KubeObject } from '../../../kube/objects.ts';
import { decode } from '../../model.ts';
import { replacing, unify } from '../unify.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.object({ replicas: z.int('must be a whole number').default(1) });

/** Sets the number of replicas, 1 unless given. */
export const scaler: TraitDefinition = {
  apply(workload, properties) {
    const { replicas } = decode(schema, properties ?? {}, 'scaler');
    return unify(workload, { spec: { replicas: replacing(replicas) } }) as KubeObject;
  },
};
