import * as z from 'zod';
import { COMPONENT, decode } from '../../model.ts';
import { portName } from './expose.ts';
import type { TraitDefinition } from './trait.ts';

const texts = z.record(z.string(), z.string());
const schema = z.object({
  domain: z.string().optional(),
  http: z.record(z.string(), z.int()).default({}),
  class: z.string().default('nginx'),
  classInSpec: z.boolean().default(false),
  secretName: z.string().optional(),
  gatewayHost: z.string().optional(),
  name: z.string().optional(),
  pathType: z.enum(['ImplementationSpecific', 'Prefix', 'Exact']).default('ImplementationSpecific'),
  annotations: texts.optional(),
  labels: texts.optional(),
  existingServiceName: z.string().optional(),
});

/** An Ingress and, unless there is one, a Service for the component's pods. */
export const gateway: TraitDefinition = {
  outputs(properties, context) {
    const given = decode(schema, properties ?? {}, 'gateway');
    const { domain, secretName, gatewayHost, existingServiceName, classInSpec, pathType } = given;
    if (secretName !== undefined && domain === undefined) {
      throw new Error('gateway: secretName needs a domain to be the certificate of');
    }
    const suffix = given.name === undefined ? '' : `-${given.name}`;
    const name = context.name + suffix;
    const service = existingServiceName ?? name;
    const paths = Object.entries(given.http).sort(([a], [b]) => (a < b ? -1 : 1));
    const legacy = context.clusterMinor < 19;
    return {
      ...(existingServiceName === undefined && {
        [`service${suffix}`]: {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name },
          spec: {
            selector: { [COMPONENT]: context.name },
            ports: paths.map(([, port]) => ({ name: portName(port), port, targetPort: port })),
          },
        },
      }),
      [`ingress${suffix}`]: {
        apiVersion: legacy ? 'networking.k8s.io/v1beta1' : 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: {
          name,
          annotations: {
            ...(classInSpec ? {} : { 'kubernetes.io/ingress.class': given.class }),
            ...(gatewayHost === undefined ? {} : { 'ingress.controller/host': gatewayHost }),
            ...given.annotations,
          },
          labels: { ...given.labels },
        },
        spec: {
          ...(classInSpec ? { ingressClassName: given.class } : {}),
          ...(secretName === undefined ? {} : { tls: [{ hosts: [domain], secretName }] }),
          rules: [
            {
              ...(domain === undefined ? {} : { host: domain }),
              http: {
                paths: paths.map(([path, port]) => ({
                  path,
                  pathType,
                  backend: legacy
                    ? { serviceName: service, servicePort: port }
                    : { service: { name: service, port: { number: port } } },
                })),
              },
            },
          ],
        },
      },
    };
  },

  health(outputs) {
    const ingress = outputs.find(({ kind }) => kind === 'Ingress');
    if (ingress === undefined) return { healthy: false };
    const host: string | undefined = ingress.spec?.['rules']?.[0]?.host;
    return {
      healthy: true,
      message:
        host === undefined
          ? 'Host not specified, visit the cluster or load balancer in front of the cluster\n'
          : `Visiting URL: ${host}\n`,
    };
  },
};
