import * as z from 'zod';
import { duration, share } from '../runtime/yaml.ts';

/** A place name: what DNS-1123 allows, as Kubernetes names clusters. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a lower-case DNS label');

const centre = z.strictObject({
  name,
  /** The public IPv4 address before the centre's ingress; the kind lab finds its own. */
  address: z.ipv4(),
  nodes: z.int().min(1).max(100).default(3),
});

/**
 * The cities, their centres (one Kubernetes cluster each), the hub and the links between them: `clusters/topology.yaml`.
 * Link ends are places (see src/runtime/network.ts), city names, or `*`; a link covers both directions.
 */
export const topologySchema = z.strictObject({
  cities: z
    .array(z.strictObject({ name, centres: z.array(centre).min(1).max(20) }))
    .min(1)
    .max(20),
  /** What one web-demo pod can do: requests in service at once, time for one, and how many may wait. */
  pod: z.strictObject({
    inService: z.int().min(1),
    serviceTime: duration,
    queue: z.int().min(0),
  }),
  links: z
    .array(
      z.strictObject({
        from: z.string(),
        to: z.string(),
        latency: duration,
        jitter: duration.default(0),
        loss: share.default(0),
      }),
    )
    .default([]),
});

export type Topology = z.infer<typeof topologySchema>;
export type Centre = Topology['cities'][number]['centres'][number];

/** Every centre, in the order of the file. */
export function centresOf(topology: Topology): readonly Centre[] {
  return topology.cities.flatMap(city => city.centres);
}
