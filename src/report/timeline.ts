import { clockTime, count } from '../judge/words.ts';
import type {
  DrillEvent,
  FaultEvent,
  JournalEvent,
  ObjectEvent,
  RequestEvent,
  WorkflowEvent,
} from '../runtime/journal.ts';
import { succeeded } from '../runtime/journal.ts';
import { PASSING, QUIET_MS, type Readiness, readinessOf } from './news.ts';
import { type Colour, hanging, padEnd, paint, printable, seconds, wrap } from './text.ts';

const NONE: readonly string[] = [];

interface Spell {
  first: number;
  last: number;
  errors: number;
}

/**
 * Tells a drill's story as it happens: turns each event of the journal into the lines it is worth, mostly none.
 *
 * Times are `T+01:40.0` from the timeline's start, which a live reader cannot know before it comes: what happens
 * earlier carries the time since the drill began, without the `T`. The last error of a spell is known only after a
 * quiet time, so its line comes then and names the moment.
 */
export class Timeline {
  readonly #width: number;
  readonly #paint: ReturnType<typeof paint>;
  readonly #centres = new Map<string, string>();
  readonly #steps = new Map<string, string>();
  readonly #phases = new Map<string, string>();
  readonly #ready = new Map<string, Readiness>();
  readonly #begun = new Map<string, number>();
  #start: number | undefined;
  #spell: Spell | undefined;

  constructor(options: { color: boolean; width: number }) {
    this.#width = options.width;
    this.#paint = paint(options.color);
  }

  lines(event: JournalEvent): readonly string[] {
    const spell = this.#spell;
    if (spell !== undefined && event.at - spell.last >= QUIET_MS) {
      this.#spell = undefined;
      const text = `no error for ${QUIET_MS / 1000} s; ${this.#spellText(spell)}`;
      return [...this.#line(spell.last + QUIET_MS, 'clients', 'green', text), ...this.#event(event)];
    }
    return this.#event(event);
  }

  #event(event: JournalEvent): readonly string[] {
    switch (event.kind) {
      case 'request':
        return succeeded(event) ? NONE : this.#error(event);
      case 'drill':
        return this.#heading(event);
      case 'lab':
        return this.#line(event.at, 'lab', 'dim', event.step + (event.detail ? `: ${event.detail}` : ''));
      case 'deploy':
        return this.#line(event.at, 'deploy', 'cyan', `${versioned(event)} applied to the hub`);
      case 'workflow':
        return this.#workflow(event);
      case 'approval':
        return this.#line(event.at, 'approval', 'cyan', `${event.step} of ${versioned(event)} approved`);
      case 'object':
        return this.#object(event);
      case 'compare':
        if (event.differences.length === 0) return NONE;
        return this.#line(
          event.at,
          'compare',
          'yellow',
          `${event.object} in ${event.centre} is not as planned: ${some(event.differences)}`,
        );
      case 'timeline':
        this.#start = event.at;
        for (const [centre, address] of Object.entries(event.addresses)) this.#centres.set(address, centre);
        return this.#line(event.at, 'timeline', 'bold', 'begins: clients ask from now on');
      case 'timeline-end':
        return [
          ...this.#endSpell(event.at),
          ...this.#line(event.at, 'timeline', 'bold', 'ends: clients ask no more'),
        ];
      case 'fault':
        return this.#fault(event);
      case 'health':
        return this.#line(
          event.at,
          'health',
          event.status === 'OK' ? 'green' : 'red',
          `${event.centre} ${event.status}: ${event.failing} of ${event.nodes} vantage points see it down`,
        );
      case 'switch':
        return this.#line(
          event.at,
          'switch',
          'magenta',
          `${setName(event.from)} -> ${setName(event.to)}: ${event.reason}`,
        );
      case 'publish':
        return this.#line(
          event.at,
          'publish',
          'cyan',
          `the name servers answer ${this.#places(event.addresses)} (${setName(event.set)} set)`,
        );
      case 'end':
        return this.#end(event.at, event.reason, event.detail);
      default:
        return NONE;
    }
  }

  #heading({ scenario, lab, seed, timeScale }: DrillEvent): readonly string[] {
    const { name, proves, engine } = header(scenario);
    const other = engine === 'liangdi' ? '' : ` with ${engine}`;
    const pace = timeScale === undefined ? '' : `, ${timeScale} times as fast`;
    const title = printable(`${name} on the ${lab} lab${other}, seed ${seed}${pace}`);
    return [this.#paint('bold', title), ...(proves === '' ? [] : wrap(proves, this.#width)), ''];
  }

  #workflow(event: WorkflowEvent): readonly string[] {
    const news: string[] = [];
    const { application } = event;
    if (event.phase !== '' && this.#phases.get(application) !== event.phase) {
      this.#phases.set(application, event.phase);
      news.push(`${versioned(event)} is ${event.phase}`);
    }
    for (const [step, phase] of Object.entries(event.steps)) {
      const known = this.#steps.get(`${application} ${step}`);
      this.#steps.set(`${application} ${step}`, phase);
      if (known !== phase && !PASSING.has(phase)) news.push(`${step} ${phase}`);
    }
    return news.length === 0 ? NONE : this.#line(event.at, 'workflow', 'cyan', news.join(', '));
  }

  #object(event: ObjectEvent): readonly string[] {
    const now = readinessOf(event);
    // In between there is a line for every pod of a rolling update.
    if (now === undefined || now === 'some') return NONE;
    const key = `${event.centre} ${event.object}`;
    const before = this.#ready.get(key);
    this.#ready.set(key, now);
    if (now === before || (now === 'none' && before === undefined)) return NONE;
    const figures = now === 'gone' ? 'deleted' : `${event.ready ?? 0} of ${event.replicas} pods ready`;
    return this.#line(
      event.at,
      'pods',
      now === 'all' ? 'green' : 'red',
      `${event.centre}: ${event.object} ${figures}`,
    );
  }

  #fault(event: FaultEvent): readonly string[] {
    const targets = event.targets.join(', ');
    const what = event.name === event.fault ? event.name : `${event.name} (${event.fault})`;
    switch (event.step) {
      case 'inject':
      case 'heal':
        this.#begun.set(event.name, event.at);
        return event.step === 'inject'
          ? this.#line(event.at, 'fault', 'red', `${what} strikes ${targets}`)
          : this.#line(event.at, 'fault', 'green', `${what} is being healed on ${targets}`);
      case 'injected':
      case 'healed':
        if (this.#begun.get(event.name) === event.at) return NONE;
        return event.step === 'injected'
          ? this.#line(event.at, 'fault', 'red', `${event.name} has taken effect`)
          : this.#line(event.at, 'fault', 'green', `${event.name} is healed`);
    }
  }

  #error(event: RequestEvent): readonly string[] {
    const spell = this.#spell;
    if (spell !== undefined) {
      spell.last = event.at;
      spell.errors++;
      return NONE;
    }
    this.#spell = { first: event.at, last: event.at, errors: 1 };
    return this.#line(
      event.at,
      'clients',
      'red',
      `first error: ${this.#failure(event)} (${event.population})`,
    );
  }

  #failure(event: RequestEvent): string {
    if (event.address === undefined) return 'the name could not be resolved';
    const where = event.centre ?? event.address;
    switch (event.failure) {
      case undefined:
        return `${event.status ?? 'no status'} from ${where}`;
      case 'refused':
        return `connection refused by ${where}`;
      case 'reset':
        return `connection reset by ${where}`;
      default:
        return `${event.failure} at ${where}`;
    }
  }

  #end(at: number, reason: string, detail: string | undefined): readonly string[] {
    const colour = reason === 'finished' ? 'bold' : 'red';
    const line = this.#line(at, 'end', colour, reason + (detail ? `: ${detail}` : ''));
    return [...this.#endSpell(at), ...line];
  }

  /** Clients ask no more: a spell of errors that goes on now has no end to be seen. */
  #endSpell(at: number): readonly string[] {
    const spell = this.#spell;
    if (spell === undefined) return NONE;
    this.#spell = undefined;
    const text = `not quiet for ${QUIET_MS / 1000} s yet: ${this.#spellText(spell)}`;
    return this.#line(at, 'clients', 'red', text);
  }

  #spellText(spell: Spell): string {
    const errors = count(spell.errors, 'error');
    if (spell.errors === 1) return `${errors} at ${this.#time(spell.last)}`;
    const span = `${this.#time(spell.first)} to ${this.#time(spell.last)}`;
    return `${errors} from ${span} (${seconds(spell.last - spell.first)} s)`;
  }

  #places(addresses: readonly string[]): string {
    if (addresses.length === 0) return 'nothing';
    return addresses.map(address => this.#centres.get(address) ?? address).join(', ');
  }

  #time(at: number): string {
    return this.#start === undefined || at < this.#start
      ? `  ${clockTime(at)}`
      : `T+${clockTime(at - this.#start)}`;
  }

  #line(at: number, topic: string, colour: Colour, text: string): string[] {
    const first = `${padEnd(this.#time(at), 11)} ${this.#paint(colour, padEnd(topic, 8))} `;
    return hanging(first, text, this.#width);
  }
}

function setName(set: 'DEFAULT' | 'FAILOVER'): string {
  return set === 'DEFAULT' ? 'primary' : 'backup';
}

function versioned(event: { application: string; publishVersion?: string }): string {
  return event.publishVersion === undefined
    ? event.application
    : `${event.application} ${event.publishVersion}`;
}

function some(items: readonly string[]): string {
  return items.length <= 3
    ? items.join(', ')
    : `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
}

/** What the timeline needs of the scenario in the journal's first line, which is free in form to the journal. */
function header(scenario: unknown): { name: string; proves: string; engine: string } {
  const {
    name = 'a drill',
    proves = '',
    topology,
  } = (scenario ?? {}) as { name?: string; proves?: string; topology?: { engine?: string } };
  return { name, proves, engine: topology?.engine ?? 'liangdi' };
}
