import { Resolver } from 'node:dns';
import { isIPv6 } from 'node:net';
import { failureOf } from './failures-real.ts';
import type { RealWire } from './http-real.ts';
import type { DnsAnswer, DnsOutcome, DnsQuery } from './network.ts';

/** Beyond the exchange's own deadline, so that this one ends it. */
const GRACE_MS = 1000;
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Asks once. A negative answer has no TTL here, for the resolver does not hand out the SOA record that tells it: 0.
 * Every question gets a resolver of its own; a shared one would adapt its timeout to earlier answers.
 */
export function askNameServer(
  query: DnsQuery,
  localAddress: string | undefined,
  wire: RealWire,
  done: (outcome: DnsOutcome) => void,
): void {
  const timeout = Math.min(Math.max(0, Math.ceil(query.timeoutMs)) + GRACE_MS, LONGEST_MS);
  const resolver = new Resolver({ timeout, tries: 1 });
  const { address, port } = nameServer(query.server);
  resolver.setServers([isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`]);
  if (localAddress !== undefined) resolver.setLocalAddress(localAddress);

  let over = false;
  const end = (outcome: DnsOutcome) => {
    if (over) return;
    over = true;
    deadline?.cancel();
    resolver.cancel();
    queueMicrotask(() => done(outcome));
  };
  const deadline =
    query.timeoutMs === Number.POSITIVE_INFINITY
      ? undefined
      : wire.clock.after(query.timeoutMs, () => end({ failure: 'timeout' }));
  resolver.resolve4(query.name, { ttl: true }, (error, records) => {
    if (error === null) {
      const addresses = records.map(record => record.address);
      end({ answer: { rcode: 'NOERROR', addresses, ttlSeconds: Math.min(...records.map(r => r.ttl)) } });
    } else if (!over) end(outcomeOf(error, wire));
  });
}

/** The address and the port of `ip` or `ip:port`. */
export function nameServer(server: string): { address: string; port: number } {
  const [, bracketed, ipv4, port] = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/.exec(server) ?? [];
  return { address: bracketed ?? ipv4 ?? server, port: Number(port ?? 53) };
}

/** What c-ares says with its error codes. */
function outcomeOf(error: NodeJS.ErrnoException, wire: RealWire): DnsOutcome {
  switch (error.code) {
    case 'ENODATA':
      return negative('NOERROR');
    case 'ENOTFOUND':
      return negative('NXDOMAIN');
    case 'EREFUSED':
      return negative('REFUSED');
    // The name server answered, but nothing that serves.
    case 'ESERVFAIL':
    case 'EFORMERR':
    case 'ENOTIMP':
    case 'EBADRESP':
      return negative('SERVFAIL');
    case 'ETIMEOUT':
      return { failure: 'timeout' };
  }
  const failure = failureOf(error, false);
  if (failure === undefined) wire.onLocalFailure(error);
  return { failure: failure ?? 'timeout' };
}

function negative(rcode: DnsAnswer['rcode']): DnsOutcome {
  return { answer: { rcode, addresses: [], ttlSeconds: 0 } };
}
