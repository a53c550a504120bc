import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/runtime/input-error.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { MemoryJournal, parseNdjson, toNdjson } from '../../src/runtime/journal-memory.ts';

const DRILL: JournalEvent = {
  at: 0,
  kind: 'drill',
  format: 1,
  version: '0.1.0',
  lab: 'simulated',
  seed: 1,
  scenario: {},
};
const REQUEST = {
  at: 300,
  kind: 'request',
  population: 'isp',
  client: 3,
  sent: 100,
  looked: 90,
  connected: 100,
  answer: 1,
  draw: 1,
} as const;

/** One event of every kind, with all its fields. */
const EVENTS: readonly JournalEvent[] = [
  DRILL,
  { at: 0, kind: 'lab', step: 'up', detail: '"quoted" \u2028 两地\n' },
  { at: 0, kind: 'deploy', application: 'demo/web-demo', publishVersion: 'v1' },
  { at: 1, kind: 'workflow', application: 'demo/web-demo', phase: 'running', steps: { deploy: 'succeeded' } },
  { at: 1, kind: 'approval', application: 'demo/web-demo', step: 'deploy' },
  {
    at: 1,
    kind: 'object',
    centre: 'b',
    verb: 'ADDED',
    object: 'Deployment demo/web-demo',
    replicas: 5,
    ready: 0,
  },
  { at: 1, kind: 'plan', centre: 'b', env: 'b', config: '{}' },
  { at: 1, kind: 'compare', centre: 'b', object: 'Service demo/web-demo', differences: ['spec.ports'] },
  { at: 2, kind: 'timeline', addresses: { b: '203.0.113.1' } },
  { at: 2, kind: 'fault', name: 'f', fault: 'cluster-down', step: 'injected', targets: ['b'], since: 1 },
  { at: 2, kind: 'probe', address: '203.0.113.1', centre: 'b', vantage: 'v', ok: false, result: 'timeout' },
  { at: 2, kind: 'health', address: '203.0.113.1', centre: 'b', status: 'ALERT', failing: 3, nodes: 5 },
  {
    at: 2,
    kind: 'route',
    strategy: 's',
    set: 'FAILOVER',
    addresses: [],
    available: { DEFAULT: 0, FAILOVER: 1 },
    reason: 'r',
  },
  { at: 2, kind: 'switch', strategy: 's', from: 'DEFAULT', to: 'FAILOVER', reason: 'r' },
  { at: 2, kind: 'publish', strategy: 's', set: 'FAILOVER', addresses: ['203.0.113.1'] },
  { at: 3, kind: 'answer', id: 1, resolver: 'r', population: 'isp', addresses: ['203.0.113.1'], ttl: 60 },
  { at: 4, kind: 'body', id: 1, status: 200, text: 'page' },
  { ...REQUEST, address: '203.0.113.1', centre: 'b', status: 200, body: 1 },
  { ...REQUEST, failure: 'dns' },
  { at: 400, kind: 'timeline-end' },
  { at: 400, kind: 'end', reason: 'finished' },
];

const ndjson = (...events: unknown[]) => events.map(event => `${JSON.stringify(event)}\n`).join('');

describe('the journal in memory', () => {
  test('keeps events in order and tells a listener of each', () => {
    const heard: JournalEvent[] = [];
    const journal = new MemoryJournal(event => heard.push(event));
    for (const event of EVENTS) journal.append(event);
    expect(journal.events).toEqual(EVENTS);
    expect(heard).toEqual(EVENTS);
  });

  test('refuses time that goes back, or is no number', () => {
    const journal = new MemoryJournal();
    journal.append({ at: 5, kind: 'timeline', addresses: {} });
    expect(() => journal.append({ at: 4, kind: 'timeline', addresses: {} })).toThrow(
      'timeline event at 4 ms after one at 5 ms',
    );
    expect(() => journal.append({ at: Number.NaN, kind: 'timeline', addresses: {} })).toThrow('at NaN ms');
  });
});

describe('a journal as text', () => {
  test('is one line of JSON an event, and is read back the same', () => {
    const text = String(toNdjson(EVENTS));
    expect(text.split('\n')).toHaveLength(EVENTS.length + 1);
    expect(text).toBe(ndjson(...EVENTS));
    expect(parseNdjson(text)).toEqual(EVENTS);
    expect(parseNdjson(toNdjson(EVENTS))).toEqual(EVENTS);
  });

  test('may be cut short: without an end, or in the middle of its last line', () => {
    expect(parseNdjson(ndjson(DRILL, REQUEST))).toEqual([DRILL, REQUEST]);
    expect(parseNdjson(ndjson(DRILL, REQUEST).slice(0, -9))).toEqual([DRILL]);
    expect(parseNdjson(ndjson(DRILL).trimEnd())).toEqual([DRILL]);
  });

  test('may have fields that are not known yet', () => {
    expect(parseNdjson(ndjson(DRILL, { ...REQUEST, protocol: 'h2' }))).toHaveLength(2);
  });

  const wrong: readonly [string, string, string][] = [
    ['nothing', '', 'j: an empty journal: the first line must be a drill event'],
    ['a half line', '{"at":0', 'j: an empty journal: the first line must be a drill event'],
    ['no drill first', ndjson(REQUEST), 'j:1: the first line must be a drill event, not request'],
    ['two drills', ndjson(DRILL, DRILL), 'j:2: a second drill event: a journal holds one drill'],
    ['no JSON', `${ndjson(DRILL)}nonsense\n${ndjson(REQUEST)}`, 'j:2: not a line of JSON'],
    ['an empty line', `${ndjson(DRILL)}\n${ndjson(REQUEST)}`, 'j:2: not a line of JSON'],
    ['no event', ndjson(DRILL, [1]), 'j:2: not an event: a JSON object was expected'],
    ['null', ndjson(DRILL, null), 'j:2: not an event: a JSON object was expected'],
    [
      'another kind',
      ndjson(DRILL, { at: 1, kind: 'prob' }),
      'j:2: kind: unknown event "prob"; did you mean "probe"?',
    ],
    [
      'the kind of a method',
      ndjson(DRILL, { at: 1, kind: '__proto__' }),
      'j:2: kind: unknown event "__proto__"',
    ],
    [
      'no time',
      ndjson(DRILL, { kind: 'timeline', addresses: {} }),
      'j:2: at: expected a time in milliseconds, 0 or more',
    ],
    [
      'time that goes back',
      ndjson(DRILL, REQUEST, { at: 1, kind: 'timeline', addresses: {} }),
      'j:3: at: 1 comes after 300',
    ],
    [
      'more after the end',
      ndjson(DRILL, EVENTS.at(-1), { at: 500, kind: 'timeline', addresses: {} }),
      'j:3: timeline after the end',
    ],
    ['another format', ndjson({ ...DRILL, format: 2 }), 'j:1: drill event: format: expected one of 1'],
    ['a wrong field', ndjson(DRILL, { ...REQUEST, sent: '1' }), 'j:2: request event: sent: expected a time'],
    [
      'a missing field',
      ndjson(DRILL, { at: 1, kind: 'end' }),
      'j:2: end event: reason: expected one of finished, ',
    ],
  ];
  test.each(wrong)('with %s is refused, by its line', (_, text, message) => {
    expect(() => parseNdjson(text, 'j')).toThrow(InputError);
    expect(() => parseNdjson(text, 'j')).toThrow(message);
  });

  test('never gives a field another type than its kind has, whatever is done to it', () => {
    const types = new Map<string, Set<string>>();
    const typeOf = (value: unknown) =>
      Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    const fields = (event: JournalEvent) =>
      Object.entries(event).map(([field, value]) => [`${event.kind}.${field}`, typeOf(value)] as const);
    for (const event of EVENTS)
      for (const [field, type] of fields(event)) types.set(field, (types.get(field) ?? new Set()).add(type));

    fc.assert(
      fc.property(fc.nat(EVENTS.length - 1), fc.nat(20), fc.jsonValue(), (index, which, value) => {
        const event = EVENTS[index] as JournalEvent;
        const names = Object.keys(event);
        const mutant = { ...event, [names[which % names.length] as string]: value };
        try {
          for (const read of parseNdjson(ndjson(...(index === 0 ? [] : [DRILL]), mutant)))
            for (const [field, type] of fields(read))
              expect(types.get(field) ?? new Set([type])).toContain(type);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
