import type { Clock, Timer } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import {
  type HttpOutcome,
  type HttpRequest,
  type Network,
  type NetworkFailure,
  vantagePlace,
} from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import { type AddressHealth, failing, newHealth, observe } from './health.ts';
import type { AddressStatus, HttpMonitor, Monitor, Pool } from './model.ts';
import { firstTarget, MOST_REDIRECTS, redirected, requestOf, type WebTarget } from './redirect.ts';

/** What is checked: an address, by a monitor. */
export interface Check {
  /** Unique. */
  readonly key: string;
  readonly address: string;
  readonly monitor: Monitor;
}

/** Sends echo requests, in whatever time that takes; what it returns ends it early. */
export type Ping = (
  attempt: { readonly address: string; readonly packets: number; readonly timeoutMs: number },
  done: (lost: number) => void,
) => () => void;

export interface HealthChange {
  readonly status: AddressStatus;
  /** How many vantage points see it down. */
  readonly failing: number;
  /** HTTP status or `connected`, the share of lost packets, or the failure. */
  readonly result: string;
}

/** Where a check goes: not always to where its address says. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface ProberPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly journal: Journal;
  readonly centreOf: (address: string) => string | undefined;
  /** Where an address is reached; nothing when it is not to be checked at all. Left out: at itself. */
  readonly reach?: (address: string, port: number) => Target | undefined;
  /** Sends echo requests and tells how many were lost. Left out: PING checks are not made. */
  readonly ping?: Ping;
  /** Told of each change of an address's health, with the result that made it. */
  readonly onHealth?: (check: Check, change: HealthChange) => void;
}

/** The checks of 2.0 pools: their SMART members, where there is a monitor. */
export function checksOf(pools: readonly Pool[]): readonly Check[] {
  return pools.flatMap(({ members, monitor }) =>
    monitor === undefined
      ? []
      : members.filter(one => one.mode === 'SMART').map(({ key, address }) => ({ key, address, monitor })),
  );
}

/** Checks every address from every vantage point of its monitor. */
export class Prober {
  readonly #ports: ProberPorts;
  readonly #changed: () => void;
  readonly #alerts: Set<string>;
  readonly #watches = new Map<string, Watch>();
  #unreachable: readonly string[] = [];

  /** `changed` is called after each change of `alerts`. Those keys are held for down from the start. */
  constructor(ports: ProberPorts, changed: () => void, alerts: Iterable<string> = []) {
    this.#ports = ports;
    this.#changed = changed;
    this.#alerts = new Set(alerts);
  }

  /** Keys of the checks whose address is held for down. */
  get alerts(): ReadonlySet<string> {
    return this.#alerts;
  }

  /** Addresses that are to be checked and cannot be, sorted. They count as up. */
  get unreachable(): readonly string[] {
    return this.#unreachable;
  }

  status(key: string): AddressStatus | 'NO_DATA' {
    if (this.#alerts.has(key)) return 'ALERT';
    return this.#watches.get(key)?.hasResult ? 'OK' : 'NO_DATA';
  }

  /** From now on checks these; what is known of an address stays while it is checked, however that is. */
  check(checks: readonly Check[]): void {
    const wanted = new Map(checks.map(check => [check.key, check]));
    for (const [key, watch] of this.#watches) {
      const check = wanted.get(key);
      if (check && watch.isOf(check)) continue;
      watch.stop();
      this.#watches.delete(key);
      if (check?.address !== watch.check.address) this.#alerts.delete(key);
    }
    for (const key of this.#alerts) if (!wanted.has(key)) this.#alerts.delete(key);
    const unreachable = new Set<string>();
    for (const check of checks) {
      const target = this.#target(check);
      if (target === undefined) {
        unreachable.add(check.address);
        // Whatever was known before: nobody would find out that it is up again.
        this.#alerts.delete(check.key);
      }
      if (this.#watches.has(check.key) || target === undefined) continue;
      this.#watches.set(check.key, new Watch(check, target, this.#ports, this.#alerts, this.#changed));
    }
    this.#unreachable = [...unreachable].sort();
  }

  /** No probe starts after this, and no result counts. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }

  #target({ address, monitor }: Check): Target | undefined {
    const { reach, ping } = this.#ports;
    if (monitor.protocol === 'PING' && ping === undefined) return undefined;
    const { port } = monitor;
    return reach ? reach(address, port) : { address, port };
  }
}

/** One address's health, as its monitor's vantage points find it. */
class Watch {
  readonly check: Check;
  readonly #ports: ProberPorts;
  readonly #alerts: Set<string>;
  readonly #changed: () => void;
  readonly #centre: string;
  readonly #schedules: readonly Schedule[];
  #health: AddressHealth;
  hasResult = false;

  constructor(check: Check, target: Target, ports: ProberPorts, alerts: Set<string>, changed: () => void) {
    this.check = check;
    this.#ports = ports;
    this.#alerts = alerts;
    this.#changed = changed;
    this.#centre = ports.centreOf(check.address) ?? check.address;
    const { nodes } = check.monitor;
    this.#health = newHealth(nodes.length, alerts.has(check.key) ? 'ALERT' : 'OK');
    this.#schedules = nodes.map((_, node) => new Schedule(this, node, target, ports));
  }

  /** Whether a check is this one. */
  isOf({ address, monitor }: Check): boolean {
    return this.check.address === address && JSON.stringify(this.check.monitor) === JSON.stringify(monitor);
  }

  stop(): void {
    for (const schedule of this.#schedules) schedule.stop();
  }

  record(node: number, ok: boolean, result: string): void {
    const { clock, journal } = this.#ports;
    const { address, monitor } = this.check;
    this.hasResult = true;
    const at = clock.now();
    const vantage = monitor.nodes[node] ?? '';
    journal.append({ at, kind: 'probe', address, centre: this.#centre, vantage, ok, result });
    const before = this.#health;
    this.#health = observe(before, node, ok, monitor);
    if (this.#health.status !== before.status) this.#announce(at, result);
  }

  #announce(at: number, result: string): void {
    const { status, nodes } = this.#health;
    if (status === 'ALERT') this.#alerts.add(this.check.key);
    else this.#alerts.delete(this.check.key);
    this.#ports.journal.append({
      at,
      kind: 'health',
      address: this.check.address,
      centre: this.#centre,
      status,
      failing: failing(nodes),
      nodes: nodes.length,
    });
    this.#ports.onHealth?.(this.check, { status, failing: failing(nodes), result });
    this.#changed();
  }
}

function isWeb(monitor: Monitor): monitor is HttpMonitor {
  return monitor.protocol === 'HTTP' || monitor.protocol === 'HTTPS';
}

/** One vantage point's checks of one address: every interval, from a phase of its own. */
class Schedule {
  readonly #watch: Watch;
  readonly #node: number;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #ping: Ping | undefined;
  readonly #request: HttpRequest;
  readonly #reach: (address: string, port: number) => Target | undefined;
  #due: number;
  /** When the check under way has to be over. */
  #deadline = 0;
  /** Ends the echo requests under way. */
  #endPing: (() => void) | undefined;
  #timer: Timer;
  #stopped = false;

  constructor(watch: Watch, node: number, target: Target, ports: ProberPorts) {
    const { clock, network, random, ping, reach = (address, port) => ({ address, port }) } = ports;
    const { key, address, monitor } = watch.check;
    const name = monitor.nodes[node] ?? '';
    this.#watch = watch;
    this.#node = node;
    this.#clock = clock;
    this.#network = network;
    this.#ping = ping;
    this.#reach = reach;
    this.#request = {
      from: vantagePlace(name),
      ...target,
      ...(isWeb(monitor)
        ? requestOf(firstTarget(address, monitor), monitor.sni)
        : { host: address, path: '/' }),
      timeoutMs: monitor.timeout,
      manner: 'sync',
    };
    const phase = random.fork(`${key} from ${name}`).below(monitor.interval);
    this.#due = clock.now() + phase;
    this.#timer = clock.after(phase, this.#probe, 'sync');
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
    this.#endPing?.();
  }

  readonly #probe = (): void => {
    const { monitor } = this.#watch.check;
    this.#deadline = this.#clock.now() + monitor.timeout;
    // Counted from when it was due: a late timer must not stretch the interval.
    this.#due += monitor.interval;
    this.#timer = this.#clock.after(this.#due - this.#clock.now(), this.#probe, 'sync');
    if (monitor.protocol === 'TCP') this.#network.tcp(this.#request, this.#onConnect);
    // Many echo requests may take longer than an interval: they are not to pile up.
    else if (monitor.protocol === 'PING')
      this.#endPing ??= this.#ping?.({ ...this.#request, packets: monitor.packets }, this.#onPing);
    else this.#network.http(this.#request, this.#onResponse);
  };

  readonly #onResponse = (outcome: HttpOutcome): void => {
    const { address, monitor } = this.#watch.check;
    if (!isWeb(monitor)) return;
    this.#answered(outcome, monitor, monitor.followRedirect ? firstTarget(address, monitor) : undefined, 0);
  };

  /** `asked` is where, if it matters. What a redirect leads to and cannot be checked says nothing: the redirect counts. */
  #answered(
    outcome: HttpOutcome,
    monitor: HttpMonitor,
    asked: WebTarget | undefined,
    redirects: number,
  ): void {
    if (outcome.failure !== undefined) {
      this.#record(false, outcome.failure);
      return;
    }
    const { status, location } = outcome.response;
    const next = asked && redirected(asked, status, location);
    const target = next && this.#reach(next.address, next.port);
    if (this.#stopped || next === undefined || target === undefined)
      this.#record(status < monitor.failsFrom, String(status));
    else if (redirects === MOST_REDIRECTS) this.#record(false, `more than ${MOST_REDIRECTS} redirects`);
    else {
      const { from } = this.#request;
      const timeoutMs = this.#deadline - this.#clock.now();
      const request = {
        from,
        ...target,
        ...requestOf(next, monitor.sni),
        timeoutMs,
        manner: 'sync',
      } as const;
      this.#network.http(request, answer => this.#answered(answer, monitor, next, redirects + 1));
    }
  }

  readonly #onConnect = (failure: NetworkFailure | undefined): void => {
    this.#record(failure === undefined, failure ?? 'connected');
  };

  readonly #onPing = (lost: number): void => {
    this.#endPing = undefined;
    const { monitor } = this.#watch.check;
    const percent = monitor.protocol === 'PING' ? (100 * lost) / monitor.packets : 100;
    this.#record(monitor.protocol === 'PING' && percent < monitor.failsFromLoss, `${percent}% lost`);
  };

  #record(ok: boolean, result: string): void {
    if (!this.#stopped) this.#watch.record(this.#node, ok, result);
  }
}
