import type { DnsAnswer } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import type { ResolvedGtm } from './model.ts';
import type { Decision, WeightedAddress } from './route.ts';

/** Seconds that resolvers may keep "no such name or record" (RFC 2308 §5): short, so that a mistake heals soon. */
export const NEGATIVE_TTL = 10;

/** What a name is to this instance's name servers. */
export type NameKind = 'served' | 'empty' | 'unknown' | 'foreign';

/**
 * Names compare without regard to case (RFC 4343). A name above a served one exists without records of its own
 * (RFC 8020): it is `empty`, not `unknown`.
 */
export function nameKind(gtm: ResolvedGtm, name: string): NameKind {
  const asked = name.toLowerCase().replace(/\.$/, '');
  const served = [gtm.businessName, gtm.accessDomain];
  if (served.includes(asked)) return 'served';
  if (!isWithin(asked, gtm.zone)) return 'foreign';
  return asked === gtm.zone || served.some(one => isWithin(one, asked)) ? 'empty' : 'unknown';
}

function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** The name servers' answer to a question of type A, given what is published. */
export function compose(gtm: ResolvedGtm, name: string, published: Decision, random: Random): DnsAnswer {
  // Almost every question is this one.
  const kind = name === gtm.businessName ? 'served' : nameKind(gtm, name);
  const negative = { addresses: [], ttlSeconds: Math.min(NEGATIVE_TTL, gtm.ttlSeconds) };
  switch (kind) {
    case 'foreign':
      return { rcode: 'REFUSED', addresses: [], ttlSeconds: 0 };
    case 'unknown':
      return { rcode: 'NXDOMAIN', ...negative };
    case 'empty':
      return { rcode: 'NOERROR', ...negative };
    case 'served': {
      const addresses = pick(published, random);
      if (addresses.length === 0) return { rcode: 'NOERROR', ...negative };
      return { rcode: 'NOERROR', addresses, ttlSeconds: gtm.ttlSeconds };
    }
  }
}

/** All addresses in random order, for clients take the first; or one by weight. */
function pick({ answer, addresses }: Decision, random: Random): readonly string[] {
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
