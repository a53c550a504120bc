import * as z from 'zod';
import { decode } from '../../model.ts';
import { environment } from '../container-schemas.ts';
import { fallback, keyed } from '../unify.ts';
import { withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const pullPolicy = z.enum(['IfNotPresent', 'Always', 'Never']);
const schema = z.object({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: pullPolicy.optional(),
  cmd: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: environment.optional(),
  mountName: z.string().default('workdir'),
  appMountPath: z.string(),
  initMountPath: z.string(),
  extraVolumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

const PULL_POLICY = fallback('IfNotPresent', other => pullPolicy.safeParse(other).success);

/** Adds an init container that shares a volume with the component's namesake container. */
export const initContainer: TraitDefinition = {
  apply(workload, properties, { name }) {
    const { cmd, mountName, appMountPath, initMountPath, extraVolumeMounts, ...container } = decode(
      schema,
      properties ?? {},
      'init-container',
    );
    return withPodSpec(workload, {
      containers: keyed('name', [
        { name, volumeMounts: keyed('name', [{ name: mountName, mountPath: appMountPath }]) },
      ]),
      initContainers: keyed('name', [
        {
          imagePullPolicy: PULL_POLICY,
          ...container,
          command: cmd,
          volumeMounts: keyed('name', [{ name: mountName, mountPath: initMountPath }, ...extraVolumeMounts]),
        },
      ]),
      volumes: keyed('name', [{ name: mountName, emptyDir: {} }]),
    });
  },
};
