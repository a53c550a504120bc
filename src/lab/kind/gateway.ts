import type { Clock } from '../../runtime/clock.ts';
import { type LinkQuality, type Place, vantagePlace } from '../../runtime/network.ts';
import { OBSERVER } from '../observer.ts';
import type { Docker } from './docker.ts';
import {
  EARLIER_LABEL,
  gatewayName,
  KEPT_LABEL,
  LABEL,
  NETWORK,
  RUN_LABEL,
  TOXIPROXY_IMAGE,
} from './pins.ts';
import { type Toxic, Toxiproxy } from './toxiproxy.ts';
import { until } from './until.ts';

const CLIENTS: Place = 'clients';
/** The place, and the cluster's name. */
export const HUB: Place = 'hub';

/** Above all ports that anything else listens on in a gateway. */
const FIRST_OWN_PORT = 20_000;
export const API_PORT = 6443;
const STARTS_WITHIN_MS = 60_000;

/** One way into a centre: who takes it, where it begins in the gateway, where it ends in the cluster. */
export interface Way {
  readonly place: Place;
  readonly port: number;
  readonly to: number;
}

/**
 * The ways into a centre. Clients come by the public port; each place whose link may be struck alone has a port of its
 * own, and so has the observer; the hub goes to the Kubernetes API.
 */
export function waysInto(publicPort: number, vantagePoints: readonly string[]): readonly Way[] {
  const own = [OBSERVER, ...vantagePoints.map(vantagePlace)];
  return [
    { place: CLIENTS, port: publicPort, to: publicPort },
    ...own.map((place, index) => ({ place, port: FIRST_OWN_PORT + index, to: publicPort })),
    { place: HUB, port: API_PORT, to: API_PORT },
  ];
}

/** The ways that a link's end stands for: `*` is all but the observer's, `vantage` all below it. */
export function waysOf(ways: readonly Way[], place: Place): readonly Way[] {
  if (place === '*') return ways.filter(way => way.place !== OBSERVER);
  return ways.filter(way => way.place === place || way.place.startsWith(`${place}/`));
}

export interface GatewayParts {
  readonly docker: Docker;
  readonly clock: Clock;
  /** Ends the waiting for one that is being started. */
  readonly signal: AbortSignal | undefined;
  readonly centre: string;
  /** On the lab's network. */
  readonly address: string;
  readonly ways: readonly Way[];
}

/** What a gateway's container says of the run that it was made for. */
export interface RunLabels {
  /** The run's folder, absolute. */
  readonly run: string;
  /** Those of earlier runs that have left something in theirs. */
  readonly earlier: readonly string[];
  /** The lab stays when the run has ended. */
  readonly keep: boolean;
}

/** The public address before a centre: a Toxiproxy on the lab's network, where links are shaped. */
export class Gateway {
  readonly address: string;
  readonly #parts: GatewayParts;
  readonly #toxiproxy: Toxiproxy;
  #count = 0;
  /** One change after the other: what a reopened gateway puts back may not be taken back meanwhile. */
  #turn: Promise<unknown> = Promise.resolve();

  /** The one that runs there. */
  constructor(parts: GatewayParts) {
    this.address = parts.address;
    this.#parts = parts;
    this.#toxiproxy = new Toxiproxy(parts.address);
  }

  /** Makes it anew. */
  static async start(parts: GatewayParts, labels: RunLabels): Promise<Gateway> {
    const { docker, centre, address } = parts;
    const name = gatewayName(centre);
    await docker.remove(name);
    const container = await docker.api.createContainer({
      name,
      Image: TOXIPROXY_IMAGE,
      Labels: labelsOf(labels),
      HostConfig: { NetworkMode: NETWORK },
      NetworkingConfig: { EndpointsConfig: { [NETWORK]: { IPAMConfig: { IPv4Address: address } } } },
    });
    await container.start();
    const gateway = new Gateway(parts);
    await gateway.#answers(parts.signal);
    return gateway;
  }

  /** Opens the ways to a node, by its address. */
  async open(node: string): Promise<void> {
    for (const way of this.#parts.ways)
      await this.#toxiproxy.create({
        name: proxyOf(way),
        listen: `0.0.0.0:${way.port}`,
        upstream: `${node}:${way.to}`,
      });
  }

  /**
   * Leads to a node that was away, wherever it is now, and drops all that waits for it. Toxiproxy accepts one connection
   * after the other and dials each: what its clients gave up long ago would reach the node when it is back, after the
   * dial of many seconds that hangs. Links stay as they are shaped.
   */
  reopen(node: string): Promise<void> {
    return this.#inTurn(async () => {
      const shaped = await this.#toxiproxy.toxics();
      await this.#parts.docker.container(gatewayName(this.#parts.centre)).restart({ t: 0 });
      // Who has lost patience with the drill waits for its healing all the same.
      await this.#answers(undefined);
      await this.open(node);
      for (const { proxy, toxic } of shaped) await this.#toxiproxy.add(proxy, toxic);
    });
  }

  shape(label: string, ways: readonly Way[], stream: Toxic['stream'], quality: LinkQuality): Promise<void> {
    return this.#inTurn(async () => {
      for (const way of ways)
        for (const effect of effectsOf(quality)) {
          this.#count += 1;
          const name = `${prefixOf(label)}${effect.type}-${this.#count}`;
          await this.#toxiproxy.add(proxyOf(way), { name, stream, ...effect });
        }
    });
  }

  /** Whoever shaped it: toxics carry their label in their names. */
  restore(label: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const { proxy, toxic } of await this.#toxiproxy.toxics())
        if (toxic.name.startsWith(prefixOf(label))) await this.#toxiproxy.remove(proxy, toxic.name);
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #answers(signal: AbortSignal | undefined): Promise<void> {
    const { clock, centre } = this.#parts;
    const bounds = { clock, signal, withinMs: STARTS_WITHIN_MS };
    await until(`the gateway of ${centre} does not answer`, bounds, () => this.#toxiproxy.answers());
  }
}

const labelsOf = ({ run, earlier, keep }: RunLabels) => ({
  [LABEL]: 'kind',
  [RUN_LABEL]: run,
  [EARLIER_LABEL]: JSON.stringify(earlier),
  ...(keep ? { [KEPT_LABEL]: 'true' } : {}),
});
const proxyOf = (way: Way) => way.place.replaceAll('/', '.');
/** A toxic's name is part of a URL's path. */
const prefixOf = (label: string) => `${label.replaceAll('/', '~')}~`;

/**
 * What of a link's quality a proxy of TCP can show. Bytes that are lost for good break a connection, so loss is shown as
 * connections that are reset; a cut link swallows all bytes, though connections still open.
 */
function effectsOf(quality: LinkQuality): Pick<Toxic, 'type' | 'toxicity' | 'attributes'>[] {
  const { latencyMs = 0, jitterMs = 0, loss = 0, cut = false } = quality;
  const effects: Pick<Toxic, 'type' | 'toxicity' | 'attributes'>[] = [];
  if (latencyMs > 0 || jitterMs > 0)
    effects.push({
      type: 'latency',
      toxicity: 1,
      attributes: { latency: Math.round(latencyMs), jitter: Math.round(jitterMs) },
    });
  if (loss > 0) effects.push({ type: 'reset_peer', toxicity: loss, attributes: { timeout: 0 } });
  if (cut) effects.push({ type: 'timeout', toxicity: 1, attributes: { timeout: 0 } });
  return effects;
}
