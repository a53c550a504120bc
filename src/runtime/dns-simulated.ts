import { Exchange, type Host, NO_RESEND, type Packet, type Wire } from './exchange-simulated.ts';
import type { DnsAnswer, DnsOutcome, DnsQuery, SimulatedNameServer } from './network.ts';

/** A question and its answer in one UDP datagram each: whoever asks has to ask again. */
export class DnsExchange extends Exchange {
  readonly #query: DnsQuery;
  readonly #done: (outcome: DnsOutcome) => void;
  readonly #host: Host<SimulatedNameServer> | undefined;
  #answer: DnsAnswer | undefined;

  constructor(wire: Wire, query: DnsQuery, done: (outcome: DnsOutcome) => void) {
    super(wire);
    this.#query = query;
    this.#done = done;
    this.#host = wire.nameServer(query.server);
  }

  start(): void {
    if (this.#host === undefined) return;
    this.send('request', this.wire.link(this.#query.from, this.#host.place), NO_RESEND);
  }

  expire(): void {
    this.#end({ failure: 'timeout' });
  }

  protected override mannerOf(packet: Packet): 'sync' | undefined {
    return packet === 'request' ? 'sync' : this.#query.manner;
  }

  protected arrived(packet: Packet): boolean {
    if (packet === 'request') return this.#served(this.#host as Host<SimulatedNameServer>);
    // Without an answer, it was the ICMP message that no name server listens there.
    this.#end(this.#answer === undefined ? { failure: 'refused' } : { answer: this.#answer });
    return true;
  }

  #served({ place, server }: Host<SimulatedNameServer>): boolean {
    const accepts = server.accepts();
    if (accepts === 'drop') return false;
    if (accepts === 'accept') this.#answer = server.answer(this.#query);
    this.send('response', this.wire.link(place, this.#query.from), NO_RESEND);
    return true;
  }

  #end(outcome: DnsOutcome): void {
    this.over = true;
    this.#done(outcome);
  }
}
