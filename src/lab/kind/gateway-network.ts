import type { Network, Place } from '../../runtime/network.ts';
import type { Way } from './gateway.ts';

/**
 * The network with each place on its own way into the centres: who sends to a gateway's public port enters by the port
 * of its place.
 */
export function gatewayNetwork(
  network: Network,
  isGateway: (address: string) => boolean,
  ways: readonly Way[],
  publicPort: number,
): Network {
  const ports = new Map(ways.filter(way => way.to === publicPort).map(({ place, port }) => [place, port]));
  const led = <T extends { from: Place; address: string; port: number }>(exchange: T): T => {
    const port = exchange.port === publicPort ? ports.get(exchange.from) : undefined;
    return port === undefined || !isGateway(exchange.address) ? exchange : { ...exchange, port };
  };
  return {
    http: (request, done) => network.http(led(request), done),
    tcp: (attempt, done) => network.tcp(led(attempt), done),
    dns: (query, done) => network.dns(query, done),
  };
}
