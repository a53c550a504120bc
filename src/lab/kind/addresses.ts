/**
 * Addresses from the end of a range in CIDR notation, away from the beginning, where Docker takes those that nobody
 * chose.
 */
export function lastAddresses(range: string, count: number): string[] {
  const [network = '', bits = ''] = range.split('/');
  const first = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const broadcast = first + 2 ** (32 - Number(bits)) - 1;
  return Array.from({ length: count }, (_, index) => textOf(broadcast - count + index));
}

const textOf = (address: number) =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map(unit => Math.floor(address / unit) % 256).join('.');
