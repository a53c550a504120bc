import type { Random } from '../runtime/random.ts';
import { type AnswerPorts, cloudHost, type Names, namesOf, zoneAt } from './answer.ts';
import type { CloudName, ResolvedCloud } from './cloud-model.ts';
import type { CloudDecision } from './cloud-route.ts';
import { cloudBefore, cloudCourse, strategyBefore, strategyCourse } from './courses.ts';
import type { Authority, Finding, Question } from './dns/types.ts';
import { type Host, type Zone, Zones } from './dns/zones.ts';
import { LineTable } from './lines.ts';
import type { AccessMode, AddressStatus, ResolvedGtm, SteeringSettings, Strategy } from './model.ts';
import { type Check, checksOf, Prober, type ProberPorts } from './prober.ts';
import type { Decision } from './route.ts';
import { Steering, type SteeringPorts, type Summary } from './steering.ts';

/** All that an account's GTM has to do. */
export interface Plan {
  /** 2.0. */
  readonly instances: readonly ResolvedGtm[];
  /** 3.0: what is enabled. */
  readonly configs: readonly ResolvedCloud[];
  /** 3.0: the names of what is disabled. They exist, without records. */
  readonly disabled: readonly CloudName[];
  /** 3.0: what is checked; 2.0's checks follow from its instances. */
  readonly checks: readonly Check[];
}

/** All that a plan has checked. */
export function checksIn({ instances, checks }: Plan): readonly Check[] {
  return [...instances.flatMap(one => checksOf(one.pools)), ...checks];
}

export interface ServiceOptions extends ProberPorts {
  /** From a decision to the name servers' serving it, of 3.0 configs; ms. */
  readonly publishDelay?: number;
  /** IP address of the name servers, for the zones' NS records. */
  readonly nameServer?: string;
  /** Which networks belong to which line. */
  readonly lines?: LineTable;
  readonly order?: AnswerPorts['order'];
  readonly latency?: AnswerPorts['latency'];
  /** Keys of checks whose address was held for down when the service ended last. */
  readonly alerts?: Iterable<string>;
  /** What `memory` gave when the service ended last. */
  readonly memory?: Memory;
  /** Told of each decision; `id` is a strategy's or a config's. */
  readonly onDecision?: (id: string, decided: Summary, before: Summary | undefined) => void;
}

/** What decisions depend on beside health: of a strategy its set, of a config what its sequences hold on to; by id. */
export type Memory = Readonly<Record<string, readonly string[]>>;

/** Where an instance's name servers are when no wire leads to them. */
const NO_WIRE = '127.0.0.1';

const NO_RECORDS: Host = { answer: () => undefined };

interface StrategyAtWork {
  readonly strategy: Strategy;
  readonly emulator: SteeringSettings;
  readonly steering: Steering<Decision>;
}

/**
 * A GTM at work: it probes, decides, publishes, and answers its names. What it works on may change at any time; what it
 * knows of health stays.
 */
export class GtmService implements Authority {
  readonly #options: ServiceOptions;
  readonly #draws: Random;
  readonly #prober: Prober;
  readonly #strategies = new Map<string, StrategyAtWork>();
  readonly #configs = new Map<string, { readonly steering: Steering<CloudDecision> }>();
  /** Of the service before this one: until its strategies and configs have been taken over. */
  #inherited: Memory;
  #serial = 0;
  #authority: Zones;

  constructor(plan: Plan, options: ServiceOptions) {
    this.#options = options;
    const ports = { ...options, random: options.random.fork('prober') };
    this.#prober = new Prober(ports, () => this.#review(), options.alerts);
    this.#draws = options.random.fork('answers');
    this.#inherited = options.memory ?? {};
    this.#authority = this.#apply(plan);
    this.#inherited = {};
  }

  /** Works on this from now on. Decisions follow at once, answers when they are published. */
  apply(plan: Plan): void {
    this.#authority = this.#apply(plan);
  }

  find(question: Question): Finding {
    return this.#authority.find(question);
  }

  /** The innermost zone of a name, if any of the zones has it. */
  zoneOf(name: string): Zone | undefined {
    return this.#authority.zoneOf(name);
  }

  status(key: string): AddressStatus | 'NO_DATA' {
    return this.#prober.status(key);
  }

  /** Keys of the checks whose address is held for down. */
  get alerts(): ReadonlySet<string> {
    return this.#prober.alerts;
  }

  /** Addresses that are to be checked and cannot be, sorted. */
  get unreachable(): readonly string[] {
    return this.#prober.unreachable;
  }

  strategy(id: string): { readonly decided: Decision; readonly published: Decision } | undefined {
    return this.#strategies.get(id)?.steering;
  }

  config(id: string): { readonly decided: CloudDecision; readonly published: CloudDecision } | undefined {
    return this.#configs.get(id)?.steering;
  }

  /** What decisions depend on beside health. */
  get memory(): Memory {
    const sets = [...this.#strategies].map(([id, { steering }]) => [id, [steering.decided.set]]);
    const held = [...this.#configs].map(([id, { steering }]) => [id, [...steering.decided.held]]);
    return Object.fromEntries([...sets, ...held]);
  }

  /** Pins a 2.0 strategy, or lets it switch by itself, until the next plan. */
  setAccessMode(id: string, mode: AccessMode): void {
    const { strategy, emulator, steering } = this.#strategies.get(id) as StrategyAtWork;
    steering.follow(strategyCourse(strategy, emulator, this.#prober.alerts, mode));
  }

  /** Ends probing, deciding and publishing; answers stay what they were. */
  stop(): void {
    this.#prober.stop();
    for (const { steering } of [...this.#strategies.values(), ...this.#configs.values()]) steering.stop();
  }

  #review(): void {
    for (const { steering } of this.#strategies.values()) steering.review();
    for (const { steering } of this.#configs.values()) steering.review();
  }

  #apply(plan: Plan): Zones {
    const { instances, configs } = plan;
    this.#prober.check(checksIn(plan));
    const strategies = instances.flatMap(({ strategies, emulator }) =>
      strategies.map(strategy => ({ strategy, emulator })),
    );
    for (const { strategy, emulator } of strategies) this.#steer(strategy, emulator);
    const { alerts } = this.#prober;
    const { publishDelay = 0 } = this.#options;
    for (const config of configs) {
      const { id } = config;
      const course = cloudCourse(config, alerts);
      const before = this.#configs.get(id);
      before?.steering.follow(course);
      if (before) continue;
      const held = this.#inherited[id] && cloudBefore(this.#inherited[id]);
      this.#configs.set(id, { steering: new Steering(course, publishDelay, this.#ports(id), held) });
    }
    forget(this.#strategies, new Set(strategies.map(one => one.strategy.id)));
    forget(this.#configs, new Set(configs.map(one => one.id)));
    this.#serial += 1;
    return this.#zones(plan);
  }

  #steer(strategy: Strategy, emulator: SteeringSettings): void {
    const course = strategyCourse(strategy, emulator, this.#prober.alerts);
    const before = this.#strategies.get(strategy.id);
    before?.steering.follow(course);
    const [set] = this.#inherited[strategy.id] ?? [];
    const memory = set === 'FAILOVER' || set === 'DEFAULT' ? strategyBefore(set) : undefined;
    const steering =
      before?.steering ?? new Steering(course, emulator.publishDelay, this.#ports(strategy.id), memory);
    this.#strategies.set(strategy.id, { strategy, emulator, steering });
  }

  #ports(id: string): SteeringPorts {
    const { clock, journal, onDecision } = this.#options;
    return {
      clock,
      journal,
      ...(onDecision && { onDecision: (_, decided, before) => onDecision(id, decided, before) }),
    };
  }

  #zones({ instances, configs, disabled }: Plan): Zones {
    const { nameServer = NO_WIRE, lines = new LineTable(), order = 'random', latency = {} } = this.#options;
    const ports: AnswerPorts = { random: this.#draws, lines, order, latency };
    const zones = new Map<string, Zone>();
    const hosts = new Map<string, Host>();
    const add = (names: Names) => {
      for (const { apex, negativeTtl } of names.zones) {
        const least = Math.min(negativeTtl, zones.get(apex)?.negativeTtl ?? negativeTtl);
        zones.set(apex, { apex, negativeTtl: least, nameServer, serial: this.#serial });
      }
      for (const [name, host] of names.hosts) if (!hosts.has(name)) hosts.set(name, host);
    };
    for (const instance of instances) {
      const published = instance.strategies.map(({ id, lines }) => ({
        lines,
        decision: () => (this.#strategies.get(id) as StrategyAtWork).steering.published,
      }));
      add(namesOf(instance, published, ports));
    }
    for (const [name, group] of Map.groupBy(configs, config => config.name)) {
      const published = group.map(({ id, type, ttlSeconds }) => {
        const { steering } = this.#configs.get(id) as { steering: Steering<CloudDecision> };
        return { type, ttlSeconds, decision: () => steering.published };
      });
      const host = cloudHost(published, ports);
      add({ zones: group.map(one => zoneAt(one.zone, one.ttlSeconds)), hosts: new Map([[name, host]]) });
    }
    for (const { name, zone, ttlSeconds } of disabled)
      add({ zones: [zoneAt(zone, ttlSeconds)], hosts: new Map([[name, NO_RECORDS]]) });
    return new Zones(zones.values(), hosts);
  }
}

/** Stops what is no longer wanted. */
function forget(
  map: Map<string, { readonly steering: { stop(): void } }>,
  wanted: ReadonlySet<string>,
): void {
  for (const [id, { steering }] of map) {
    if (wanted.has(id)) continue;
    steering.stop();
    map.delete(id);
  }
}
