import { isIP } from 'node:net';

/**
 * The 4 or 16 bytes of an IP address; `undefined` when it is none, or has a zone (`fe80::1%eth0`, RFC 4007 §11), which
 * means something to one machine only.
 */
export function addressBytes(address: string): Uint8Array | undefined {
  switch (isIP(address)) {
    case 4:
      return Uint8Array.from(address.split('.'), Number);
    case 6:
      return address.includes('%') ? undefined : ipv6Bytes(address);
    default:
      return undefined;
  }
}

/** The same of whom a socket hears, or of a network of such: IPv4 in IPv6 (`::ffff:192.0.2.1`) is IPv4, a zone is left out. */
export function peerBytes(address: string): Uint8Array | undefined {
  return addressBytes(address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, ''));
}

/** An IPv6 address in its one canonical writing (RFC 5952); any other text as it is. */
export function canonicalAddress(text: string): string {
  const bytes = addressBytes(text);
  if (bytes?.length !== 16) return text;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  // Of what a URL writes otherwise there is IPv4 in IPv6 (RFC 5952 §5).
  return canonical.replace(/^::ffff:[0-9a-f]+:[0-9a-f]+$/, `::ffff:${bytes.subarray(12).join('.')}`);
}

function ipv6Bytes(address: string): Uint8Array {
  const [before = '', after] = address.split('::');
  const head = wordsOf(before);
  const tail = wordsOf(after ?? '');
  const zeros = new Array<number>(after === undefined ? 0 : 8 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail].flatMap(word => [word >> 8, word & 0xff]));
}

/** 16 bits each; the last two may be written as an IPv4 address. */
function wordsOf(text: string): number[] {
  return text.split(':').flatMap(part => {
    if (part === '') return [];
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
