import type { Expiring } from './deadlines.ts';
import {
  DATA_RESEND_MS,
  Exchange,
  type Packet,
  type Route,
  SYN_RESEND_MS,
  type Wire,
} from './exchange-simulated.ts';
import type { Connection, HttpOutcome, HttpRequest, HttpResponse, NetworkFailure } from './network.ts';
import { type Listener, type Told, tell } from './told.ts';

export type Attempt = Pick<HttpRequest, 'from' | 'address' | 'port' | 'timeoutMs' | 'manner'>;

/** Opens a connection: a SYN there, a SYN-ACK or the refusal back. */
abstract class Dialling extends Exchange {
  readonly #attempt: Attempt;
  /** What is sent to an address that nothing has goes nowhere. */
  protected readonly route: Route | undefined;

  constructor(wire: Wire, attempt: Attempt) {
    super(wire);
    this.#attempt = attempt;
    this.route = wire.route(attempt.from, attempt.address);
  }

  expire(): void {
    this.fail('timeout');
  }

  /** The SYN-ACK is on its way. */
  protected accepted(): void {
    this.sendBack('syn-ack', SYN_RESEND_MS);
  }

  protected abstract connected(): void;
  protected abstract fail(failure: NetworkFailure): void;

  protected dial(): void {
    this.sendThere('syn', SYN_RESEND_MS);
  }

  /** Servers are callbacks; what ends the exchange is the caller's. */
  protected override mannerOf(packet: Packet): 'sync' | undefined {
    return packet === 'syn' || packet === 'request' ? 'sync' : this.#attempt.manner;
  }

  protected arrived(packet: Packet): boolean {
    if (packet === 'syn') {
      const accepts = this.route?.host.server.accepts();
      if (accepts === 'drop') return false;
      if (accepts === 'refuse') this.sendBack('refusal', SYN_RESEND_MS);
      else this.accepted();
    } else if (packet === 'refusal') this.fail('refused');
    else this.connected();
    return true;
  }

  protected sendThere(packet: Packet, resendMs: number): void {
    if (this.route !== undefined) this.send(packet, this.route.there, resendMs);
  }

  protected sendBack(packet: Packet, resendMs: number): void {
    if (this.route !== undefined) this.send(packet, this.route.back, resendMs);
  }
}

/** Opens a connection and closes it. */
export class TcpExchange extends Dialling {
  readonly #done: (failure: NetworkFailure | undefined) => void;

  constructor(wire: Wire, attempt: Attempt, done: (failure: NetworkFailure | undefined) => void) {
    super(wire, attempt);
    this.#done = done;
  }

  start(): void {
    this.dial();
  }

  protected connected(): void {
    this.over = true;
    this.#done(undefined);
  }

  protected fail(failure: NetworkFailure): void {
    this.over = true;
    this.#done(failure);
  }
}

/** A request and its response over a new connection or one that was kept. */
export class HttpExchange extends Dialling implements Listener<HttpResponse | 'reset'> {
  readonly #request: HttpRequest;
  readonly #done: Told<HttpOutcome>;
  /** The one that the request came over, or that is kept after it. */
  readonly #connection: SimulatedConnection | undefined;
  #established = false;
  #response: HttpResponse | 'reset' | undefined;

  constructor(wire: Wire, request: HttpRequest, done: Told<HttpOutcome>) {
    super(wire, request);
    this.#request = request;
    this.#done = done;
    if (request.connection !== undefined) this.#connection = request.connection as SimulatedConnection;
    else if (request.keepAlive) this.#connection = new SimulatedConnection(request.address, wire.clock.now());
  }

  get established(): boolean {
    return this.#established;
  }

  start(): void {
    if (this.#request.connection === undefined) this.dial();
    else if (this.#request.connection.open) this.connected();
    else this.wire.clock.after(0, () => this.fail('reset'));
  }

  protected override arrived(packet: Packet): boolean {
    if (packet === 'request') return this.#served();
    if (packet === 'reset') this.fail('reset');
    else if (packet === 'response') this.#succeed(this.#response as HttpResponse);
    else return super.arrived(packet);
    return true;
  }

  protected override accepted(): void {
    const { route } = this;
    if (route !== undefined && this.sendOnArrival('request', route, DATA_RESEND_MS)) this.#established = true;
    else super.accepted();
  }

  protected connected(): void {
    this.#established = true;
    this.sendThere('request', DATA_RESEND_MS);
  }

  protected fail(failure: NetworkFailure): void {
    if (this.over) return;
    this.over = true;
    this.#connection?.close();
    tell(this.#done, { failure });
  }

  /** The host may have changed since the connection was opened. */
  #served(): boolean {
    const server = this.route?.host.server;
    const accepts = server?.accepts();
    if (accepts === 'drop') return false;
    if (accepts === 'refuse') this.told('reset');
    else server?.handle(this.#request, this);
    return true;
  }

  /** The server's reply goes out. */
  told(response: HttpResponse | 'reset'): void {
    if (this.#response !== undefined) return;
    this.#response = response;
    this.sendBack(response === 'reset' ? 'reset' : 'response', DATA_RESEND_MS);
  }

  #succeed(response: HttpResponse): void {
    this.over = true;
    if (this.#request.keepAlive && this.#connection !== undefined) {
      tell(this.#done, { response, connection: this.#connection });
      return;
    }
    this.#connection?.close();
    tell(this.#done, { response });
  }
}

/** The opening of a connection, which has a deadline of its own. */
export class Connecting implements Expiring {
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
