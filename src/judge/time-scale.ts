import type { GtmConfig } from '../gtm/config.ts';
import type { Topology } from '../kube/topology.ts';
import type { ClientsConfig } from '../traffic/config.ts';

/*
 * A drill at a time scale of 7.5 does in two seconds what its files give fifteen: the GTM checks every 2 s, the
 * scenario strikes and ends earlier, clients ask and caches forget as much faster. As many requests are made as
 * before, and a pod can serve as much more of them, so that shares, splits and overload mean the same.
 *
 * What belongs to the machinery stays as it is: Kubernetes' own times and a network's latency. Timeouts get shorter,
 * but not below what tells a slow answer of real parts from none.
 */

/** How many times faster than its files say a drill may run: beyond 15, checks would come faster than every second. */
export const TIME_SCALE = { least: 1, most: 15 } as const;

/** Milliseconds. */
const SHORTEST_TIMEOUT = 2000;

/** What is run, and judged. It is given back with what its files say as `asWritten`. */
export function scaledScenario<S extends ScalableScenario>(scenario: S, scale: number): S {
  if (scale === 1) return scenario;
  return {
    ...scaledSettings(scenario, scale),
    asWritten: scenario,
    timeScale: scale,
    approveAfter: shorter(scenario.approveAfter, scale),
    timeline: scenario.timeline.map(entry => scaledEntry(entry, scale)),
  };
}

interface Entry {
  readonly name: string;
  readonly params?: unknown;
}

interface Scalable {
  readonly topology: Topology;
  readonly gtm: GtmConfig;
  readonly clients: ClientsConfig;
  readonly expect: readonly Entry[];
  readonly ends?: number | undefined;
}

interface ScalableScenario extends Scalable {
  readonly approveAfter: number;
  readonly timeline: readonly ScalableEntry[];
  readonly ends: number;
}

interface ScalableEntry {
  readonly at: number;
  readonly for?: number | undefined;
}

/** What judging needs, scaled. */
export function scaledSettings<S extends Scalable>(settings: S, scale: number): S {
  if (scale === 1) return settings;
  const { topology, gtm, clients, expect, ends } = settings;
  return {
    ...settings,
    topology: { ...topology, pod: { ...topology.pod, serviceTime: topology.pod.serviceTime / scale } },
    gtm: scaledGtm(gtm, scale),
    clients: scaledClients(clients, scale),
    ...(ends !== undefined && { ends: shorter(ends, scale) }),
    expect: expect.map(entry => ({ ...entry, params: scaledLimits(entry, scale) })),
  };
}

/** TTLs stay whole seconds, as DNS has them (RFC 1035, section 3.2.1), and at least one. */
function scaledGtm(gtm: GtmConfig, scale: number): GtmConfig {
  const { Config, AddrPools, emulator } = gtm;
  return {
    ...gtm,
    Config: { ...Config, Ttl: Math.max(1, Math.round(Config.Ttl / scale)) },
    AddrPools: AddrPools.map(({ Monitor, ...pool }) => ({
      ...pool,
      ...(Monitor && { Monitor: scaledMonitor(Monitor, scale) }),
    })),
    emulator: {
      ...emulator,
      publishDelay: shorter(emulator.publishDelay, scale),
      holdDown: shorter(emulator.holdDown, scale),
    },
  };
}

type Monitor = NonNullable<GtmConfig['AddrPools'][number]['Monitor']>;

function scaledMonitor<M extends Monitor>(monitor: M, scale: number): M {
  const { Interval, Timeout } = monitor;
  return { ...monitor, Interval: Interval / scale, Timeout: scaledTimeout(Timeout, scale) };
}

const CACHE_TIMES = ['minTtl', 'maxTtl', 'serveStale', 'negative'];
const CONNECTION_TIMES = ['keepAlive', 'idle'];

function scaledClients(clients: ClientsConfig, scale: number): ClientsConfig {
  return {
    ...clients,
    rate: clients.rate * scale,
    populations: clients.populations.map(population => {
      const { loop, resolver, cache, connection, timeout } = population;
      return {
        ...population,
        ...(loop && { loop: { ...loop, every: shorter(loop.every, scale) } }),
        resolver: { ...resolver, cache: scaledFields(resolver.cache, CACHE_TIMES, scale) },
        cache: scaledValue(cache, scale),
        timeout: scaledTimeout(timeout, scale),
        connection:
          typeof connection === 'string' ? connection : scaledFields(connection, CONNECTION_TIMES, scale),
      };
    }),
  };
}

function scaledEntry<E extends ScalableEntry>(entry: E, scale: number): E {
  const at = shorter(entry.at, scale);
  return entry.for === undefined ? { ...entry, at } : { ...entry, at, for: shorter(entry.for, scale) };
}

/** Which parameters of an expectation are times. `rto-below` holds populations and their limits. */
function scaledLimits({ name, params }: Entry, scale: number): unknown {
  if (typeof params !== 'object' || params === null) return params;
  const times =
    name === 'rto-below' ? Object.keys(params).filter(field => field !== 'fault') : ['settle', 'within'];
  return scaledFields(params, times, scale);
}

/** Those of the fields that are named are times. */
function scaledFields<T extends object>(fields: T, times: readonly string[], scale: number): T {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      times.includes(field) ? scaledValue(value, scale) : value,
    ]),
  ) as T;
}

/** A time; words such as `forever` and `bound` stay. */
function scaledValue<T>(value: T, scale: number): T {
  return typeof value === 'number' ? (shorter(value, scale) as T) : value;
}

const scaledTimeout = (ms: number, scale: number) =>
  Math.max(Math.min(ms, SHORTEST_TIMEOUT), shorter(ms, scale));

const shorter = (ms: number, scale: number) => Math.round(ms / scale);
