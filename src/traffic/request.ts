import type { Clock } from '../runtime/clock.ts';
import type { RequestEvent } from '../runtime/journal.ts';
import type { Connection, HttpOutcome, HttpRequest, Network, Place } from '../runtime/network.ts';
import type { Listener } from '../runtime/told.ts';
import type { ClientsConfig, PopulationConfig } from './config.ts';
import type { TrafficRecord } from './record.ts';
import type { Asker, Resolution, Resolver } from './resolver.ts';

/** What all clients of a population share. */
export interface Habits {
  readonly population: PopulationConfig;
  readonly target: Pick<ClientsConfig, 'name' | 'port' | 'path'>;
  readonly place: Place;
  readonly clock: Clock;
  readonly network: Network;
  readonly record: TrafficRecord;
  readonly centreOf: (address: string) => string | undefined;
}

/** A connection between two requests, and how it came to be. */
export interface KeptConnection {
  readonly connection: Connection;
  readonly resolution: Resolution;
  /** When it was opened, ms. */
  readonly connected: number;
  /** When its last request ended, ms. */
  readonly rested: number;
}

/** Who makes a request, and keeps what may serve the next. */
export interface Requester {
  readonly index: number;
  readonly habits: Habits;
  readonly resolver: Resolver;
  /** The addresses in the client's own cache, while they are good. */
  cached(now: number): Resolution | undefined;
  remember(resolution: Resolution): void;
  /** A connection that is still good. */
  takeConnection(now: number): KeptConnection | undefined;
  keepConnection(kept: KeptConnection): void;
}

/** One request of a client: lookup, connection, answer, journal. */
export class Request implements Asker, Listener<HttpOutcome> {
  readonly #client: Requester;
  readonly #ended: (() => void) | undefined;
  #resolution!: Resolution;
  #sent = 0;
  #connected = 0;
  /** Which of the resolution's addresses is dialled. */
  #choice = 0;
  /** The one that is dialled, or that a kept connection goes to. */
  #address = '';

  constructor(client: Requester, ended: (() => void) | undefined) {
    this.#client = client;
    this.#ended = ended;
  }

  start(): void {
    const { clock, record } = this.#client.habits;
    const now = clock.now();
    record.begin();
    const kept = this.#client.takeConnection(now);
    if (kept !== undefined) {
      this.#prepare(kept.resolution, now, kept.connected);
      this.#dial(kept.connection.address, now, kept.connection);
      return;
    }
    const cached = this.#client.cached(now);
    if (cached === undefined) this.#client.resolver.lookup(this);
    else this.#open(cached, now);
  }

  resolved(resolution: Resolution): void {
    const now = resolution.looked;
    if (resolution.addresses.length === 0) {
      this.#prepare(resolution, now, now);
      this.#finish(now, undefined, { failure: 'dns' });
      return;
    }
    this.#client.remember(resolution);
    this.#open(resolution, now);
  }

  #prepare(resolution: Resolution, sent: number, connected: number): void {
    this.#resolution = resolution;
    this.#sent = sent;
    this.#connected = connected;
  }

  #open(resolution: Resolution, now: number): void {
    this.#prepare(resolution, now, now);
    this.#dial(resolution.addresses[0] as string, now);
  }

  #dial(address: string, now: number, kept?: Connection): void {
    const { place, population, target, network } = this.#client.habits;
    const timeoutMs = population.timeout - (now - this.#sent);
    this.#address = address;
    // curl gives an address half of the time that is left while there is another one to try.
    const connectTimeoutMs = kept === undefined && this.#hasNext() ? Math.ceil(timeoutMs / 2) : undefined;
    // All of one shape, also where a field is absent: who reads them finds each field at once.
    const request: HttpRequest = {
      from: place,
      address,
      port: target.port,
      host: target.name,
      path: target.path,
      timeoutMs,
      connectTimeoutMs,
      connection: kept,
      manner: 'sync',
      keepAlive: population.connection !== 'fresh',
    };
    network.http(request, this);
  }

  #hasNext(): boolean {
    return (
      this.#client.habits.population.triesNextAddress && this.#choice + 1 < this.#resolution.addresses.length
    );
  }

  told(outcome: HttpOutcome): void {
    const { clock, population, record } = this.#client.habits;
    const now = clock.now();
    const address = this.#address;
    if (outcome.response === undefined) {
      // Not connected: refused, or a timeout with time left, which can only be that of the connection.
      const unconnected = outcome.failure !== 'reset' && now - this.#sent < population.timeout;
      if (unconnected && this.#hasNext()) {
        this.#dial(this.#resolution.addresses[++this.#choice] as string, now);
        return;
      }
      this.#finish(now, address, { failure: outcome.failure });
      return;
    }
    const { response, connection } = outcome;
    if (connection !== undefined) {
      const resolution = this.#resolution;
      this.#client.keepConnection({ connection, resolution, connected: this.#connected, rested: now });
    }
    this.#finish(now, address, {
      status: response.status,
      body: record.body(now, response.status, response.body),
    });
  }

  #finish(
    at: number,
    address: string | undefined,
    result: { status: number; body: number; failure?: undefined } | Required<Pick<RequestEvent, 'failure'>>,
  ): void {
    const { centreOf, population, record } = this.#client.habits;
    const { looked, answer, draw } = this.#resolution;
    const centre = address === undefined ? undefined : centreOf(address);
    const { name } = population;
    const client = this.#client.index;
    const sent = this.#sent;
    const connected = this.#connected;
    let event: RequestEvent;
    if (address !== undefined && centre !== undefined && result.failure === undefined) {
      // Nearly all. Fields that are added later would lie in an object of their own, which costs memory and time.
      const { status, body } = result;
      // biome-ignore format: one event
      event = { at, kind: 'request', population: name, client, sent, looked, connected, answer, draw, address, centre, status, body };
    } else {
      event = { at, kind: 'request', population: name, client, sent, looked, connected, answer, draw };
      if (address !== undefined) event.address = address;
      if (centre !== undefined) event.centre = centre;
      Object.assign(event, result);
    }
    record.journal.append(event);
    this.#ended?.();
    record.end();
  }
}
