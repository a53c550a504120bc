import type { JournalEvent } from './journal.ts';
import { suggestion } from './suggest.ts';

/** What a field must be: `holds` checks it, `says` names it in errors. */
interface Shape {
  readonly says: string;
  readonly optional?: boolean;
  holds(value: unknown): boolean;
}

const text: Shape = { says: 'text', holds: value => typeof value === 'string' };
const flag: Shape = { says: 'true or false', holds: value => typeof value === 'boolean' };
const time: Shape = {
  says: 'a time in milliseconds, 0 or more',
  holds: value => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
};
const count: Shape = {
  says: 'a whole number, 0 or more',
  holds: value => Number.isSafeInteger(value) && (value as number) >= 0,
};
const scale: Shape = {
  says: 'a number, 1 or more',
  holds: value => typeof value === 'number' && value >= 1 && Number.isFinite(value),
};
const whole: Shape = { says: 'a whole number', holds: value => Number.isSafeInteger(value) };
const fields: Shape = { says: 'fields', holds: isObject };

function oneOf(...values: readonly unknown[]): Shape {
  return { says: `one of ${values.join(', ')}`, holds: value => values.includes(value) };
}

function listOf(item: Shape): Shape {
  return { says: `a list of ${item.says}`, holds: value => Array.isArray(value) && value.every(item.holds) };
}

function recordOf(item: Shape): Shape {
  return {
    says: `fields of ${item.says}`,
    holds: value => isObject(value) && Object.values(value).every(item.holds),
  };
}

function optional(shape: Shape): Shape {
  return { ...shape, optional: true };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const set = oneOf('DEFAULT', 'FAILOVER');
const available: Shape = {
  says: 'fields DEFAULT and FAILOVER, whole numbers',
  holds: value => isObject(value) && count.holds(value['DEFAULT']) && count.holds(value['FAILOVER']),
};

type Shapes = {
  readonly [K in JournalEvent['kind']]: {
    readonly [F in Exclude<keyof Extract<JournalEvent, { kind: K }>, 'at' | 'kind'>]-?: Shape;
  };
};

/** The fields of each kind of event beside `at` and `kind`, as `journal.ts` declares them. */
const SHAPES: Shapes = {
  drill: {
    format: oneOf(1),
    version: text,
    lab: text,
    seed: whole,
    timeScale: optional(scale),
    scenario: fields,
  },
  lab: { step: text, detail: optional(text) },
  deploy: { application: text, publishVersion: optional(text) },
  workflow: { application: text, publishVersion: optional(text), phase: text, steps: recordOf(text) },
  approval: { application: text, step: text, publishVersion: optional(text) },
  object: {
    centre: text,
    verb: oneOf('ADDED', 'MODIFIED', 'DELETED'),
    object: text,
    generation: optional(count),
    publishVersion: optional(text),
    replicas: optional(count),
    ready: optional(count),
  },
  plan: { centre: text, publishVersion: optional(text), env: text, config: text },
  compare: { centre: text, object: text, differences: listOf(text) },
  timeline: { addresses: recordOf(text) },
  'timeline-end': {},
  fault: {
    name: text,
    fault: text,
    step: oneOf('inject', 'injected', 'heal', 'healed'),
    targets: listOf(text),
    since: optional(time),
  },
  probe: { address: text, centre: text, vantage: text, ok: flag, result: text },
  health: { address: text, centre: text, status: oneOf('OK', 'ALERT'), failing: count, nodes: count },
  route: { strategy: text, set, addresses: listOf(text), available, reason: text },
  switch: { strategy: text, from: set, to: set, reason: text },
  publish: { strategy: text, set, addresses: listOf(text) },
  answer: {
    id: count,
    resolver: text,
    population: text,
    addresses: listOf(text),
    ttl: count,
    failure: optional(text),
  },
  body: { id: count, status: count, text, env: optional(text), config: optional(text) },
  request: {
    population: text,
    client: count,
    sent: time,
    looked: time,
    connected: time,
    answer: count,
    draw: count,
    address: optional(text),
    centre: optional(text),
    status: optional(count),
    body: optional(count),
    failure: optional(oneOf('refused', 'timeout', 'reset', 'dns')),
  },
  end: {
    reason: oneOf('finished', 'interrupted', 'failed'),
    detail: optional(text),
    lateness: optional(time),
  },
};

const CHECKS = new Map(Object.entries(SHAPES).map(([kind, shapes]) => [kind, Object.entries(shapes)]));

/** What keeps `value` from being a journal event; undefined when it is one. */
export function problemOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'not an event: a JSON object was expected';
  const kind = value['kind'];
  const checks = typeof kind === 'string' ? CHECKS.get(kind) : undefined;
  if (checks === undefined) {
    if (typeof kind !== 'string') return 'kind: expected text';
    return `kind: unknown event ${JSON.stringify(kind)}${suggestion(kind, [...CHECKS.keys()])}`;
  }
  if (!time.holds(value['at'])) return `at: expected ${time.says}`;
  for (const [field, shape] of checks) {
    const given = value[field];
    if (given === undefined && shape.optional) continue;
    if (!shape.holds(given)) return `${kind} event: ${field}: expected ${shape.says}`;
  }
  return undefined;
}
