import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { errorsByFault, sightingsOf } from '../../src/judge/blame.ts';
import type { Reach } from '../../src/judge/reach.ts';
import { DrillRecord } from '../../src/judge/record.ts';
import { recoveriesOf } from '../../src/judge/recovery.ts';
import type { ProbeEvent, RequestEvent } from '../../src/runtime/journal.ts';

import { smallDrill } from '../faults/small-drill.ts';

const ONE = '203.0.113.10';
const OTHER = '203.0.113.20';

function reach(name: string, address: string | 'names' | 'hub', from: number, until?: number): Reach {
  return {
    fault: {
      name,
      fault: 'application-down',
      targets: [],
      inject: from,
      injected: from,
      ...(until === undefined ? {} : { heal: until, healed: until }),
    },
    addresses: new Set(address.includes('.') ? [address] : []),
    names: address === 'names',
    meetsClients: address !== 'hub',
    away: [],
  };
}

/** From then on answers do not have its address. */
function away(from: number, until: number, address = ONE) {
  return { address, from, until };
}

function kill(name: string, address: string, at: number): Reach {
  const { fault, ...rest } = reach(name, address, at);
  return { ...rest, fault: { ...fault, momentary: true, leavesNothing: true } };
}

function drift(name: string, address: string, at: number): Reach {
  const { fault, ...rest } = reach(name, address, at);
  return { ...rest, fault: { ...fault, momentary: true } };
}

/** As requests end: after 100 ms, or `lasts`. */
function request(sent: number, fields: Partial<RequestEvent> & { lasts?: number } = {}): RequestEvent {
  const { lasts = 100, ...rest } = fields;
  const common = { kind: 'request', population: 'p', client: 0, looked: sent, connected: sent } as const;
  return { ...common, at: sent + lasts, sent, answer: 1, draw: sent, address: ONE, status: 503, ...rest };
}

const failures = (from: number, count: number) => Array.from({ length: count }, (_, i) => request(from + i));
const success = (sent: number, address = ONE) => request(sent, { address, status: 200 });
const successes = (from: number, count: number, address = ONE) =>
  Array.from({ length: count }, (_, i) => success(from + i, address));

const NOTHING_SEEN = { answers: [], probes: [], publications: [], freshFor: () => 60_000 };

interface Seen {
  /** By the whole name service: it answered every query, or these. */
  readonly answered?: boolean | readonly number[];
  /** When the answer that the requests used had been given; it was fresh for 60 s, and the next had OTHER alone. */
  readonly given?: number;
  /** When a health check passed, of ONE unless it says otherwise. */
  readonly checked?: number;
  readonly check?: Partial<ProbeEvent>;
  /** Of other populations. */
  readonly others?: readonly RequestEvent[];
}

function newer(at: number): Pick<DrillRecord, 'answers' | 'publications'> {
  const answer = { at, id: 1, resolver: 'r', population: 'p', addresses: [ONE], ttl: 60 };
  return {
    answers: [{ kind: 'answer', ...answer }],
    publications: [{ kind: 'publish', at: at + 1, strategy: 's', set: 'DEFAULT', addresses: [OTHER] }],
  };
}

/** By fault, when its errors were sent: those in brackets may be another's. */
function blamed(
  reaches: readonly Reach[],
  requests: readonly RequestEvent[],
  { answered = false, given, checked, check: fields, others = [] }: Seen = {},
) {
  const inOrder = requests.toSorted((one, other) => one.at - other.at);
  const check = {
    kind: 'probe',
    address: ONE,
    centre: 'one',
    vantage: 'v',
    ok: true,
    result: '200',
    ...fields,
  } as const;
  const sightings = sightingsOf({
    ...NOTHING_SEEN,
    ...(given !== undefined && newer(given)),
    probes: checked === undefined ? [] : [{ at: checked, ...check }],
    requests: [...inOrder, ...others].toSorted((one, other) => one.at - other.at),
  });
  const found = errorsByFault(reaches, inOrder, {
    ...sightings,
    wasAnswered: id => (typeof answered === 'boolean' ? answered : answered.includes(id)),
  });
  return Object.fromEntries(
    [...found].map(([{ fault }, { possible, certain }]) => [
      fault.name,
      possible.map(each => (certain.includes(each) ? `${each.sent}` : `(${each.sent})`)).join(' '),
    ]),
  );
}

describe('an error is put down', () => {
  it('to the fault in force that strikes where the request went, and to no other', () => {
    const faults = [reach('one', ONE, 1000), reach('other', OTHER, 2000), reach('hub', 'hub', 3000)];
    expect(blamed(faults, [request(500), request(4000), request(5000, { address: OTHER })])).toEqual({
      one: '4000',
      other: '5000',
      hub: '',
    });
  });

  it('to a fault elsewhere where none strikes there: its load may have moved', () => {
    expect(blamed([reach('one', ONE, 1000)], [request(2000, { address: OTHER })])).toEqual({ one: '2000' });
    const two = [reach('one', ONE, 1000), reach('names', 'names', 1500), reach('hub', 'hub', 1600)];
    expect(blamed(two, [request(2000, { address: OTHER })])).toEqual({
      one: '(2000)',
      names: '(2000)',
      hub: '',
    });
  });

  it('and not certainly where requests had failed before any fault', () => {
    const faults = [reach('one', ONE, 1000)];
    const late = [request(2000), request(3000, { address: OTHER })];
    expect(blamed(faults, [request(500), ...late])).toEqual({ one: '2000 (3000)' });
    expect(blamed(faults, late)).toEqual({ one: '2000 3000' });
  });

  it('to what no request can meet only where nothing else was in force', () => {
    expect(blamed([reach('hub', 'hub', 1000)], [request(2000)])).toEqual({ hub: '2000' });
  });

  it('to every fault that strikes there, for none of them with certainty', () => {
    const faults = [reach('first', ONE, 1000), reach('second', ONE, 3000, 5000)];
    expect(blamed(faults, [request(2000), request(4000), success(5500), request(6000)])).toEqual({
      first: '2000 (4000) 6000',
      second: '(4000)',
    });
  });

  it('to both when the second struck while the request was under way', () => {
    const faults = [reach('first', ONE, 1000), reach('second', ONE, 3000)];
    expect(blamed(faults, [request(2000, { lasts: 5000 })])).toEqual({ first: '(2000)', second: '(2000)' });
  });

  it('to a fault until it is healed, not only until its healing begins', () => {
    const { fault, ...rest } = reach('stop', ONE, 1000, 5000);
    const faults = [{ ...rest, fault: { ...fault, heal: 3000 } }];
    expect(blamed(faults, [request(4000), request(5000)])).toEqual({ stop: '4000' });
  });

  it('not to a fault that the population had recovered from when the second struck there', () => {
    const faults = [reach('first', ONE, 1000), reach('second', ONE, 5000)];
    const asked = (count: number) => [...failures(2000, 10), ...successes(3000, count), request(6000)];
    expect(blamed(faults, asked(3))['second']).toBe('6000');
    expect(blamed(faults, asked(2))['second']).toBe('(6000)');
    // What had succeeded before it is not of its rate.
    expect(blamed(faults, [...successes(100, 500), ...asked(3)])['second']).toBe('6000');
    // A rate of errors that is low asks for more.
    const gray = [
      request(2000),
      ...successes(2001, 30),
      request(2040),
      ...successes(3000, 30),
      request(6000),
    ];
    expect(blamed(faults, gray)['second']).toBe('(6000)');
  });

  it('also to a gray one whose rate an outage seems to raise', () => {
    const gray = reach('gray', ONE, 1000);
    const faults = [gray, reach('outage', ONE, 3000, 3500), reach('harmless', ONE, 5000)];
    const asked = [
      ...successes(1100, 30),
      request(2000),
      ...failures(3100, 20),
      ...successes(3600, 30),
      request(6000),
    ];
    expect(blamed(faults, asked)['harmless']).toBe('(6000)');
  });

  it('not to one from which all had gone elsewhere, for as long as its errors had lasted', () => {
    const first = { ...reach('first', ONE, 1000), away: [away(2500, 9000)] };
    const asked = (count: number, address: string) => [
      ...failures(2000, 10),
      ...successes(3000, count, OTHER),
      request(6000, { address }),
    ];
    const [soon, later] = [reach('second', OTHER, 3500), reach('second', OTHER, 5000)];
    expect(blamed([first, later], asked(21, OTHER))['second']).toBe('6000');
    expect(blamed([first, later], asked(20, OTHER))['second']).toBe('(6000)');
    expect(
      blamed([{ ...first, fault: { ...first.fault, inject: 0 } }, soon], asked(21, OTHER))['second'],
    ).toBe('(6000)');
    // It says nothing of those that went there again.
    expect(blamed([first, reach('second', ONE, 5000)], asked(21, ONE))['second']).toBe('(6000)');
  });

  it('also to one that goes on and has failed nothing yet', () => {
    const faults = [reach('first', ONE, 1000), reach('second', ONE, 5000)];
    expect(blamed(faults, [...successes(3000, 500), request(6000)])).toEqual({
      first: '(6000)',
      second: '(6000)',
    });
  });

  it('not to one that leaves nothing, when successes have shown it where it struck', () => {
    const faults = [kill('kill', ONE, 1000), reach('second', ONE, 5000)];
    expect(blamed(faults, [...successes(3000, 21), request(6000)])).toEqual({ kill: '', second: '6000' });
    expect(blamed(faults, [...successes(3000, 21, OTHER), request(6000)])).toEqual({
      kill: '(6000)',
      second: '(6000)',
    });
    // What had succeeded before it, or follows errors by chance, shows nothing.
    expect(blamed(faults, [...successes(500, 30), request(6000)])['second']).toBe('(6000)');
    const soon = [...failures(2000, 10), ...successes(3000, 20), request(6000)];
    expect(blamed(faults, soon)['second']).toBe('(6000)');
    // What is left of it is left for all populations.
    expect(blamed(faults, [request(6000)], { others: successes(3000, 21) })).toEqual({
      kill: '',
      second: '6000',
    });
    expect(blamed(faults, [request(6000)], { others: [...successes(3000, 21), request(3999)] })).toEqual({
      kill: '(6000)',
      second: '(6000)',
    });
  });

  it('nor when the fault is healed that it was over for', () => {
    const faults = [kill('kill', ONE, 1000), reach('second', ONE, 5000, 7000)];
    const asked = [...successes(3000, 21), request(6000), success(8000), request(9000)];
    expect(blamed(faults, asked)).toEqual({ kill: '', second: '6000' });
    expect(blamed(faults, asked.slice(1))).toEqual({ kill: '(6000) 9000', second: '(6000)' });
  });

  it('also to a change that stays, though a light load has met it unharmed', () => {
    const faults = [drift('drift', ONE, 1000), reach('second', ONE, 5000)];
    expect(blamed(faults, [...successes(3000, 500), request(6000)])).toEqual({
      drift: '(6000)',
      second: '(6000)',
    });
    expect(blamed(faults, [...failures(2000, 10), ...successes(3000, 21), request(6000)])['second']).toBe(
      '6000',
    );
  });

  it('not to one that was recovered from, for what was under way when the second struck', () => {
    const faults = [reach('first', ONE, 1000), reach('second', ONE, 5000)];
    const straddler = request(4900, { lasts: 200 });
    const first = failures(2000, 10);
    expect(blamed(faults, [...first, ...successes(3000, 21), straddler])['second']).toBe('4900');
    // A pause fails what is under way only later: successes elsewhere do not show a recovery.
    const paused = [
      request(2000),
      ...successes(3000, 30, OTHER),
      request(3500, { lasts: 5000 }),
      request(6000),
    ];
    expect(blamed(faults, paused)).toEqual({ first: '2000 (6000) (3500)', second: '(6000) (3500)' });
    // Nor does what the end of the pause lets through, after the second has struck.
    const through = Array.from({ length: 21 }, (_, i) => request(4000 + i, { lasts: 2000, status: 200 }));
    const before = [...first, ...through, request(4500, { lasts: 5000 })];
    expect(blamed(faults, before)['second']).toBe('(4500)');
    const moved = { ...reach('first', ONE, 1000), away: [away(2500, 9000)] };
    const late = { ...request(6000, { address: OTHER }) };
    const beside = [...paused.slice(0, -1), late];
    expect(blamed([moved, reach('second', OTHER, 5000)], beside)['second']).toBe('(6000)');
  });

  it('also to one whose load had to move to where another strikes', () => {
    const outage = { ...reach('outage', ONE, 1000), away: [away(2000, 9000)] };
    const faults = [reach('harmless', OTHER, 500), outage];
    const sent = [1500, 3000, 9000].map(at => request(at, { address: OTHER }));
    // It is back from 9000 on.
    expect(blamed(faults, sent)).toEqual({ harmless: '1500 (3000) 9000', outage: '(3000)' });
  });

  it('also to one that no request can meet, when its load had to move there: checks alone may fail', () => {
    const checks = { ...reach('checks', ONE, 1000, 5000), meetsClients: false, away: [away(2000, 9000)] };
    const faults = [reach('harmless', OTHER, 500), checks];
    // Its load is still there when it is healed.
    const sent = [1500, 3000, 6000, 9500].map(at => request(at, { address: OTHER }));
    expect(blamed(faults, sent)).toEqual({ harmless: '1500 (3000) (6000) 9500', checks: '(3000)' });
    expect(blamed([checks], sent)).toEqual({ checks: '1500 3000' });
    // What went where it strikes had not moved.
    expect(blamed([reach('outage', ONE, 500), checks], [request(3000)])).toEqual({
      outage: '3000',
      checks: '',
    });
    const elsewhere = reach('elsewhere', '203.0.113.30', 500);
    expect(blamed([elsewhere, checks], sent)).toEqual({ elsewhere: '1500 9500', checks: '3000' });
  });

  it("also to one that kept load there: of two centres that are down, either may hold the other one's", () => {
    const standby = { ...reach('standby', OTHER, 500), away: [away(3000, 9000, OTHER)] };
    const outage = { ...reach('outage', ONE, 1000), away: [away(3000, 9000)] };
    expect(blamed([standby, outage], [request(2000), request(4000), request(9500)])).toEqual({
      standby: '(4000)',
      outage: '2000 (4000) 9500',
    });
  });

  it('and to one that had moved its load by when the answer was given, whenever that is used', () => {
    const blind = { ...reach('blind', 'hub', 500), away: [away(1500, 2500, '203.0.113.30')] };
    const faults = [blind, reach('harmless', OTHER, 1000)];
    const late = request(6000, { address: OTHER });
    expect(blamed(faults, [late], { given: 2000 })).toEqual({ blind: '(6000)', harmless: '(6000)' });
    expect(blamed(faults, [late], { given: 3000 })).toEqual({ blind: '', harmless: '6000' });
  });

  it('to silent name servers, too, where an answer is used that has expired and is not the newest', () => {
    const faults = [reach('names', 'names', 500), reach('outage', ONE, 1000)];
    const shared = { names: '(63000)', outage: '3000 (63000)' };
    expect(blamed(faults, [request(3000), request(63_000)], { given: 2500 })).toEqual(shared);
    // The newest has it still.
    expect(blamed(faults, [request(63_000, { address: OTHER })], { given: 2500 })['outage']).toBe('(63000)');
    expect(blamed(faults, [request(62_000)], { given: 2500 })).toEqual({ names: '', outage: '62000' });
  });

  it('to one that no request can meet, too, while the other there is being healed: that may take longer for it', () => {
    const { fault, ...rest } = reach('outage', ONE, 1000, 5000);
    const api: Reach = { ...reach('api', ONE, 500), meetsClients: false };
    const faults = [api, { ...rest, fault: { ...fault, heal: 3000 } }];
    expect(blamed(faults, [request(2000), request(4000)])).toEqual({ api: '(4000)', outage: '2000 (4000)' });
    expect(blamed([api, kill('kill', ONE, 1000)], [request(2000)])).toEqual({
      api: '(2000)',
      kill: '(2000)',
    });
  });

  it('also to one recovered from elsewhere than where it fails: at each address by what was seen there', () => {
    const first: Reach = { ...reach('first', ONE, 1000), away: [away(2500, 9000)] };
    const asked = [...failures(2000, 10), ...successes(3000, 30, OTHER)];
    const late = request(6000, { address: '203.0.113.30' });
    const second = reach('second', '203.0.113.30', 5000);
    expect(blamed([first, second], [...asked, late])['second']).toBe('(6000)');
    // One in ten fails there for others, as it does after a failover to a place too small.
    const others = Array.from({ length: 5 }, (_, i) => request(3000 + 400 * i, { address: OTHER }));
    const there = request(6000, { address: OTHER });
    const beside = [first, reach('second', OTHER, 5000)];
    expect(blamed(beside, [...asked, there])['second']).toBe('6000');
    expect(blamed(beside, [...asked, there], { others })['second']).toBe('(6000)');
  });

  it('not certainly to a fault where another was healed and nothing has succeeded since', () => {
    const faults = [reach('harmless', ONE, 500), reach('stop', ONE, 1000, 2000)];
    expect(blamed(faults, [request(3000), success(4000), request(5000)])).toEqual({
      harmless: '(3000) 5000',
      stop: '',
    });
  });

  it('certainly where a health check has passed since', () => {
    const faults = [reach('flap.1', ONE, 1000, 2000), reach('flap.2', ONE, 4000)];
    expect(blamed(faults, [request(5000)], { checked: 3000 })).toEqual({ 'flap.1': '', 'flap.2': '5000' });
    const uncertain = { 'flap.1': '', 'flap.2': '(5000)' };
    expect(blamed(faults, [request(5000)], { checked: 6000 })).toEqual(uncertain);
    for (const check of [{ ok: false }, { address: OTHER }])
      expect(blamed(faults, [request(5000)], { checked: 3000, check })).toEqual(uncertain);
  });

  it('to nobody where a fault was healed and nothing has succeeded since', () => {
    const faults = [reach('stop', ONE, 1000, 2000), reach('standby', OTHER, 1500)];
    expect(
      blamed(faults, [request(1800), request(3000), request(3500), success(4000), request(5000)]),
    ).toEqual({
      stop: '1800',
      standby: '(5000)',
    });
  });

  it('to nobody until a success there has been seen: it may have been sent long before', () => {
    const faults = [reach('stop', ONE, 1000, 2000), reach('loss', ONE, 500)];
    const late = request(2100, { status: 200, lasts: 1500 });
    expect(blamed(faults, [late, request(3000)])).toEqual({ stop: '', loss: '(3000)' });
    expect(blamed(faults, [late, request(3700)])).toEqual({ stop: '', loss: '3700' });
  });

  it('not certainly to a fault where it is the reset of a connection that is older than another was healed', () => {
    const faults = [reach('outage', ONE, 1000, 2000), reach('harmless', ONE, 2500)];
    const reset = { failure: 'reset', connected: 500 } as const;
    const served = successes(2100, 30);
    expect(blamed(faults, [...served, request(5000, reset)])).toEqual({ outage: '', harmless: '(5000)' });
    const used = request(4000, { connected: 500, status: 200 });
    expect(blamed(faults, [...served, used, request(5000, reset)])['harmless']).toBe('5000');
    expect(blamed(faults, [...served, request(5000, { ...reset, connected: 2200 })])['harmless']).toBe(
      '5000',
    );
    expect(blamed(faults, [...served, request(5000, { connected: 500 })])['harmless']).toBe('5000');
  });

  it('to a fault elsewhere certainly only once enough has succeeded in a row where one was healed', () => {
    const faults = [reach('slow', ONE, 1000, 2000), reach('standby', OTHER, 1500)];
    const late = (count: number) => [...successes(2500, count), request(5000)];
    expect(blamed(faults, late(20))).toEqual({ slow: '', standby: '(5000)' });
    expect(blamed(faults, late(21))).toEqual({ slow: '', standby: '5000' });
    // An error that comes between begins the row anew.
    expect(blamed(faults, [...late(21), request(2610)])).toEqual({ slow: '', standby: '(2610) (5000)' });
  });

  it('to one that strikes there, though no request can meet it: it may hinder the return', () => {
    const api: Reach = { ...reach('api', ONE, 500), meetsClients: false };
    const faults = [api, reach('stop', ONE, 1000, 2000), reach('elsewhere', OTHER, 1500)];
    expect(blamed(faults, [request(1800), request(3000)])).toEqual({
      api: '(3000)',
      stop: '1800',
      elsewhere: '',
    });
  });

  it('and not to nobody for what no request could meet there', () => {
    const api: Reach = { ...reach('api', ONE, 1000, 2000), meetsClients: false };
    expect(blamed([api, reach('other', OTHER, 1500)], [request(3000)])).toEqual({ api: '', other: '3000' });
  });

  it('to nobody where the load of a healed fault still is, unless another had its load moved there too', () => {
    const healed = { ...reach('outage', ONE, 1000, 3000), away: [away(2000, 8000)] };
    const harmless = reach('harmless', ONE, 2500);
    const late = [request(5000, { address: OTHER }), request(9000, { address: OTHER })];
    expect(blamed([healed, harmless], late)).toEqual({ outage: '', harmless: '9000' });
    // It leaves again before all have heard that it is back.
    const again = { ...healed, away: [...healed.away, away(4000, 8000)] };
    expect(blamed([again, harmless], late)).toEqual({ outage: '', harmless: '9000' });
    const moved = { ...reach('other', '203.0.113.30', 1500), away: [away(4000, 99_000, '203.0.113.30')] };
    expect(blamed([healed, moved], late)).toEqual({ outage: '', other: '(5000) 9000' });
  });

  it('not certainly where the load of a healed fault is nowhere yet', () => {
    const { address: _, status: __, ...common } = request(5000);
    const empty: RequestEvent = { ...common, failure: 'dns' };
    const healed = { ...reach('outage', ONE, 1000, 3000), away: [away(2000, 8000)] };
    const standby = { ...reach('standby', OTHER, 2500), away: [away(2700, 9000, OTHER)] };
    expect(blamed([healed, standby], [empty], { answered: true })['standby']).toBe('(5000)');
    // Blind vantage points may keep the answer empty, as any other may.
    expect(blamed([healed, reach('blind', 'hub', 2500)], [empty], { answered: true })['blind']).toBe(
      '(5000)',
    );
    // That no name server answers has nothing to do with where the load is.
    expect(blamed([healed, reach('names', 'names', 2500)], [empty])['names']).toBe('5000');
  });

  it('to any in force where the answer had no address: each may keep a centre out', () => {
    const { address: _, status: __, ...common } = request(5000);
    const empty: RequestEvent = { ...common, failure: 'dns' };
    const outage = { ...reach('outage', ONE, 1000), away: [away(2000, 9000)] };
    expect(blamed([outage], [empty], { answered: true })).toEqual({ outage: '5000' });
    expect(blamed([outage, reach('blind', 'hub', 2500)], [empty], { answered: true })).toEqual({
      outage: '(5000)',
      blind: '(5000)',
    });
  });

  it('to the fault of the name servers when they did not answer, and only then', () => {
    const { address: _, status: __, ...common } = request(3000);
    const unresolved: RequestEvent = { ...common, failure: 'dns' };
    const faults = [reach('one', ONE, 1000), reach('names', 'names', 2000, 2500)];
    expect(blamed(faults, [unresolved])).toEqual({ one: '', names: '' });
    // They answered that there is no address: every centre may be down.
    expect(blamed(faults, [unresolved], { answered: true })).toEqual({ one: '3000', names: '' });
    expect(
      blamed([reach('one', ONE, 1000), reach('names', 'names', 2000)], [unresolved], { answered: true }),
    ).toEqual({
      one: '3000',
      names: '',
    });
  });

  it('nor certainly to silent name servers where another had taken the connection that needed none', () => {
    const { address: _, status: __, ...common } = request(3000);
    const unresolved: RequestEvent = { ...common, failure: 'dns' };
    const kept = request(1500, { connected: 0 });
    const outage = (until?: number) => [reach('one', ONE, 1000, until), reach('names', 'names', 2000)];
    expect(blamed(outage(), [kept, unresolved])).toEqual({ one: '1500 (3000)', names: '(3000)' });
    expect(blamed(outage(2500), [kept, unresolved])).toEqual({ one: '1500', names: '(3000)' });
    // Another client's has nothing to do with it; and a client that keeps nothing asks in any case.
    const others = [
      { ...kept, client: 1 },
      { ...kept, connected: kept.sent },
    ];
    for (const other of others)
      expect(blamed(outage(), [other, unresolved])).toEqual({ one: '1500', names: '3000' });
    const elsewhere = [kept, { ...success(2200, OTHER), connected: 2000 }, unresolved];
    expect(blamed(outage(), elsewhere)).toEqual({ one: '1500', names: '3000' });
    // It may have been lost while it was idle.
    const idle = { ...success(500), connected: 0 };
    expect(blamed(outage(), [idle, unresolved])).toEqual({ one: '(3000)', names: '(3000)' });
    expect(blamed(outage(2500), [idle, unresolved])).toEqual({ one: '', names: '(3000)' });
  });

  it('nor certainly to silent name servers that had answered before that there is no address', () => {
    const { address: _, status: __, ...common } = request(1500);
    const empty: RequestEvent = { ...common, failure: 'dns' };
    const silent: RequestEvent = { ...empty, at: 3100, sent: 3000, answer: 0 };
    const faults = [reach('one', ONE, 1000), reach('names', 'names', 2000)];
    expect(blamed(faults, [empty, silent], { answered: [1] })).toEqual({
      one: '1500 (3000)',
      names: '(3000)',
    });
  });
});

test('a control plane that is down and links that no client uses take no error from an outage beside them', async () => {
  const on = 'cluster1-beijing';
  const { events } = await smallDrill(
    [
      { at: '20s', fault: 'ingress-down', on, name: 'outage' },
      { at: '20s', fault: 'control-plane-down', on },
      { at: '21s', fault: 'partition', on, from: ['hub', 'vantage'], name: 'cut' },
      { at: '22s', fault: 'latency', on, latency: '10ms', from: 'clients', name: 'line' },
    ],
    '80s',
  );
  const [outage, ...others] = recoveriesOf(new DrillRecord(events)).get('people') ?? [];
  expect(outage?.errors).toBeGreaterThan(10);
  expect(others.map(({ fault, errors }) => [fault, errors > 0])).toEqual([
    ['control-plane-down', false],
    ['cut', false],
    ['line', true],
  ]);
});

test('a name that the GTM leaves empty fails for what took every centre away', async () => {
  const { events } = await smallDrill(
    [{ at: '20s', for: '120s', fault: 'ingress-down', on: ['beijing', 'hangzhou'], name: 'outage' }],
    '200s',
    { gtm: { emulator: { whenAllDown: 'empty' } } },
  );
  const drill = new DrillRecord(events);
  const [outage] = recoveriesOf(drill).get('people') ?? [];
  const { injected = 0, heal = 0, healed = 0 } = drill.faults[0] ?? {};
  const unresolved = drill.requests.filter(({ failure }) => failure === 'dns');
  expect(unresolved.filter(({ sent }) => sent < healed).length).toBeGreaterThan(100);
  expect(outage?.lastError?.failure).toBe('dns');
  expect(outage?.rto).toBeGreaterThan(heal - injected - 2000);
});

const places = fc.constantFrom(ONE, OTHER, 'names', 'hub');
const schedules = fc.array(
  fc.record({
    place: places,
    from: fc.nat(1000),
    lasts: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  }),
  { maxLength: 5 },
);
const traffic = fc.array(
  fc.record({
    sent: fc.nat(1500),
    lasts: fc.integer({ min: 1, max: 100 }),
    address: fc.constantFrom(ONE, OTHER),
    status: fc.constantFrom(200, 503),
  }),
  { maxLength: 60 },
);

test('no error is lost that a fault in force strikes, and none is certain of two', () => {
  fc.assert(
    fc.property(schedules, traffic, (schedule, sent) => {
      const reaches = schedule
        .toSorted((one, other) => one.from - other.from)
        .map(({ place, from, lasts }, i) =>
          reach(`f${i}`, place, from, lasts === undefined ? undefined : from + lasts),
        );
      const requests = sent
        .map(({ sent: at, ...rest }) => request(at, rest))
        .toSorted((one, other) => one.at - other.at);
      const found = [...errorsByFault(reaches, requests, sightingsOf({ ...NOTHING_SEEN, requests }))];
      for (const failed of requests.filter(({ status }) => status !== 200)) {
        const own = found.filter(([, { possible }]) => possible.includes(failed));
        const certain = found.filter(([, each]) => each.certain.includes(failed));
        const there = reaches.filter(
          ({ fault, addresses }) =>
            addresses.has(failed.address ?? '') &&
            fault.inject <= failed.at &&
            (fault.healed ?? Number.POSITIVE_INFINITY) > failed.sent,
        );
        if (there.length > 0) expect(own.length).toBeGreaterThan(0);
        for (const [one] of own) expect(there.length === 0 || there.includes(one)).toBe(true);
        if (certain.length > 0) expect(certain).toEqual(own);
        expect(certain.length).toBeLessThan(2);
      }
    }),
  );
});
