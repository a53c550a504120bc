import type { Random } from '../runtime/random.ts';
import { type Question, TYPE } from './dns-types.ts';
import { aliasHost, type Host, type Zone } from './dns-zones.ts';
import type { ResolvedGtm } from './model.ts';
import type { Decision, WeightedAddress } from './route.ts';

/** Seconds that resolvers may keep "no such name or record", at most. */
export const NEGATIVE_TTL = 10;

/** Loopback: the glue of an instance that no wire leads to. */
const NO_WIRE = '127.0.0.1';

/** The zones that an instance's names lie in, and its names. `published` is asked for each answer. */
export function namesOf(
  gtm: ResolvedGtm,
  published: () => Decision,
  random: Random,
): { readonly zones: readonly Zone[]; readonly hosts: ReadonlyMap<string, Host> } {
  const { accessDomain, businessName, ttlSeconds, zone } = gtm;
  const access = accessHost(ttlSeconds, published, random);
  const zones = [zoneAt(zone, ttlSeconds)];
  const hosts = new Map([[accessDomain, access]]);
  if (businessName !== accessDomain) {
    const parent = businessName.slice(businessName.indexOf('.') + 1);
    const inside = businessName === zone || businessName.endsWith(`.${zone}`);
    if (!inside) zones.push(zoneAt(parent.includes('.') ? parent : businessName, ttlSeconds));
    // A zone's own name cannot be an alias (RFC 1034 §3.6.2): it answers itself.
    const apex = zones.some(one => one.apex === businessName);
    hosts.set(businessName, apex ? access : aliasHost(accessDomain, ttlSeconds));
  }
  return { zones, hosts };
}

function zoneAt(apex: string, ttlSeconds: number): Zone {
  return { apex, negativeTtl: Math.min(NEGATIVE_TTL, ttlSeconds), nameServer: NO_WIRE };
}

function accessHost(ttl: number, published: () => Decision, random: Random): Host {
  return {
    answer({ type }: Question) {
      if (type !== TYPE.A && type !== TYPE.ANY) return undefined;
      const data = pick(published(), random);
      return data.length > 0 ? { type: 'A', ttl, data, scope: 0 } : undefined;
    },
  };
}

/** All addresses in random order, for clients take the first; or one by weight. */
export function pick({ answer, addresses }: Decision, random: Random): readonly string[] {
  if (addresses.length === 0) return [];
  return answer === 'one' ? [byWeight(addresses, random)] : random.shuffle(addresses.map(one => one.address));
}

function byWeight(addresses: readonly WeightedAddress[], random: Random): string {
  let draw = random.below(addresses.reduce((sum, one) => sum + one.weight, 0));
  for (const { address, weight } of addresses) {
    if (draw < weight) return address;
    draw -= weight;
  }
  throw new RangeError('the draw is below the sum of the weights');
}
