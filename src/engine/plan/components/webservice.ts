import * as z from 'zod';
import { COMPONENT, decode, OWNER_NAME } from '../../model.ts';
import { hostAliases, webHealthProbe, withProbeDefaults } from '../container-schemas.ts';
import { deploymentHealth } from '../health.ts';
import { portName } from '../traits/expose.ts';
import { unify } from '../unify.ts';
import type { ComponentDefinition } from './component.ts';
import { deployment, workloadShape } from './worker.ts';

const texts = z.record(z.string(), z.string());
const port = z.object({
  port: z.int(),
  containerPort: z.int().optional(),
  name: z.string().optional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
  expose: z.boolean().default(false),
  nodePort: z.int().optional(),
});

const schema = z.object({
  ...workloadShape,
  labels: texts.optional(),
  annotations: texts.optional(),
  imagePullPolicy: z.enum(['Always', 'Never', 'IfNotPresent']).optional(),
  port: z.int().optional(),
  ports: z.array(port).optional(),
  exposeType: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP'),
  addRevisionLabel: z
    .literal(false, 'the revision label holds a hash that only KubeVela can compute; leave it out')
    .default(false),
  args: z.array(z.string()).optional(),
  limit: z.object({ cpu: z.string().optional(), memory: z.string().optional() }).optional(),
  livenessProbe: webHealthProbe.optional(),
  readinessProbe: webHealthProbe.optional(),
  hostAliases: hostAliases.optional(),
});

type Port = z.output<typeof port>;

const DISABLE_HEALTH_CHECK = 'app.oam.dev/disable-health-check';

/** A Deployment of one container and, where a port is exposed, a Service. */
export const webservice: ComponentDefinition = {
  render(properties, context) {
    const { labels, annotations, ports, args, livenessProbe, readinessProbe, ...given } = decode(
      schema,
      properties ?? {},
      'webservice',
    );
    const own = { [OWNER_NAME]: context.application, [COMPONENT]: context.name };
    const containerPorts =
      ports?.map(containerPort) ?? (given.port === undefined ? undefined : [{ containerPort: given.port }]);
    const exposed = (ports ?? []).filter(({ expose }) => expose);
    return {
      workload: deployment(
        context,
        given,
        {
          args,
          ports: containerPorts,
          livenessProbe: withProbeDefaults(livenessProbe),
          readinessProbe: withProbeDefaults(readinessProbe),
        },
        { hostAliases: given.hostAliases },
        { labels: unify(own, labels ?? {}, 'labels'), annotations },
      ),
      outputs:
        exposed.length === 0
          ? {}
          : {
              webserviceExpose: {
                apiVersion: 'v1',
                kind: 'Service',
                metadata: { name: context.name },
                spec: {
                  selector: { [COMPONENT]: context.name },
                  ports: exposed.map(each => servicePort(each, given.exposeType)),
                  type: given.exposeType,
                },
              },
            },
    };
  },

  health(workload) {
    const health = deploymentHealth(workload);
    const isExempt = workload.metadata.annotations?.[DISABLE_HEALTH_CHECK] !== undefined;
    return isExempt ? { ...health, healthy: true } : health;
  },
};

function nameOf({ name, containerPort: inside, port: outside, protocol }: Port): string {
  return name ?? portName(inside ?? outside, protocol);
}

function containerPort(given: Port) {
  const { containerPort: inside, port: outside, protocol } = given;
  return { containerPort: inside ?? outside, protocol, name: nameOf(given) };
}

function servicePort(given: Port, exposeType: string) {
  const { port: outside, containerPort: inside, protocol, nodePort } = given;
  return {
    port: outside,
    targetPort: inside ?? outside,
    name: nameOf(given),
    protocol,
    ...(nodePort !== undefined && exposeType === 'NodePort' ? { nodePort } : {}),
  };
}
