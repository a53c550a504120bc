import * as z from 'zod';
import { PLACES } from '../runtime/network.ts';
import { suggestion } from '../runtime/suggest.ts';
import { duration, type SchemaProblem, share, tellProblems } from '../runtime/yaml.ts';
import { ENGINES } from './engines.ts';

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
const shape = z.strictObject({
  cities: z
    .array(z.strictObject({ name, centres: z.array(centre).min(1).max(20) }))
    .min(1)
    .max(20),
  engine: z.enum(ENGINES).default('liangdi'),
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

export const topologySchema = shape.superRefine((topology, context) =>
  tellProblems([...ambiguities(topology), ...linksToNowhere(topology)], context),
);

export type Topology = z.infer<typeof shape>;
export type Centre = Topology['cities'][number]['centres'][number];

/** Every centre, in the order of the file. */
export function centresOf(topology: Topology): readonly Centre[] {
  return topology.cities.flatMap(city => city.centres);
}

/** What a link's end may be: every place, or a city for its centres. Below some of them there are more. */
export function placesOf(topology: Topology): readonly string[] {
  const cities = topology.cities.map(city => city.name);
  return ['*', ...PLACES, ...new Set([...cities, ...centresOf(topology).map(centre => centre.name)])];
}

/** A name stands for one city or centre, an address for one centre. */
function* ambiguities({ cities }: Topology): Generator<SchemaProblem> {
  const taken = new Map(PLACES.map(place => [place, 'a place that is always there']));
  for (const [i, city] of cities.entries()) {
    const other = taken.get(city.name);
    if (other !== undefined)
      yield { path: ['cities', i, 'name'], message: `"${city.name}" is already the name of ${other}` };
    taken.set(city.name, 'a city');
  }
  const addresses = new Map<string, string>();
  for (const [i, { name: cityName, centres }] of cities.entries())
    for (const [j, { name: centreName, address }] of centres.entries()) {
      const path = ['cities', i, 'centres', j];
      const other = taken.get(centreName);
      // A city of one centre may be called as its centre is: both names mean the same.
      if (other !== undefined && !(centreName === cityName && centres.length === 1))
        yield { path: [...path, 'name'], message: `"${centreName}" is already the name of ${other}` };
      taken.set(centreName, 'another centre');
      const holder = addresses.get(address);
      if (holder !== undefined)
        yield { path: [...path, 'address'], message: `${address} is already the address of ${holder}` };
      addresses.set(address, centreName);
    }
}

function* linksToNowhere(topology: Topology): Generator<SchemaProblem> {
  const places = placesOf(topology);
  for (const [i, link] of topology.links.entries())
    for (const end of ['from', 'to'] as const) {
      if (places.includes(link[end]) || /^(vantage|clients|resolver)\/./.test(link[end])) continue;
      yield {
        path: ['links', i, end],
        message: `no place is named "${link[end]}"${suggestion(link[end], places)}`,
      };
    }
}
