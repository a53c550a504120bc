import {
  type Exchange,
  type Host,
  NO_RESEND,
  type Packet,
  Transmission,
  type Wire,
} from './exchange-simulated.ts';
import type { DnsAnswer, DnsOutcome, DnsQuery, SimulatedNameServer } from './network.ts';

/** A question and its answer in one UDP datagram each: whoever asks has to ask again. */
export class DnsExchange implements Exchange {
  readonly transmission: Transmission;
  readonly #wire: Wire;
  readonly #query: DnsQuery;
  readonly #done: (outcome: DnsOutcome) => void;
  readonly #host: Host<SimulatedNameServer> | undefined;
  #answer: DnsAnswer | undefined;

  constructor(wire: Wire, query: DnsQuery, done: (outcome: DnsOutcome) => void) {
    this.transmission = new Transmission(wire, this);
    this.#wire = wire;
    this.#query = query;
    this.#done = done;
    this.#host = wire.nameServer(query.server);
  }

  start(): void {
    if (this.#host === undefined) return;
    const there = this.#wire.link(this.#query.from, this.#host.place);
    this.transmission.send('request', there, NO_RESEND, 'sync');
  }

  expire(): void {
    this.#end({ failure: 'timeout' });
  }

  arrived(packet: Packet): boolean {
    if (packet === 'request') return this.#served(this.#host as Host<SimulatedNameServer>);
    // Without an answer, it was the ICMP message that no name server listens there.
    this.#end(this.#answer === undefined ? { failure: 'refused' } : { answer: this.#answer });
    return true;
  }

  #served({ place, server }: Host<SimulatedNameServer>): boolean {
    const accepts = server.accepts();
    if (accepts === 'drop') return false;
    if (accepts === 'accept') this.#answer = server.answer(this.#query);
    const back = this.#wire.link(place, this.#query.from);
    this.transmission.send('response', back, NO_RESEND, this.#query.manner);
    return true;
  }

  #end(outcome: DnsOutcome): void {
    this.transmission.over = true;
    this.#done(outcome);
  }
}
