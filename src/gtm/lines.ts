import { peerBytes } from '../runtime/ip-address.ts';
import { lineChain } from './catalogue.ts';
import { commonBits, contains, parseSubnet, type Subnet } from './dns/subnet.ts';
import type { Question } from './dns/types.ts';

/** The lines that a client belongs to, most specific first, and how much of its network says so. */
export interface ClientLines {
  readonly lines: readonly string[];
  /** Bits of the client's network that an answer by line depends on: all clients that share them are of the same lines. */
  readonly scope: number;
}

const EVERYBODY: ClientLines = { lines: ['default'], scope: 0 };

/** Which clients belong to which line: by the longest prefix, everybody else to the global one. */
export class LineTable {
  readonly #entries: readonly { readonly network: Subnet; readonly lines: readonly string[] }[];

  /** @param networks Line codes by networks such as `192.0.2.0/24`. @throws RangeError when one is no network. */
  constructor(networks: Readonly<Record<string, string>> = {}) {
    this.#entries = Object.entries(networks)
      .map(([text, code]) => ({ network: parseSubnet(text), lines: lineChain(code) }))
      .sort((a, b) => b.network.prefix - a.network.prefix);
  }

  /** By the client's network if the resolver tells of it (RFC 7871), else by the resolver's own address. */
  of({ client, from }: Question): ClientLines {
    if (this.#entries.length === 0) return EVERYBODY;
    const bytes = client?.bytes ?? peerBytes(from);
    if (bytes === undefined) return EVERYBODY;
    const network = client ?? { bytes, prefix: bytes.length * 8 };
    const entry = this.#entries.find(one => contains(one.network, network));
    return { lines: entry?.lines ?? EVERYBODY.lines, scope: this.#scopeOf(network) };
  }

  /**
   * Bits enough to tell a client's network from every network that it is not in, smaller ones within its own line's among
   * them: a resolver may give the answer to all who share them (RFC 7871 §7.2.1).
   */
  #scopeOf(client: Subnet): number {
    return this.#entries.reduce((most, { network }) => {
      const common = commonBits(network, client);
      return common === undefined
        ? most
        : Math.max(most, Math.min(common + 1, network.prefix, client.prefix));
    }, 0);
  }
}
