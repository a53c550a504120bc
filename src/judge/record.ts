import { centresOf } from '../kube/topology.ts';
import type {
  AnswerEvent,
  ApprovalEvent,
  BodyEvent,
  CompareEvent,
  DrillEvent,
  EndEvent,
  FaultEvent,
  HealthEvent,
  JournalEvent,
  ObjectEvent,
  PlanEvent,
  ProbeEvent,
  PublishEvent,
  RequestEvent,
  RouteEvent,
  SwitchEvent,
  WorkflowEvent,
} from '../runtime/journal.ts';
import { InputError } from '../runtime/yaml.ts';
import { effectiveTtl } from '../traffic/cache.ts';
import { Bounds } from './bounds.ts';
import { type FaultLife, faultLives, faultsNamed, unnumbered } from './faults.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Course, faultOfWhen, Unknown, type Window, type Windowed, windowOf } from './windows.ts';
import { clockTime } from './words.ts';

/** A journal, sorted by kind in one pass; everything that judges a drill reads this. */
export class DrillRecord implements Course {
  readonly header: DrillEvent;
  readonly settings: Settings;
  readonly bounds: Bounds;
  readonly begins: number | undefined;
  readonly ends: number | undefined;
  /** When the timeline was over, of its own accord or not. */
  readonly over: number | undefined;
  readonly end: EndEvent | undefined;
  readonly faults: readonly FaultLife[];
  readonly requests: RequestEvent[] = [];
  readonly probes: ProbeEvent[] = [];
  readonly health: HealthEvent[] = [];
  readonly routes: RouteEvent[] = [];
  readonly switches: SwitchEvent[] = [];
  readonly publications: PublishEvent[] = [];
  readonly answers: AnswerEvent[] = [];
  readonly plans: PlanEvent[] = [];
  readonly comparisons: CompareEvent[] = [];
  readonly objects: ObjectEvent[] = [];
  readonly approvals: ApprovalEvent[] = [];
  readonly workflow: WorkflowEvent[] = [];
  readonly #events: readonly JournalEvent[];
  readonly #byPopulation = new Map<string, RequestEvent[]>();
  readonly #selections = new Map<string, readonly RequestEvent[]>();
  readonly #bodies = new Map<number, BodyEvent>();

  /** @throws InputError when the journal does not begin with a drill and its scenario. */
  constructor(events: readonly JournalEvent[]) {
    const [header] = events;
    if (header?.kind !== 'drill') {
      throw new InputError('the journal', 'must begin with an event of kind "drill"', { line: 1 });
    }
    this.#events = events;
    this.header = header;
    this.settings = readSettings(header);
    for (const { name } of this.settings.clients.populations) this.#byPopulation.set(name, []);
    const faults: FaultEvent[] = [];
    // Until the lab has said which it has.
    let addresses: Readonly<Record<string, string>> = Object.fromEntries(
      centresOf(this.settings.topology).map(({ name, address }) => [name, address]),
    );
    for (const event of events) {
      switch (event.kind) {
        case 'request':
          this.requests.push(event);
          this.#group(event);
          break;
        case 'answer':
          this.answers.push(event);
          break;
        case 'probe':
          this.probes.push(event);
          break;
        case 'object':
          this.objects.push(event);
          break;
        case 'body':
          this.#bodies.set(event.id, event);
          break;
        case 'health':
          this.health.push(event);
          break;
        case 'route':
          this.routes.push(event);
          break;
        case 'switch':
          this.switches.push(event);
          break;
        case 'publish':
          this.publications.push(event);
          break;
        case 'fault':
          // What is healed afterwards struck to the end.
          if (this.over === undefined) faults.push(event);
          break;
        case 'plan':
          this.plans.push(event);
          break;
        case 'compare':
          this.comparisons.push(event);
          break;
        case 'approval':
          this.approvals.push(event);
          break;
        case 'workflow':
          this.workflow.push(event);
          break;
        case 'timeline':
          this.begins ??= event.at;
          addresses = event.addresses;
          break;
        case 'timeline-end':
          this.over = event.at;
          break;
        case 'end':
          this.end = event;
          this.over ??= event.at;
          break;
      }
    }
    this.faults = faultLives(faults);
    this.bounds = new Bounds(this.settings, new Map(Object.entries(addresses)), this.end?.lateness ?? 0);
    this.ends = this.end?.reason === 'finished' ? this.over : undefined;
  }

  get centres(): readonly string[] {
    return centresOf(this.settings.topology).map(centre => centre.name);
  }

  /** The populations of the scenario in its order, then any others that asked. */
  get populations(): readonly string[] {
    return [...this.#byPopulation.keys()];
  }

  requestsOf(population: string): readonly RequestEvent[] {
    return this.#byPopulation.get(population) ?? [];
  }

  #group(request: RequestEvent): void {
    const group = this.#byPopulation.get(request.population);
    if (group === undefined) this.#byPopulation.set(request.population, [request]);
    else group.push(request);
  }

  body(id: number | undefined): BodyEvent | undefined {
    return id === undefined ? undefined : this.#bodies.get(id);
  }

  /** How long the population's resolvers take an answer for fresh, ms. */
  freshFor({ ttl }: AnswerEvent, population: string): number {
    const config = this.settings.clients.populations.find(({ name }) => name === population);
    return config === undefined ? Number.POSITIVE_INFINITY : effectiveTtl(config.resolver.cache, ttl * 1000);
  }

  /** The window of an expectation, its settling time cut off. */
  window(params: Windowed): Window | Unknown {
    const window = windowOf(params.when, this);
    if (window instanceof Unknown || params.settle === 0) return window;
    const settle = params.settle === 'bound' ? this.#settlingBound(params) : params.settle;
    if (settle instanceof Unknown) return settle;
    const from = window.from + settle;
    return from < window.until ? { ...window, from } : new Unknown('neverSettled');
  }

  #settlingBound({ when, populations }: Windowed): number | Unknown {
    const concerned = populations ?? this.populations;
    if (when.startsWith('after')) return this.bounds.failback(concerned);
    return this.recoveryBound(faultsNamed(this.faults, faultOfWhen(when) ?? ''), concerned);
  }

  /** The largest finite recovery time that the configuration implies for these faults and populations. */
  recoveryBound(faults: readonly FaultLife[], populations: readonly string[]): number | Unknown {
    let largest: number | undefined;
    for (const { targets } of faults) {
      for (const population of populations) {
        const bound = this.bounds.recovery(targets, population);
        if (bound !== null) largest = Math.max(largest ?? 0, bound);
      }
    }
    return largest ?? new Unknown('noBound');
  }

  /** Requests that were sent in the window, in the order of their ends. */
  requestsIn({ from, until, struck }: Window, populations?: readonly string[]): readonly RequestEvent[] {
    // Several expectations look at the same window.
    const key = `${from} ${until} ${struck} ${populations?.join() ?? '*'}`;
    let found = this.#selections.get(key);
    if (found === undefined) {
      found = this.requests.filter(
        ({ at, sent, population }) =>
          sent >= from &&
          (struck ? at : sent) < until &&
          (populations === undefined || populations.includes(population)),
      );
      this.#selections.set(key, found);
    }
    return found;
  }

  /** The fault of that name, or the drill's first, with all its repetitions; it has taken effect. */
  faultsOf(name: string | undefined): readonly FaultLife[] | Unknown {
    const [first] = this.faults;
    const faults = first === undefined ? [] : faultsNamed(this.faults, name ?? unnumbered(first));
    if (faults.length === 0 || faults.some(fault => fault.injected === undefined)) {
      return name === undefined ? new Unknown('noFault') : new Unknown('noEffect', name);
    }
    return faults;
  }

  /** The lines of the journal (from 1) where these events of this record stand; the first 20. */
  linesOf(events: readonly JournalEvent[]): number[] {
    return events.slice(0, 20).map(event => this.#lineOf(event));
  }

  /** True when `one` stands before `other` in the journal. */
  precedes(one: JournalEvent, other: JournalEvent): boolean {
    return one.at < other.at || (one.at === other.at && this.#lineOf(one) < this.#lineOf(other));
  }

  #lineOf(event: JournalEvent): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as JournalEvent).at < event.at) low = middle + 1;
      else high = middle;
    }
    return this.#events.indexOf(event, low) + 1;
  }

  /** `T+06:40.0`: since the timeline's begin, for people. */
  time(at: number): string {
    const ms = at - (this.begins ?? 0);
    return `T${ms < 0 ? '-' : '+'}${clockTime(Math.abs(ms))}`;
  }
}
