import * as z from 'zod';
import { decode } from '../../model.ts';
import { environment, healthProbe, withProbeDefaults } from '../container-schemas.ts';
import { keyed } from '../unify.ts';
import { withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.object({
  name: z.string(),
  image: z.string(),
  cmd: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: environment.optional(),
  volumes: z.array(z.object({ name: z.string(), path: z.string() })).optional(),
  livenessProbe: healthProbe.optional(),
  readinessProbe: healthProbe.optional(),
});

/** Adds a container; one of its name that is there must not contradict it. */
export const sidecar: TraitDefinition = {
  apply(workload, properties) {
    const { cmd, volumes, livenessProbe, readinessProbe, ...container } = decode(
      schema,
      properties ?? {},
      'sidecar',
    );
    const volumeMounts = volumes?.map(({ name, path }) => ({ name, mountPath: path }));
    return withPodSpec(workload, {
      containers: keyed('name', [
        {
          ...container,
          livenessProbe: withProbeDefaults(livenessProbe),
          readinessProbe: withProbeDefaults(readinessProbe),
          command: cmd,
          volumeMounts,
        },
      ]),
    });
  },
};
