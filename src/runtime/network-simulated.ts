import type { Clock } from './clock.ts';
import { Deadlines, type Expiring } from './deadlines.ts';
import { type Link, Links } from './links-simulated.ts';
import type {
  Connection,
  DnsAnswer,
  DnsOutcome,
  DnsQuery,
  HttpOutcome,
  HttpRequest,
  HttpResponse,
  LinkQuality,
  NetworkFailure,
  Place,
  SimulatedNameServer,
  SimulatedNetwork,
  SimulatedServer,
} from './network.ts';
import type { Random } from './random.ts';

/** A TCP sender repeats what was not acknowledged after these times, doubling (RFC 6298; Linux's values). */
const SYN_RESEND_MS = 1000;
const DATA_RESEND_MS = 200;

export function simulatedNetwork(clock: Clock, random: Random): SimulatedNetwork {
  return new Simulation(clock, random.fork('network'));
}

interface Host<S> {
  readonly place: Place;
  readonly server: S;
}

type Attempt = Pick<HttpRequest, 'from' | 'address' | 'port' | 'timeoutMs'>;

class Simulation implements SimulatedNetwork {
  readonly clock: Clock;
  readonly random: Random;
  readonly #links = new Links();
  readonly #servers = new Map<string, Host<SimulatedServer>>();
  readonly #nameServers = new Map<string, Host<SimulatedNameServer>>();
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.#deadlines = new Deadlines(clock);
  }

  listen(address: string, place: Place, server: SimulatedServer): void {
    this.#servers.set(address, { place, server });
  }

  listenDns(address: string, place: Place, server: SimulatedNameServer): void {
    this.#nameServers.set(address, { place, server });
  }

  rule(from: Place, to: Place, quality: LinkQuality): () => void {
    return this.#links.rule(from, to, quality);
  }

  http(request: HttpRequest, done: (outcome: HttpOutcome) => void): void {
    const exchange = new HttpExchange(this, request, done);
    this.#deadlines.add(request.timeoutMs, exchange);
    if (request.connectTimeoutMs !== undefined && request.connection === undefined)
      this.#deadlines.add(request.connectTimeoutMs, new Connecting(exchange));
    exchange.start();
  }

  tcp(attempt: Attempt, done: (failure: NetworkFailure | undefined) => void): void {
    const dial = new Dial(this, attempt, done);
    this.#deadlines.add(attempt.timeoutMs, dial);
    dial.start();
  }

  dns(query: DnsQuery, done: (outcome: DnsOutcome) => void): void {
    const exchange = new DnsExchange(this, query, done);
    this.#deadlines.add(query.timeoutMs, exchange);
    exchange.start();
  }

  exchange<T>(
    from: Place,
    to: Place,
    timeoutMs: number,
    serve: (reply: (value: T) => void) => void,
    done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void,
  ): void {
    const exchange = new PlainExchange(this, this.link(from, to), this.link(to, from), serve, done);
    this.#deadlines.add(timeoutMs, exchange);
    exchange.start();
  }

  link(from: Place, to: Place): Link {
    return this.#links.between(from, to);
  }

  server(address: string): Host<SimulatedServer> | undefined {
    return this.#servers.get(address);
  }

  nameServer(address: string): Host<SimulatedNameServer> | undefined {
    return this.#nameServers.get(address);
  }
}

/** What is under way between two places, until it is over: answered, failed, or timed out. */
abstract class Exchange implements Expiring {
  protected readonly network: Simulation;
  over = false;

  constructor(network: Simulation) {
    this.network = network;
  }

  abstract expire(): void;

  /**
   * A packet that TCP sends again after `resendMs`, doubling, for as long as it did not arrive. A packet is lost
   * by chance or a cut, at its sending or its arrival, and when `arrive` says that the host let it vanish.
   */
  protected sendReliably(link: Link, resendMs: number, arrive: () => boolean | undefined): void {
    if (this.over) return;
    const again = () => this.sendReliably(link, resendMs * 2, arrive);
    const delay = this.#departure(link);
    if (delay === undefined) {
      this.network.clock.after(resendMs, again);
      return;
    }
    this.network.clock.after(delay, () => {
      if (this.over) return;
      if (link.quality.cut || arrive() === false) {
        this.network.clock.after(Math.max(0, resendMs - delay), again);
      }
    });
  }

  /** A datagram: lost is lost. */
  protected sendOnce(link: Link, arrive: () => void): void {
    const delay = this.#departure(link);
    if (delay === undefined) return;
    this.network.clock.after(delay, () => {
      if (!this.over && !link.quality.cut) arrive();
    });
  }

  /** Milliseconds to the other end; undefined when the packet is lost. */
  #departure(link: Link): number | undefined {
    const { latencyMs, jitterMs, loss, cut } = link.quality;
    const { random } = this.network;
    if (cut || (loss > 0 && random.chance(loss))) return undefined;
    const delay = jitterMs > 0 ? latencyMs + jitterMs * (2 * random.float() - 1) : latencyMs;
    return Math.max(0, Math.round(delay));
  }
}

class PlainExchange<T> extends Exchange {
  readonly #there: Link;
  readonly #back: Link;
  readonly #serve: (reply: (value: T) => void) => void;
  readonly #done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void;
  #replied = false;

  constructor(
    network: Simulation,
    there: Link,
    back: Link,
    serve: (reply: (value: T) => void) => void,
    done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void,
  ) {
    super(network);
    this.#there = there;
    this.#back = back;
    this.#serve = serve;
    this.#done = done;
  }

  start(): void {
    this.sendReliably(this.#there, DATA_RESEND_MS, () => {
      this.#serve(value => this.#reply(value));
      return true;
    });
  }

  expire(): void {
    this.over = true;
    this.#done({ failure: 'timeout' });
  }

  #reply(value: T): void {
    if (this.#replied) return;
    this.#replied = true;
    this.sendReliably(this.#back, DATA_RESEND_MS, () => {
      this.over = true;
      this.#done({ value });
      return true;
    });
  }
}

class DnsExchange extends Exchange {
  readonly #query: DnsQuery;
  readonly #done: (outcome: DnsOutcome) => void;

  constructor(network: Simulation, query: DnsQuery, done: (outcome: DnsOutcome) => void) {
    super(network);
    this.#query = query;
    this.#done = done;
  }

  start(): void {
    const host = this.network.nameServer(this.#query.server);
    if (host === undefined) return;
    const { place, server } = host;
    this.sendOnce(this.network.link(this.#query.from, place), () => {
      const back = this.network.link(place, this.#query.from);
      const accepts = server.accepts();
      if (accepts === 'drop') return;
      const answer = accepts === 'accept' ? server.answer(this.#query) : undefined;
      this.sendOnce(back, () => this.#finish(answer));
    });
  }

  expire(): void {
    this.over = true;
    this.#done({ failure: 'timeout' });
  }

  /** Without an answer: the ICMP message that nobody listens there. */
  #finish(answer: DnsAnswer | undefined): void {
    this.over = true;
    this.#done(answer === undefined ? { failure: 'refused' } : { answer });
  }
}

/** Opens a connection: SYN there, SYN-ACK or RST back. */
abstract class Dialling extends Exchange {
  protected readonly attempt: Attempt;
  protected host: Host<SimulatedServer> | undefined;
  protected there!: Link;
  protected back!: Link;

  constructor(network: Simulation, attempt: Attempt) {
    super(network);
    this.attempt = attempt;
  }

  protected abstract fail(failure: NetworkFailure): void;
  protected abstract connected(): void;

  protected dial(): void {
    this.sendReliably(this.there, SYN_RESEND_MS, () => {
      const accepts = this.host?.server.accepts();
      if (accepts === 'drop') return false;
      this.sendReliably(this.back, SYN_RESEND_MS, () => {
        if (accepts === 'refuse') this.fail('refused');
        else this.connected();
        return true;
      });
      return true;
    });
  }

  /** Finds the host and the links to it; false when nothing has that address: packets go nowhere. */
  protected findHost(): boolean {
    this.host = this.network.server(this.attempt.address);
    if (this.host === undefined) return false;
    this.there = this.network.link(this.attempt.from, this.host.place);
    this.back = this.network.link(this.host.place, this.attempt.from);
    return true;
  }

  expire(): void {
    this.fail('timeout');
  }
}

class Dial extends Dialling {
  readonly #done: (failure: NetworkFailure | undefined) => void;

  constructor(network: Simulation, attempt: Attempt, done: (failure: NetworkFailure | undefined) => void) {
    super(network, attempt);
    this.#done = done;
  }

  start(): void {
    if (this.findHost()) this.dial();
  }

  protected fail(failure: NetworkFailure): void {
    this.over = true;
    this.#done(failure);
  }

  protected connected(): void {
    this.over = true;
    this.#done(undefined);
  }
}

class SimulatedConnection implements Connection {
  readonly address: string;
  readonly openedAt: number;
  open = true;

  constructor(address: string, openedAt: number) {
    this.address = address;
    this.openedAt = openedAt;
  }

  close(): void {
    this.open = false;
  }
}

class HttpExchange extends Dialling {
  readonly #request: HttpRequest;
  readonly #done: (outcome: HttpOutcome) => void;
  readonly #connection: SimulatedConnection;
  readonly #kept: boolean;
  established = false;
  #replied = false;

  constructor(network: Simulation, request: HttpRequest, done: (outcome: HttpOutcome) => void) {
    super(network, request);
    this.#request = request;
    this.#done = done;
    this.#kept = request.connection !== undefined;
    this.#connection =
      (request.connection as SimulatedConnection | undefined) ??
      new SimulatedConnection(request.address, network.clock.now());
  }

  start(): void {
    if (!this.findHost()) return;
    if (!this.#kept) this.dial();
    else if (this.#connection.open) this.connected();
    else this.network.clock.after(0, () => this.fail('reset'));
  }

  /** Sends the request. The host may have changed since the connection was opened. */
  protected connected(): void {
    this.established = true;
    this.sendReliably(this.there, DATA_RESEND_MS, () => {
      const server = this.host?.server;
      const accepts = server?.accepts();
      if (accepts === 'drop') return false;
      if (accepts === 'refuse') this.#reply('reset');
      else server?.handle(this.#request, response => this.#reply(response));
      return true;
    });
  }

  protected fail(failure: NetworkFailure): void {
    if (this.over) return;
    this.over = true;
    this.#connection.close();
    this.#done({ failure });
  }

  #reply(response: HttpResponse | 'reset'): void {
    if (this.#replied) return;
    this.#replied = true;
    this.sendReliably(this.back, DATA_RESEND_MS, () => {
      if (response === 'reset') this.fail('reset');
      else this.#succeed(response);
      return true;
    });
  }

  #succeed(response: HttpResponse): void {
    this.over = true;
    if (this.#request.keepAlive) {
      this.#done({ response, connection: this.#connection });
      return;
    }
    this.#connection.close();
    this.#done({ response });
  }
}

/** The opening of a connection: it has a deadline of its own. */
class Connecting implements Expiring {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  get over(): boolean {
    return this.#exchange.over || this.#exchange.established;
  }

  expire(): void {
    this.#exchange.expire();
  }
}
