import type {
  HealthEvent,
  JournalEvent,
  ObjectEvent,
  ProbeEvent,
  PublishEvent,
  WorkflowEvent,
} from '../../runtime/journal.ts';
import { readinessOf } from '../news.ts';
import type { Lane, Votes } from './model.ts';
import type { Names } from './names.ts';

type Change = Lane['changes'][number];
type Run = [from: number, until: number, checks: number, ok: 0 | 1, result: string];

const MOST_CHANGES = 500;
const MOST_LANES = 200;
const ORDER: readonly Lane['kind'][] = ['set', 'health', 'pods', 'workflow', 'step'];

/** Collects what things were over time: pool set, health and checks of addresses, pods, workflow. */
export class LaneCollector {
  readonly #names: Names;
  readonly #begins: number;
  readonly #lanes = new Map<string, { kind: Lane['kind']; subject: string; changes: Change[] }>();
  readonly #votes = new Map<string, { centre: string; vantage: string; runs: Run[] }>();

  constructor(names: Names, begins: number) {
    this.#names = names;
    this.#begins = begins;
  }

  event(event: JournalEvent): void {
    switch (event.kind) {
      case 'probe':
        this.#probe(event);
        break;
      case 'publish':
        this.#publish(event);
        break;
      case 'health':
        this.#health(event);
        break;
      case 'object':
        this.#pods(event);
        break;
      case 'workflow':
        this.#workflow(event);
        break;
    }
  }

  lanes(range: { from: number; until: number }): Lane[] {
    const known = new Set([...this.#votes.values()].map(({ centre }) => centre));
    for (const centre of known) this.#lane('health', centre);
    return [...this.#lanes.values()]
      .toSorted((one, other) => this.#rank(one) - this.#rank(other))
      .map(({ kind, subject, changes }) => {
        const whole = kind === 'health' ? healthFromTheBegin(changes, range.from) : changes;
        return { kind, subject, changes: thinned(whole, range) };
      });
  }

  votes(range: { from: number; until: number }): Votes[] {
    return [...this.#votes.values()]
      .toSorted((one, other) => this.#names.centre(one.centre) - this.#names.centre(other.centre))
      .map(({ centre, vantage, runs }) => ({ centre, vantage, runs: thinned(runs, range) }));
  }

  /** By kind, then by centre; steps in the order in which they came. */
  #rank({ kind, subject }: { kind: Lane['kind']; subject: string }): number {
    return ORDER.indexOf(kind) * 10_000 + this.#names.centre(subject);
  }

  #probe({ at, address, centre, vantage, ok, result }: ProbeEvent): void {
    const key = `${address} ${vantage}`;
    let votes = this.#votes.get(key);
    if (votes === undefined) {
      if (this.#votes.size >= MOST_LANES) return;
      votes = { centre, vantage, runs: [] };
      this.#votes.set(key, votes);
    }
    const time = at - this.#begins;
    const last = votes.runs.at(-1);
    if (last !== undefined && last[4] === result && last[3] === Number(ok)) {
      last[1] = time;
      last[2]++;
    } else votes.runs.push([time, time, 1, ok ? 1 : 0, result]);
  }

  #publish({ at, strategy, set, addresses }: PublishEvent): void {
    this.#change('set', strategy, at, set, this.#names.places(addresses));
  }

  #health({ at, centre, status, failing, nodes }: HealthEvent): void {
    this.#change('health', centre, at, status, `${failing}/${nodes}`);
  }

  #pods(event: ObjectEvent): void {
    const state = readinessOf(event);
    if (state === undefined) return;
    const { at, centre, replicas, ready = 0 } = event;
    this.#change('pods', centre, at, state, state === 'gone' ? '' : `${ready}/${replicas}`);
  }

  #workflow({ at, application, publishVersion = '', phase, steps }: WorkflowEvent): void {
    if (phase !== '') this.#change('workflow', application, at, phase, publishVersion);
    for (const [step, state] of Object.entries(steps)) this.#change('step', step, at, state, publishVersion);
  }

  #change(kind: Lane['kind'], subject: string, at: number, state: string, detail: string): void {
    const changes = this.#lane(kind, subject);
    const last = changes.at(-1);
    if (last?.[1] === state && last[2] === detail) return;
    changes.push([at - this.#begins, state, detail]);
  }

  #lane(kind: Lane['kind'], subject: string): Change[] {
    const key = `${kind} ${subject}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { kind, subject, changes: [] };
      if (this.#lanes.size < MOST_LANES) this.#lanes.set(key, lane);
    }
    return lane.changes;
  }
}

/** The journal has changes of health alone: before its first one an address was the other thing, and up without any. */
function healthFromTheBegin(changes: readonly Change[], from: number): readonly Change[] {
  const [first] = changes;
  return [[from, first?.[1] === 'OK' ? 'ALERT' : 'OK', ''], ...changes];
}

/** The last of each of `most` equal stretches, so that what stands at a stretch's end is right. */
export function thinned<T extends readonly [number, ...unknown[]]>(
  changes: readonly T[],
  { from, until }: { from: number; until: number },
  most = MOST_CHANGES,
): readonly T[] {
  if (changes.length <= most) return changes;
  const stretch = ([at]: T) => Math.floor(((at - from) / Math.max(1, until - from)) * most);
  return changes.filter((change, index) => {
    const next = changes[index + 1];
    return next === undefined || stretch(next) !== stretch(change);
  });
}
