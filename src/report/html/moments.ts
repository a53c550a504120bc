import { type JournalEvent, type RequestEvent, type RouteEvent, succeeded } from '../../runtime/journal.ts';
import { PASSING, QUIET_MS, readinessOf } from '../news.ts';
import type { Moment } from './model.ts';
import type { Names } from './names.ts';

const MOST_MOMENTS = 600;
/** What is told of pods, by how many are ready. */
const PODS = { all: 'pods', none: 'no-pods', gone: 'gone' } as const;

/** Collects what is worth telling of a drill, in words that the page puts into its reader's language. */
export class MomentCollector {
  readonly #names: Names;
  readonly #begins: number;
  readonly #moments: Moment[] = [];
  readonly #states = new Map<string, string>();
  #spell: { last: number; errors: number } | undefined;
  /** The GTM's last decision: a switch comes beside it. */
  #route: RouteEvent | undefined;
  #leftOut = 0;

  constructor(names: Names, begins: number) {
    this.#names = names;
    this.#begins = begins;
  }

  event(event: JournalEvent): void {
    if (this.#spell !== undefined && event.at - this.#spell.last >= QUIET_MS) this.#endSpell();
    switch (event.kind) {
      case 'request':
        if (!succeeded(event)) this.#error(event);
        break;
      case 'deploy':
        this.#tell(event.at, 'deploy', event.application, event.publishVersion ?? '');
        break;
      case 'timeline':
        this.#tell(event.at, 'timeline');
        break;
      case 'timeline-end':
        this.#endSpell();
        this.#tell(event.at, 'timeline-end');
        break;
      case 'fault':
        this.#tell(event.at, event.step, event.name, event.fault, event.targets.join(', '));
        break;
      case 'health': {
        const votes = `${event.failing}/${event.nodes}`;
        this.#tell(event.at, event.status === 'OK' ? 'up' : 'down', event.centre, votes);
        break;
      }
      case 'route':
        this.#route = event;
        break;
      case 'switch': {
        const { DEFAULT = '?', FAILOVER = '?' } = this.#route?.available ?? {};
        this.#tell(event.at, 'switch', event.from, event.to, event.reason, `${DEFAULT}`, `${FAILOVER}`);
        break;
      }
      case 'publish':
        this.#tell(event.at, 'publish', event.set, this.#names.places(event.addresses));
        break;
      case 'approval':
        this.#tell(event.at, 'approval', event.step, event.publishVersion ?? '');
        break;
      case 'workflow':
        if (event.phase !== '') this.#tellNew(event.at, 'workflow', event.application, event.phase);
        for (const [step, phase] of Object.entries(event.steps))
          if (!PASSING.has(phase)) this.#tellNew(event.at, 'step', step, phase);
        break;
      case 'object': {
        const ready = readinessOf(event);
        if (ready === undefined || ready === 'some') return;
        this.#tellNew(event.at, 'pods', event.centre, PODS[ready], String(event.replicas));
        break;
      }
      case 'compare':
        if (event.differences.length === 0) return;
        this.#tell(event.at, 'different', event.centre, event.object, ...event.differences);
        break;
      case 'end':
        this.#endSpell();
        this.#tell(event.at, 'end', event.reason, event.detail ?? '');
        break;
    }
  }

  moments(): readonly Moment[] {
    const sorted = this.#moments.toSorted((one, other) => one.at - other.at);
    if (this.#leftOut === 0) return sorted;
    return [...sorted, { at: sorted.at(-1)?.at ?? 0, what: 'left-out', words: [String(this.#leftOut)] }];
  }

  #error(event: RequestEvent): void {
    if (this.#spell !== undefined) {
      this.#spell.last = event.at;
      this.#spell.errors++;
      return;
    }
    this.#spell = { last: event.at, errors: 1 };
    const outcome = String(event.failure ?? event.status ?? '?');
    this.#tell(event.at, 'first-error', event.population, outcome, event.centre ?? event.address ?? '');
  }

  #endSpell(): void {
    if (this.#spell === undefined) return;
    this.#tell(this.#spell.last, 'last-error', String(this.#spell.errors));
    this.#spell = undefined;
  }

  /** Once for a state that stays. */
  #tellNew(at: number, what: string, subject: string, state: string, ...words: readonly string[]): void {
    const key = `${what} ${subject}`;
    if (this.#states.get(key) === state) return;
    const first = !this.#states.has(key);
    this.#states.set(key, state);
    // A Deployment begins without pods: no news.
    if (!(first && state === 'no-pods')) this.#tell(at, what, subject, state, ...words);
  }

  #tell(at: number, what: string, ...words: readonly string[]): void {
    if (this.#moments.length >= MOST_MOMENTS && what !== 'end') this.#leftOut++;
    else this.#moments.push({ at: at - this.#begins, what, words });
  }
}
