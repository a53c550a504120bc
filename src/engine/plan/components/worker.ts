import * as z from 'zod';
import type { KubeObject } from '../../../kube/objects.ts';
import { COMPONENT, decode, OWNER_NAME } from '../../model.ts';
import { environment, healthProbe, withProbeDefaults } from '../container-schemas.ts';
import { deploymentHealth } from '../health.ts';
import type { RenderContext } from '../traits/trait.ts';
import { joinable } from '../unify.ts';
import type { ComponentDefinition } from './component.ts';
import { ofVolumeMounts, ofVolumes, volumeMountsSchema, volumesSchema } from './volumes.ts';

/** What workers and webservices have in common. */
export const workloadShape = {
  image: z.string(),
  imagePullSecrets: z.array(z.string()).optional(),
  cmd: z.array(z.string()).optional(),
  env: environment.optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  volumeMounts: volumeMountsSchema.optional(),
  volumes: volumesSchema.optional(),
};

const schema = z.object({
  ...workloadShape,
  imagePullPolicy: z.string().optional(),
  livenessProbe: healthProbe.optional(),
  readinessProbe: healthProbe.optional(),
});

/** A Deployment of one container that nobody asks anything. */
export const worker: ComponentDefinition = {
  render(properties, context) {
    const { livenessProbe, readinessProbe, ...given } = decode(schema, properties ?? {}, 'worker');
    const probes = {
      livenessProbe: withProbeDefaults(livenessProbe),
      readinessProbe: withProbeDefaults(readinessProbe),
    };
    return { workload: deployment(context, given, probes), outputs: {} };
  },
  health: deploymentHealth,
};

type Given = z.output<z.ZodObject<typeof workloadShape>> & {
  readonly imagePullPolicy?: string | undefined;
  readonly limit?: { readonly cpu?: string | undefined; readonly memory?: string | undefined } | undefined;
};

/** The Deployment; `more` are further fields of the container, of the pod and of its metadata. */
export function deployment(
  { name, application }: RenderContext,
  given: Given,
  container: object,
  pod: object = {},
  metadata: object = {},
): KubeObject {
  const { image, imagePullPolicy, cmd, env, cpu, memory, limit = {}, imagePullSecrets } = given;
  const storage = given.volumeMounts
    ? ofVolumeMounts(given.volumeMounts)
    : given.volumes && ofVolumes(given.volumes);
  const selector = { [COMPONENT]: name };
  const resources = {
    requests: { cpu, memory },
    limits: { cpu: cpu && (limit.cpu ?? cpu), memory: memory && (limit.memory ?? memory) },
  };
  return joinable({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { [OWNER_NAME]: application, ...selector }, ...metadata },
        spec: {
          containers: [
            {
              name,
              image,
              ...container,
              imagePullPolicy,
              command: cmd,
              env,
              resources: cpu === undefined && memory === undefined ? undefined : resources,
              volumeMounts: storage?.volumeMounts,
            },
          ],
          ...pod,
          imagePullSecrets: imagePullSecrets?.map(secret => ({ name: secret })),
          volumes: storage?.volumes,
        },
      },
    },
  }) as KubeObject;
}
