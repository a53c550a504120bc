import * as z from 'zod';
import { COMPONENT, decode } from '../../model.ts';
import type { TraitDefinition } from './trait.ts';

const texts = z.record(z.string(), z.string());
const schema = z.object({
  port: z.array(z.int()).optional(),
  ports: z
    .array(
      z.object({
        port: z.int(),
        name: z.string().optional(),
        protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
        nodePort: z.int().optional(),
      }),
    )
    .optional(),
  annotations: texts.default({}),
  matchLabels: texts.optional(),
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).default('ClusterIP'),
});

/** A Service before the component's pods. */
export const expose: TraitDefinition = {
  stage: 'PostDispatch',

  outputs(properties, { name }) {
    const { port, ports, annotations, matchLabels, type } = decode(schema, properties ?? {}, 'expose');
    const named = ports?.map(({ nodePort, ...each }) => ({
      ...each,
      targetPort: each.port,
      name: each.name ?? portName(each.port, each.protocol),
      ...(nodePort !== undefined && type === 'NodePort' ? { nodePort } : {}),
    }));
    const plain = port?.map(each => ({ name: portName(each), port: each, targetPort: each }));
    return {
      service: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, annotations },
        spec: {
          selector: matchLabels ?? { [COMPONENT]: name },
          ...((named ?? plain) && { ports: named ?? plain }),
          type,
        },
      },
    };
  },

  health(outputs) {
    const service = outputs.find(({ kind }) => kind === 'Service');
    const type = service?.spec?.['type'];
    if (type === 'ClusterIP') return { healthy: true, message: `ClusterIP: ${service?.spec?.['clusterIP']}` };
    if (type !== 'LoadBalancer') return { healthy: true };
    const ip = service?.status?.['loadBalancer']?.ingress?.[0]?.ip;
    return ip === undefined
      ? { healthy: false, message: 'ExternalIP: Pending' }
      : { healthy: true, message: `ExternalIP: ${ip}` };
  },
};

/** As the generated ports of Services and containers are called. */
export function portName(port: number, protocol = 'TCP'): string {
  return protocol === 'TCP' ? `port-${port}` : `port-${port}-${protocol.toLowerCase()}`;
}
