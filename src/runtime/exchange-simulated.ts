import type { Clock } from './clock.ts';
import type { Expiring } from './deadlines.ts';
import type { Link } from './links-simulated.ts';
import type { NetworkFailure, Place, SimulatedNameServer, SimulatedServer } from './network.ts';
import type { Random } from './random.ts';

/** A TCP sender repeats what was not acknowledged after this, doubling: 1 s, 3 s, 7 s (RFC 6298, section 2). */
export const SYN_RESEND_MS = 1000;
/** The same on an open connection with a short round trip, as Linux does: 0.2 s, 0.6 s, 1.4 s. */
export const DATA_RESEND_MS = 200;
/** A datagram that is lost is lost. */
export const NO_RESEND = Number.POSITIVE_INFINITY;

export interface Host<S> {
  readonly place: Place;
  readonly server: S;
}

/** From a place to a server and back. */
export interface Route {
  readonly host: Host<SimulatedServer>;
  readonly there: Link;
  readonly back: Link;
}

/** What exchanges need of the network that they run on. */
export interface Wire {
  readonly clock: Clock;
  readonly random: Random;
  link(from: Place, to: Place): Link;
  /** `undefined` when nothing has the address. */
  route(from: Place, address: string): Route | undefined;
  nameServer(address: string): Host<SimulatedNameServer> | undefined;
}

export type Packet = 'syn' | 'syn-ack' | 'refusal' | 'request' | 'response' | 'reset';

/** What is under way between two places until it is over: answered, failed, or timed out. */
export interface Exchange {
  /** A packet has arrived; false when the host lets it vanish. */
  arrived(packet: Packet): boolean;
  /** The deadline has come. */
  expire(): void;
}

/**
 * The packets of an exchange: one at a time is on its way, and is sent again for as long as it does not arrive. It is
 * lost by chance, by a cut at its sending or its arrival, or because the host lets it vanish.
 *
 * The clock and the deadlines see this one class, not a kind of exchange each: a drill makes thousands.
 */
export class Transmission implements Expiring {
  readonly #wire: Wire;
  readonly #exchange: Exchange;
  /** Whoever ends the exchange says so here. */
  over = false;
  #packet: Packet = 'request';
  #link: Link | undefined;
  #resendMs = NO_RESEND;
  #lost = false;
  #delay = 0;
  #manner: 'sync' | undefined;

  constructor(wire: Wire, exchange: Exchange) {
    this.#wire = wire;
    this.#exchange = exchange;
  }

  expire(): void {
    this.#exchange.expire();
  }

  /** `manner` is how the exchange works on the packet; see `Clock.after`. */
  send(packet: Packet, link: Link, resendMs: number, manner: 'sync' | undefined): void {
    if (this.over) return;
    this.#packet = packet;
    this.#link = link;
    this.#resendMs = resendMs;
    this.#manner = manner;
    this.#depart(link);
  }

  /**
   * The other side's packet comes back and ours goes out at once: one timer for both hops. Returns when the first arrives;
   * undefined, and nothing sent, when a packet could be lost on the way: then each hop has to be seen.
   */
  sendOnArrival(
    packet: Packet,
    { back, there }: Route,
    resendMs: number,
    manner: 'sync' | undefined,
  ): number | undefined {
    if (isLossy(back) || isLossy(there)) return undefined;
    this.#packet = packet;
    this.#link = there;
    this.#resendMs = resendMs;
    this.#manner = manner;
    this.#lost = false;
    const { clock } = this.#wire;
    const backMs = this.#latency(back);
    this.#delay = backMs + this.#latency(there);
    clock.after(this.#delay, this, manner);
    return clock.now() + backMs;
  }

  #latency({ quality: { latencyMs, jitterMs } }: Link): number {
    const delay = jitterMs > 0 ? latencyMs + jitterMs * (2 * this.#wire.random.float() - 1) : latencyMs;
    return Math.max(0, Math.round(delay));
  }

  #depart(link: Link): void {
    const { loss, cut } = link.quality;
    const { clock, random } = this.#wire;
    this.#lost = cut || (loss > 0 && random.chance(loss));
    if (this.#lost) {
      clock.after(this.#resendMs, this, this.#manner);
      return;
    }
    this.#delay = this.#latency(link);
    clock.after(this.#delay, this, this.#manner);
  }

  /** The packet's time has come. */
  fire(): void {
    if (this.over) return;
    const link = this.#link as Link;
    if (this.#lost) {
      this.#resendMs *= 2;
      this.#depart(link);
    } else if (link.quality.cut || !this.#exchange.arrived(this.#packet)) {
      this.#lost = true;
      this.#wire.clock.after(Math.max(0, this.#resendMs - this.#delay), this, this.#manner);
    }
  }
}

function isLossy({ quality }: Link): boolean {
  return quality.cut || quality.loss > 0;
}

/** A request and a reply over a connection that is taken to be there. */
export class PlainExchange<T> implements Exchange {
  readonly transmission: Transmission;
  readonly #there: Link;
  readonly #back: Link;
  readonly #serve: (reply: (value: T) => void) => void;
  readonly #serving: 'sync' | undefined;
  readonly #done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void;
  #reply: { readonly value: T } | undefined;

  constructor(
    wire: Wire,
    there: Link,
    back: Link,
    serve: (reply: (value: T) => void) => void,
    done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void,
    serving: 'sync' | undefined,
  ) {
    this.transmission = new Transmission(wire, this);
    this.#serving = serving;
    this.#there = there;
    this.#back = back;
    this.#serve = serve;
    this.#done = done;
  }

  start(): void {
    this.transmission.send('request', this.#there, DATA_RESEND_MS, this.#serving);
  }

  expire(): void {
    this.transmission.over = true;
    this.#done({ failure: 'timeout' });
  }

  arrived(): boolean {
    if (this.#reply === undefined) {
      this.#serve(value => this.#answer(value));
      return true;
    }
    this.transmission.over = true;
    this.#done(this.#reply);
    return true;
  }

  #answer(value: T): void {
    if (this.#reply !== undefined) return;
    this.#reply = { value };
    this.transmission.send('response', this.#back, DATA_RESEND_MS, undefined);
  }
}
