import { BlockList, isIP, isIPv4 } from 'node:net';

/** Where the real network may send to: loopback, and the networks that it is given. */
export class AllowedDestinations {
  readonly #list = new BlockList();
  readonly #networks: readonly string[];

  /** @param networks in CIDR notation, such as `172.18.0.0/16`. @throws RangeError when one is not. */
  constructor(networks: readonly string[]) {
    this.#networks = ['127.0.0.0/8', '::1/128', ...networks];
    for (const network of this.#networks) this.#add(network);
  }

  allows(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** @throws Error when nothing may be sent there. */
  check(address: string): void {
    if (isIP(address) === 0)
      throw new Error(
        `cannot send to "${address}": it is not an IP address, and the network resolves no names`,
      );
    if (!this.allows(address))
      throw new Error(
        `will not send to ${address}: it is outside the lab's networks (${this.#networks.join(', ')}). ` +
          "A drill's traffic stays on loopback and in the lab.",
      );
  }

  #add(network: string): void {
    const [address = '', bits = '', ...rest] = network.split('/');
    const longest = isIPv4(address) ? 32 : 128;
    if (isIP(address) === 0 || !/^\d+$/.test(bits) || Number(bits) > longest || rest.length > 0)
      throw new RangeError(`"${network}" is not a network; one looks like 172.18.0.0/16`);
    this.#list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}
