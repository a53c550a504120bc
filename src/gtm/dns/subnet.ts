import { peerBytes } from '../../runtime/ip-address.ts';

/** A network: the first `prefix` bits of `bytes`, which are 4 or 16. */
export interface Subnet {
  readonly bytes: Uint8Array;
  readonly prefix: number;
}

/** The option EDNS Client Subnet of a query (RFC 7871 §6): its bytes, to be repeated, and what they mean. */
export interface ClientSubnet {
  readonly option: Uint8Array;
  /** Absent when the client asks not to be told apart (source prefix length 0). */
  readonly subnet?: Subnet;
}

const LENGTHS: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

/** Reads the data of option 8; `undefined` when it must be answered with FORMERR (RFC 7871 §7.1.2). */
export function readClientSubnet(data: Uint8Array): ClientSubnet | undefined {
  if (data.length < 4) return undefined;
  const [high = 0, low = 0, prefix = 0, scope = 0] = data;
  const family = high * 256 + low;
  const given = data.subarray(4);
  // dig's `+subnet=0` has no family and no address.
  const length = family === 0 ? 0 : LENGTHS[family];
  if (length === undefined || prefix > length * 8 || scope !== 0) return undefined;
  if (given.length !== Math.ceil(prefix / 8)) return undefined;
  const spare = given.length * 8 - prefix;
  if (((given.at(-1) ?? 0) & (2 ** spare - 1)) !== 0) return undefined;
  if (prefix === 0) return { option: data };
  const bytes = new Uint8Array(length);
  bytes.set(given);
  return { option: data, subnet: { bytes, prefix } };
}

/** `192.0.2.0/24`, `2001:db8::/32`, or an address alone for its own network. @throws RangeError for anything else. */
export function parseSubnet(text: string): Subnet {
  const [address = '', prefix, ...rest] = text.split('/');
  const bytes = peerBytes(address);
  const most = (bytes?.length ?? 0) * 8;
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (bytes === undefined || !(bits <= most) || rest.length > 0)
    throw new RangeError(`"${text}" is not a network; one looks like 192.0.2.0/24 or 2001:db8::/32`);
  return { bytes, prefix: bits };
}

/** Whether `inner` lies in `outer`. */
export function contains(outer: Subnet, inner: Subnet): boolean {
  return outer.prefix <= inner.prefix && (commonBits(outer, inner) ?? -1) >= outer.prefix;
}

/** How many bits two addresses have in common from their beginning; nothing when they are not of one family. */
export function commonBits({ bytes: a }: Subnet, { bytes: b }: Subnet): number | undefined {
  if (a.length !== b.length) return undefined;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length * 8 : at * 8 + Math.clz32((a[at] ?? 0) ^ (b[at] ?? 0)) - 24;
}
