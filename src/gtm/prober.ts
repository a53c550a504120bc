import type { Clock, Timer } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import type { HttpOutcome, HttpRequest, Network, NetworkFailure } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import { type AddressHealth, failing, newHealth, observe } from './health.ts';
import { type Member, type Monitor, type Pool, vantagePlace } from './model.ts';

export interface ProberPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly journal: Journal;
  readonly centreOf: (address: string) => string | undefined;
}

/** Checks every SMART member of monitored pools from every vantage point of its monitor. */
export class Prober {
  /** Keys of the members that are held for down. */
  readonly alerts: ReadonlySet<string>;
  private readonly schedules: readonly Schedule[];

  /** `changed` is called after each change of `alerts`. */
  constructor(pools: readonly Pool[], ports: ProberPorts, changed: () => void) {
    const alerts = new Set<string>();
    this.alerts = alerts;
    this.schedules = pools.flatMap(pool => {
      const { monitor } = pool;
      if (!monitor) return [];
      const checked = pool.members.filter(member => member.mode === 'SMART');
      return checked.flatMap(member => {
        const watch = new Watch(member, monitor, ports, alerts, changed);
        return monitor.nodes.map((_, node) => new Schedule(watch, node, ports));
      });
    });
  }

  /** No probe starts after this, and no result counts. */
  stop(): void {
    for (const schedule of this.schedules) schedule.stop();
  }
}

/** One member's health, as its monitor's vantage points find it. */
class Watch {
  readonly member: Member;
  readonly monitor: Monitor;
  private readonly centre: string;
  private readonly journal: Journal;
  private readonly clock: Clock;
  private readonly alerts: Set<string>;
  private readonly changed: () => void;
  private health: AddressHealth;

  constructor(
    member: Member,
    monitor: Monitor,
    ports: ProberPorts,
    alerts: Set<string>,
    changed: () => void,
  ) {
    this.member = member;
    this.monitor = monitor;
    this.centre = ports.centreOf(member.address) ?? member.address;
    this.journal = ports.journal;
    this.clock = ports.clock;
    this.alerts = alerts;
    this.changed = changed;
    this.health = newHealth(monitor.nodes.length);
  }

  record(node: number, ok: boolean, result: string): void {
    const { address } = this.member;
    const at = this.clock.now();
    const vantage = this.monitor.nodes[node] ?? '';
    this.journal.append({ at, kind: 'probe', address, centre: this.centre, vantage, ok, result });
    const before = this.health;
    this.health = observe(before, node, ok, this.monitor);
    if (this.health.status !== before.status) this.announce(at);
  }

  private announce(at: number): void {
    const { status, nodes } = this.health;
    if (status === 'ALERT') this.alerts.add(this.member.key);
    else this.alerts.delete(this.member.key);
    this.journal.append({
      at,
      kind: 'health',
      address: this.member.address,
      centre: this.centre,
      status,
      failing: failing(nodes),
      nodes: nodes.length,
    });
    this.changed();
  }
}

/** One vantage point's checks of one member: every interval, from a phase of its own. */
class Schedule {
  private readonly watch: Watch;
  private readonly node: number;
  private readonly clock: Clock;
  private readonly network: Network;
  private readonly request: HttpRequest;
  private due: number;
  private timer: Timer;
  private stopped = false;

  constructor(watch: Watch, node: number, { clock, network, random }: ProberPorts) {
    const { member, monitor } = watch;
    const name = monitor.nodes[node] ?? '';
    this.watch = watch;
    this.node = node;
    this.clock = clock;
    this.network = network;
    this.request = {
      from: vantagePlace(name),
      address: member.address,
      port: monitor.port,
      host: monitor.protocol === 'HTTP' ? monitor.host : member.address,
      path: monitor.protocol === 'HTTP' ? monitor.path : '/',
      timeoutMs: monitor.timeout,
      manner: 'sync',
    };
    const phase = random.fork(`${member.key} from ${name}`).below(monitor.interval);
    this.due = clock.now() + phase;
    this.timer = clock.after(phase, this.probe, 'sync');
  }

  stop(): void {
    this.stopped = true;
    this.timer.cancel();
  }

  private readonly probe = (): void => {
    const { monitor } = this.watch;
    // Counted from when it was due: a late timer must not stretch the interval.
    this.due += monitor.interval;
    this.timer = this.clock.after(this.due - this.clock.now(), this.probe, 'sync');
    if (monitor.protocol === 'HTTP') this.network.http(this.request, this.onResponse);
    else this.network.tcp(this.request, this.onConnect);
  };

  private readonly onResponse = ({ response, failure }: HttpOutcome): void => {
    const { monitor } = this.watch;
    if (failure !== undefined) this.record(false, failure);
    else
      this.record(
        monitor.protocol === 'HTTP' && response.status < monitor.failsFrom,
        String(response.status),
      );
  };

  private readonly onConnect = (failure: NetworkFailure | undefined): void => {
    this.record(failure === undefined, failure ?? 'connected');
  };

  private record(ok: boolean, result: string): void {
    if (!this.stopped) this.watch.record(this.node, ok, result);
  }
}
