import { isIP } from 'node:net';

/** The 4 or 16 bytes of an IP address; `undefined` when it is none. IPv4 in IPv6 (`::ffff:192.0.2.1`) counts as IPv4. */
export function addressBytes(address: string): Uint8Array | undefined {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '');
  switch (isIP(plain)) {
    case 4:
      return Uint8Array.from(plain.split('.'), Number);
    case 6:
      return ipv6Bytes(plain);
    default:
      return undefined;
  }
}

function ipv6Bytes(address: string): Uint8Array {
  const [before = '', after] = (address.split('%')[0] ?? '').split('::');
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
