import type { Told } from './told.ts';

/**
 * Where a message starts or ends: `hub`, `gtm`, a centre (`cluster1-beijing`), `vantage/<node>`,
 * `clients/<population>`, `resolver/<name>`. A rule for `clients` covers every place below it.
 */
export type Place = string;

/** The places that are there in every design. Below the last three are `vantage/<node>` and so on. */
export const PLACES: readonly Place[] = ['hub', 'gtm', 'vantage', 'clients', 'resolver'];

/** Where a vantage point of the GTM stands. */
export function vantagePlace(node: string): Place {
  return `vantage/${node}`;
}

/**
 * Why an exchange gave no answer. `refused`: the host said no at once. `timeout`: nothing came in time (black
 * hole, overload, loss). `reset`: the connection broke while it was in use.
 */
export type NetworkFailure = 'refused' | 'timeout' | 'reset';

/** An open connection that may carry further requests to the same address. */
export interface Connection {
  readonly address: string;
  readonly openedAt: number;
  readonly open: boolean;
  close(): void;
}

export interface HttpRequest {
  readonly from: Place;
  /** IP address; no name is resolved here. */
  readonly address: string;
  readonly port: number;
  /** The Host header. */
  readonly host: string;
  readonly path: string;
  /** From the first packet to the last byte of the answer. */
  readonly timeoutMs: number;
  /** A shorter limit for opening a new connection; the failure is `timeout` too. */
  readonly connectTimeoutMs?: number | undefined;
  /** Sends over this open connection instead of a new one. */
  readonly connection?: Connection | undefined;
  /** `done` settles no promise and starts nothing that awaits (see `Clock.after`). */
  readonly manner?: 'sync';
  /**
   * HTTPS. The certificate is not looked at: health checks ask whether a server serves. The simulated network has no
   * cryptography, and sends the same request plainly.
   */
  readonly tls?: { readonly serverName?: string };
  /** Leaves the connection open and hands it over in the outcome. */
  readonly keepAlive?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  /** Where it leads elsewhere (RFC 9110 §10.2.2). */
  readonly location?: string;
}

export type HttpOutcome =
  | { readonly response: HttpResponse; readonly connection?: Connection; readonly failure?: undefined }
  | { readonly failure: NetworkFailure; readonly response?: undefined };

export interface DnsQuery {
  readonly from: Place;
  /** IP address of the name server. */
  readonly server: string;
  readonly name: string;
  readonly type: 'A';
  readonly timeoutMs: number;
  /** As of HttpRequest. */
  readonly manner?: 'sync';
}

export interface DnsAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  /** In the order of the answer: most clients use the first. */
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

export type DnsOutcome =
  | { readonly answer: DnsAnswer; readonly failure?: undefined }
  | { readonly failure: NetworkFailure; readonly answer?: undefined };

/**
 * The network as a port. `done` is told exactly once, never before the call returns. Callbacks, not promises:
 * a drill makes tens of thousands of exchanges.
 */
export interface Network {
  http(request: HttpRequest, done: Told<HttpOutcome>): void;
  /** Opens a TCP connection and closes it; `done(undefined)` when it was accepted. */
  tcp(
    attempt: Pick<HttpRequest, 'from' | 'address' | 'port' | 'timeoutMs' | 'manner'>,
    done: (failure: NetworkFailure | undefined) => void,
  ): void;
  dns(query: DnsQuery, done: (outcome: DnsOutcome) => void): void;
}

/** Who holds a server's end of its connections. */
export interface ServerProcess {
  /** It has ended while its machine went on, which closes its connections. */
  readonly over: boolean;
}

/** A server on the simulated network. */
export interface SimulatedServer {
  /** What the host does now with a packet to one of its ports: serve it, refuse the connection, or let it vanish. */
  accepts(port: number): 'accept' | 'refuse' | 'drop';
  /** Who serves now: connections to another, which ended without a word, are reset. By default always the same. */
  process?(): ServerProcess;
  /** Tells `asker` at most once, now or later; a host that went away meanwhile never does. */
  handle(request: HttpRequest, asker: Told<HttpResponse | 'reset'>): void;
}

export interface SimulatedNameServer {
  accepts(): 'accept' | 'refuse' | 'drop';
  answer(query: DnsQuery): DnsAnswer;
}

/** The quality of one direction of a link; unset fields leave it as it is. */
export interface LinkQuality {
  /** One way, milliseconds. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** Share of packets that are lost, 0…1; TCP sends them again, UDP does not. */
  readonly loss?: number;
  /** Nothing gets through. */
  readonly cut?: boolean;
}

/** What the simulated lab and its faults do with the network beside sending. `network-simulated.ts` implements it. */
export interface SimulatedNetwork extends Network {
  listen(address: string, place: Place, server: SimulatedServer): void;
  listenDns(address: string, place: Place, server: SimulatedNameServer): void;
  /**
   * Lays a rule over the links from `from` to `to` (one direction; `*` is any place) and returns its removal.
   * Of several rules that match, the latest wins field by field.
   */
  rule(from: Place, to: Place, quality: LinkQuality): () => void;
  /**
   * Makes those links worse than the rules say, and returns the removal. Impairments add up: latencies and jitters are
   * sums, a packet that one does not lose another may, what one cuts is cut.
   */
  impair(from: Place, to: Place, quality: LinkQuality): () => void;
  /**
   * A request and its reply between two places, with their latencies, losses and cuts: what `http`, `dns` and the
   * simulated Kubernetes clients are made of. `serve` runs when the request arrives, `done` when the reply does;
   * `manner` is that of `serve` (see `Clock.after`).
   */
  exchange<T>(
    from: Place,
    to: Place,
    timeoutMs: number,
    serve: (reply: (value: T) => void) => void,
    done: (outcome: { value: T; failure?: undefined } | { failure: NetworkFailure }) => void,
    manner?: 'sync',
  ): void;
}
