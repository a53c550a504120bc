import type { Expiring } from './deadlines.ts';
import {
  DATA_RESEND_MS,
  type Exchange,
  type Packet,
  type Route,
  SYN_RESEND_MS,
  Transmission,
  type Wire,
} from './exchange-simulated.ts';
import type {
  Connection,
  HttpOutcome,
  HttpRequest,
  HttpResponse,
  NetworkFailure,
  ServerProcess,
} from './network.ts';
import { type Listener, type Told, tell } from './told.ts';

export type Attempt = Pick<HttpRequest, 'from' | 'address' | 'port' | 'timeoutMs' | 'manner'>;

/*
 * What goes there is for a server, which is a callback: 'sync'. What comes back ends the exchange, which is the
 * caller's: in its manner. What is sent to an address that nothing has goes nowhere.
 */

/** Opens a connection and closes it: a SYN there, a SYN-ACK or the refusal back. */
export class TcpExchange implements Exchange {
  readonly transmission: Transmission;
  readonly #attempt: Attempt;
  readonly #route: Route | undefined;
  readonly #done: (failure: NetworkFailure | undefined) => void;

  constructor(wire: Wire, attempt: Attempt, done: (failure: NetworkFailure | undefined) => void) {
    this.transmission = new Transmission(wire, this);
    this.#attempt = attempt;
    this.#route = wire.route(attempt.from, attempt.address);
    this.#done = done;
  }

  start(): void {
    if (this.#route !== undefined) this.transmission.send('syn', this.#route.there, SYN_RESEND_MS, 'sync');
  }

  expire(): void {
    this.#end('timeout');
  }

  arrived(packet: Packet): boolean {
    if (packet === 'syn') return this.#dialled(this.#route as Route);
    this.#end(packet === 'refusal' ? 'refused' : undefined);
    return true;
  }

  #dialled({ host, back }: Route): boolean {
    const accepts = host.server.accepts(this.#attempt.port);
    if (accepts === 'drop') return false;
    const answer = accepts === 'refuse' ? 'refusal' : 'syn-ack';
    this.transmission.send(answer, back, SYN_RESEND_MS, this.#attempt.manner);
    return true;
  }

  #end(failure: NetworkFailure | undefined): void {
    this.transmission.over = true;
    this.#done(failure);
  }
}

/** A request and its response over a new connection or one that was kept. */
export class HttpExchange implements Exchange, Listener<HttpResponse | 'reset'> {
  readonly transmission: Transmission;
  readonly #wire: Wire;
  readonly #request: HttpRequest;
  readonly #done: Told<HttpOutcome>;
  readonly #route: Route | undefined;
  /** The one that the request came over, or that is kept after it. */
  readonly #connection: SimulatedConnection | undefined;
  /** When the connection is open on this side. */
  #establishedAt: number | undefined;
  #response: HttpResponse | 'reset' | undefined;

  constructor(wire: Wire, request: HttpRequest, done: Told<HttpOutcome>) {
    this.transmission = new Transmission(wire, this);
    this.#wire = wire;
    this.#request = request;
    this.#done = done;
    this.#route = wire.route(request.from, request.address);
    if (request.connection !== undefined) this.#connection = request.connection as SimulatedConnection;
    else if (request.keepAlive) this.#connection = new SimulatedConnection(request.address, wire.clock.now());
  }

  get established(): boolean {
    return this.#establishedAt !== undefined && this.#wire.clock.now() >= this.#establishedAt;
  }

  start(): void {
    const { connection } = this.#request;
    if (connection === undefined) this.#sendThere('syn', SYN_RESEND_MS);
    else if (connection.open) this.#connected();
    else this.#wire.clock.after(0, () => this.#fail('reset'));
  }

  expire(): void {
    this.#fail('timeout');
  }

  arrived(packet: Packet): boolean {
    switch (packet) {
      case 'syn':
        return this.#dialled(this.#route as Route);
      case 'request':
        return this.#served(this.#route as Route);
      case 'syn-ack':
        this.#connected();
        break;
      case 'refusal':
        this.#fail('refused');
        break;
      case 'reset':
        this.#fail('reset');
        break;
      case 'response':
        this.#succeed(this.#response as HttpResponse);
    }
    return true;
  }

  #dialled(route: Route): boolean {
    const accepts = route.host.server.accepts(this.#request.port);
    if (accepts === 'drop') return false;
    if (accepts === 'refuse') {
      this.#sendBack('refusal', SYN_RESEND_MS);
      return true;
    }
    this.#connection?.accepted(route.host.server.process?.());
    const acknowledged = this.transmission.sendOnArrival('request', route, DATA_RESEND_MS, 'sync');
    if (acknowledged === undefined) this.#sendBack('syn-ack', SYN_RESEND_MS);
    else this.#establishedAt = acknowledged;
    return true;
  }

  #connected(): void {
    this.#establishedAt = this.#wire.clock.now();
    this.#sendThere('request', DATA_RESEND_MS);
  }

  /** The host may have changed since the connection was opened. */
  #served({ host: { server } }: Route): boolean {
    const accepts = server.accepts(this.#request.port);
    if (accepts === 'drop') return false;
    const isKnown = this.#connection === undefined || this.#connection.process === server.process?.();
    if (accepts === 'refuse' || !isKnown) this.told('reset');
    else server.handle(this.#request, this);
    return true;
  }

  /** The server's reply goes out. */
  told(response: HttpResponse | 'reset'): void {
    if (this.#response !== undefined) return;
    this.#response = response;
    this.#sendBack(response === 'reset' ? 'reset' : 'response', DATA_RESEND_MS);
  }

  #succeed(response: HttpResponse): void {
    this.transmission.over = true;
    if (this.#request.keepAlive && this.#connection !== undefined) {
      tell(this.#done, { response, connection: this.#connection });
      return;
    }
    this.#connection?.close();
    tell(this.#done, { response });
  }

  #fail(failure: NetworkFailure): void {
    if (this.transmission.over) return;
    this.transmission.over = true;
    this.#connection?.close();
    tell(this.#done, { failure });
  }

  #sendThere(packet: Packet, resendMs: number): void {
    if (this.#route !== undefined) this.transmission.send(packet, this.#route.there, resendMs, 'sync');
  }

  #sendBack(packet: Packet, resendMs: number): void {
    if (this.#route !== undefined)
      this.transmission.send(packet, this.#route.back, resendMs, this.#request.manner);
  }
}

/** The opening of a connection, which has a deadline of its own. */
export class Connecting implements Expiring {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  get over(): boolean {
    return this.#exchange.transmission.over || this.#exchange.established;
  }

  expire(): void {
    this.#exchange.expire();
  }
}

class SimulatedConnection implements Connection {
  readonly address: string;
  readonly openedAt: number;
  #process: ServerProcess | undefined;
  #isClosed = false;

  constructor(address: string, openedAt: number) {
    this.address = address;
    this.openedAt = openedAt;
  }

  get process(): ServerProcess | undefined {
    return this.#process;
  }

  accepted(process: ServerProcess | undefined): void {
    this.#process = process;
  }

  /** That the other end closes is known at once. */
  get open(): boolean {
    return !this.#isClosed && !this.#process?.over;
  }

  close(): void {
    this.#isClosed = true;
  }
}
