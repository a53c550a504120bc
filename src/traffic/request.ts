import type { RequestEvent } from '../runtime/journal.ts';
import type { Connection, HttpOutcome, HttpRequest } from '../runtime/network.ts';
import type { Listener } from '../runtime/told.ts';
import type { Client } from './client.ts';
import type { Asker, Resolution } from './resolver.ts';

/** One request of a client: lookup, connection, answer, journal. */
export class Request implements Asker, Listener<HttpOutcome> {
  readonly #client: Client;
  readonly #ended: (() => void) | undefined;
  #resolution!: Resolution;
  #sent = 0;
  #connected = 0;
  /** Which of the resolution's addresses is dialled. */
  #choice = 0;
  /** The one that is dialled, or that a kept connection goes to. */
  #address = '';

  constructor(client: Client, ended: (() => void) | undefined) {
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
