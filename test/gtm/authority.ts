import { nothing } from '../../src/gtm/dns/message.ts';
import { type Authority, TYPE } from '../../src/gtm/dns/types.ts';
import type { DnsAnswer } from '../../src/runtime/network.ts';

/** A name server that answers questions for IPv4 addresses as it is told, and with an empty answer any other. */
export function authorityOf(answer: (name: string) => DnsAnswer): Authority {
  return {
    find({ name, type }) {
      const { rcode, addresses, ttlSeconds: ttl } = answer(name);
      const found = { ...nothing(rcode), authoritative: rcode === 'NOERROR' || rcode === 'NXDOMAIN' };
      if (addresses.length === 0 || type !== TYPE.A) return found;
      return { ...found, answers: [{ owner: name, type: 'A', ttl, data: addresses }] };
    },
  };
}
