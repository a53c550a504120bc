import { connect } from 'node:net';
import { AllowedDestinations } from './allowed-destinations.ts';
import type { Clock } from './clock.ts';
import { askNameServer, nameServer } from './dns-real.ts';
import { failureOf } from './failures-real.ts';
import { HttpExchange, type RealWire } from './http-real.ts';
import type {
  DnsOutcome,
  DnsQuery,
  HttpOutcome,
  HttpRequest,
  Network,
  NetworkFailure,
  Place,
} from './network.ts';
import type { Told } from './told.ts';

export interface RealNetworkOptions {
  /** Times connections and deadlines. */
  readonly clock: Clock;
  /** The lab's networks in CIDR notation. Nothing is sent anywhere but there and to loopback. */
  readonly networks: readonly string[];
  /**
   * Told when this machine, not the other end, makes an exchange impossible: no sockets left, a source address that
   * it does not have. The exchange then counts as timed out, and the drill should not count at all.
   */
  readonly onLocalFailure: (error: Error) => void;
  /** The local addresses that places send from; a place without one takes its parent's (`clients` of `clients/app`). */
  readonly sources?: ReadonlyMap<Place, string>;
}

/**
 * The machine's network.
 *
 * @throws Error from its methods when the destination is not allowed.
 */
export function realNetwork(options: RealNetworkOptions): Network {
  return new RealNetwork(options);
}

class RealNetwork implements Network {
  readonly #wire: RealWire;
  readonly #destinations: AllowedDestinations;
  readonly #sources: ReadonlyMap<Place, string>;

  constructor({ networks, sources = new Map(), ...wire }: RealNetworkOptions) {
    this.#wire = wire;
    this.#destinations = new AllowedDestinations(networks);
    this.#sources = sources;
  }

  http(request: HttpRequest, done: Told<HttpOutcome>): void {
    this.#destinations.check(request.address);
    new HttpExchange(request, this.#source(request.from), this.#wire, done).start();
  }

  tcp(
    attempt: Pick<HttpRequest, 'from' | 'address' | 'port' | 'timeoutMs'>,
    done: (failure: NetworkFailure | undefined) => void,
  ): void {
    const { from, address, port, timeoutMs } = attempt;
    this.#destinations.check(address);
    const localAddress = this.#source(from);
    const socket = connect({
      host: address,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    let over = false;
    const end = (failure: NetworkFailure | undefined) => {
      if (over) return;
      over = true;
      deadline?.cancel();
      socket.destroy();
      done(failure);
    };
    const deadline =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#wire.clock.after(timeoutMs, () => end('timeout'));
    socket.once('connect', () => end(undefined));
    socket.on('error', error => {
      if (over) return;
      const failure = failureOf(error, false);
      if (failure === undefined) this.#wire.onLocalFailure(error);
      end(failure ?? 'timeout');
    });
  }

  dns(query: DnsQuery, done: (outcome: DnsOutcome) => void): void {
    this.#destinations.check(nameServer(query.server).address);
    askNameServer(query, this.#source(query.from), this.#wire, done);
  }

  #source(place: Place): string | undefined {
    for (let at = place; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const address = this.#sources.get(at);
      if (address !== undefined) return address;
    }
    return undefined;
  }
}
