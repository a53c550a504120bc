import type { Clock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { DnsExchange } from './dns-simulated.ts';
import { type Host, PlainExchange, type Route, type Wire } from './exchange-simulated.ts';
import { type Attempt, Connecting, HttpExchange, TcpExchange } from './http-simulated.ts';
import { type Link, Links } from './links-simulated.ts';
import type {
  DnsOutcome,
  DnsQuery,
  HttpOutcome,
  HttpRequest,
  LinkQuality,
  NetworkFailure,
  Place,
  SimulatedNameServer,
  SimulatedNetwork,
  SimulatedServer,
} from './network.ts';
import type { Random } from './random.ts';
import type { Told } from './told.ts';

/** A network in this process, without links' latencies until rules give them. `random` decides jitter and loss. */
export function simulatedNetwork(clock: Clock, random: Random): SimulatedNetwork {
  return new Simulation(clock, random.fork('network'));
}

class Simulation implements SimulatedNetwork, Wire {
  readonly clock: Clock;
  readonly random: Random;
  readonly #links = new Links();
  readonly #servers = new Map<string, Host<SimulatedServer>>();
  /** By address, then by the place from which it was asked for. */
  readonly #routes = new Map<string, Map<Place, Route>>();
  readonly #nameServers = new Map<string, Host<SimulatedNameServer>>();
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.#deadlines = new Deadlines(clock);
  }

  listen(address: string, place: Place, server: SimulatedServer): void {
    this.#servers.set(address, { place, server });
    this.#routes.delete(address);
  }

  listenDns(address: string, place: Place, server: SimulatedNameServer): void {
    this.#nameServers.set(address, { place, server });
  }

  rule(from: Place, to: Place, quality: LinkQuality): () => void {
    return this.#links.rule(from, to, quality);
  }

  impair(from: Place, to: Place, quality: LinkQuality): () => void {
    return this.#links.impair(from, to, quality);
  }

  http(request: HttpRequest, done: Told<HttpOutcome>): void {
    const exchange = new HttpExchange(this, request, done);
    this.#deadlines.add(request.timeoutMs, exchange.transmission);
    if (request.connectTimeoutMs !== undefined && request.connection === undefined)
      this.#deadlines.add(request.connectTimeoutMs, new Connecting(exchange));
    exchange.start();
  }

  tcp(attempt: Attempt, done: (failure: NetworkFailure | undefined) => void): void {
    const exchange = new TcpExchange(this, attempt, done);
    this.#deadlines.add(attempt.timeoutMs, exchange.transmission);
    exchange.start();
  }

  dns(query: DnsQuery, done: (outcome: DnsOutcome) => void): void {
    const exchange = new DnsExchange(this, query, done);
    this.#deadlines.add(query.timeoutMs, exchange.transmission);
    exchange.start();
  }

  exchange<T>(
    from: Place,
    to: Place,
    timeoutMs: number,
    serve: (reply: (value: T) => void) => void,
    done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void,
    manner?: 'sync',
  ): void {
    const exchange = new PlainExchange(this, this.link(from, to), this.link(to, from), serve, done, manner);
    this.#deadlines.add(timeoutMs, exchange.transmission);
    exchange.start();
  }

  link(from: Place, to: Place): Link {
    return this.#links.between(from, to);
  }

  route(from: Place, address: string): Route | undefined {
    return this.#routes.get(address)?.get(from) ?? this.#newRoute(from, address);
  }

  #newRoute(from: Place, address: string): Route | undefined {
    const host = this.#servers.get(address);
    if (host === undefined) return undefined;
    const route = { host, there: this.link(from, host.place), back: this.link(host.place, from) };
    const routes = this.#routes.get(address) ?? new Map<Place, Route>();
    this.#routes.set(address, routes.set(from, route));
    return route;
  }

  nameServer(address: string): Host<SimulatedNameServer> | undefined {
    return this.#nameServers.get(address);
  }
}
