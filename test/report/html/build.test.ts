import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../../src/judge/judge.ts';
import { binWidth } from '../../../src/report/html/bins.ts';
import { reportModel } from '../../../src/report/html/build.ts';
import { thinned } from '../../../src/report/html/lanes.ts';
import type { ReportModel } from '../../../src/report/html/model.ts';
import { reportPage } from '../../../src/report/html/page.ts';
import { type DrillEvent, type JournalEvent, succeeded } from '../../../src/runtime/journal.ts';
import { beginOf, HOSTILE, hostile, journalOf, multiplied, requestsOf } from './journals.ts';

const total = (rows: readonly (readonly number[])[]) => rows.flat().reduce((sum, count) => sum + count, 0);

describe('the model of beijing-down', () => {
  let events: readonly JournalEvent[];
  let model: ReportModel;
  beforeAll(async () => {
    events = await journalOf('beijing-down');
    model = reportModel(events);
  });

  test('counts every request once, in the bin and at the centre where it was sent', () => {
    const requests = requestsOf(events);
    expect(total(model.bins.requests)).toBe(requests.length);
    expect(total(model.bins.populationRequests)).toBe(requests.length);
    const errors = requests.filter(request => !succeeded(request));
    expect(errors.length).toBeGreaterThan(0);
    expect(total(model.bins.errors)).toBe(errors.length);
    const { from, width, count } = model.bins;
    const begin = beginOf(events) + from;
    for (const [index, { name }] of model.centres.entries()) {
      const counts = new Array<number>(count).fill(0);
      for (const { sent, centre } of requests)
        if (centre === name) {
          const bin = Math.floor((sent - begin) / width);
          counts[bin] = (counts[bin] ?? 0) + 1;
        }
      expect(model.bins.requests[index]).toEqual(counts);
    }
  });

  test('has no bin with requests of before the fault and of after it', () => {
    const { from, width, errors } = model.bins;
    const strikes = model.faults[0]?.inject ?? Number.NaN;
    expect((strikes - from) / width).toBeCloseTo(Math.round((strikes - from) / width), 6);
    expect(total(errors.map(row => row.slice(0, Math.round((strikes - from) / width))))).toBe(0);
  });

  test('keeps each request of a short drill, with what led it there', () => {
    const { requests, answers, outcomes, centres, populations } = model;
    expect(requests.sent).toHaveLength(requests.total);
    const begin = beginOf(events);
    for (const index of [0, 1234, requests.total - 1]) {
      const event = events[(requests.line[index] ?? 0) - 1];
      expect(event).toMatchObject({
        kind: 'request',
        sent: (requests.sent[index] ?? 0) + begin,
        population: populations[requests.population[index] ?? -1]?.name,
        centre: centres[requests.centre[index] ?? -1]?.name,
        status: Number(outcomes[requests.outcome[index] ?? -1]),
        answer: requests.answer[index],
      });
      expect(answers.id).toContain(requests.answer[index]);
    }
  });

  test('has health, pool set and faults at the times of the journal', () => {
    const at = (kind: string) =>
      events.filter(event => event.kind === kind).map(event => event.at - beginOf(events));
    const changes = (kind: string) =>
      model.lanes.filter(lane => lane.kind === kind).flatMap(lane => lane.changes.map(([when]) => when));
    expect(changes('set')).toEqual(at('publish'));
    // Each address was something before its first change, too.
    expect(
      changes('health')
        .filter(when => when !== model.from)
        .sort(),
    ).toEqual(at('health').sort());
    const [inject, injected, heal, healed] = at('fault');
    expect(model.faults).toMatchObject([{ inject, heal, healed }]);
    expect(model.faults[0]?.injected).toBeLessThanOrEqual(injected ?? 0);
  });

  test('counts each check in one run of like results', () => {
    const checks = model.votes.flatMap(({ runs }) => runs.map(([, , count]) => count));
    expect(total([checks])).toBe(events.filter(({ kind }) => kind === 'probe').length);
  });

  test('points each cited line of the journal to its time', () => {
    const { expectations } = judge(events);
    const cited = model.expectations.flatMap(({ lines }) => lines);
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.map(([line]) => line)).toEqual(expectations.flatMap(({ evidence }) => evidence.lines ?? []));
    for (const [line, at] of cited) expect(events[line - 1]?.at).toBe(at + beginOf(events));
  });

  test('is a function of the journal alone, and takes less than a megabyte as a page', () => {
    expect(reportModel(events)).toEqual(model);
    expect(Buffer.byteLength(reportPage([model]))).toBeLessThan(1024 * 1024);
  });

  test('says how to run the drill again, and never a command that a name made up', () => {
    expect(model.replay).toBe('bin/liangdi drill beijing-down --seed 1');
    const [header, ...rest] = events as [DrillEvent, ...JournalEvent[]];
    const own = { ...header, scenario: { file: 'mine.yaml', ...(header.scenario as object) } };
    expect(reportModel([own, ...rest]).replay).toBe('bin/liangdi drill mine.yaml --seed 1');
    expect(reportModel(hostile(events)).replay).toBe('bin/liangdi drill SCENARIO.yaml --seed 1');
  });

  test('is there for a drill that was cut short, at any line', () => {
    for (const length of [1, 3, 20, 60, 1000, 4000]) {
      const cut = reportModel(events.slice(0, length));
      expect(cut).toMatchObject({ verdict: 'unknown', ended: null, events: length });
      expect(cut.until).toBeGreaterThan(cut.from);
    }
  });
});

describe('a long journal', () => {
  test('keeps all counts, and of the requests some of every kind and all that the verdict cites', async () => {
    const events = await journalOf('gray-beijing');
    const many = multiplied(events, 20);
    const verdict = judge(many);
    const model = reportModel(many);
    const requests = requestsOf(many);
    expect(total(model.bins.requests)).toBe(requests.length);
    expect(model.requests.total).toBe(requests.length);
    expect(model.requests.sent.length).toBeLessThan(requests.length);
    for (const line of verdict.expectations.flatMap(({ evidence }) => evidence.lines ?? []))
      if (many[line - 1]?.kind === 'request') expect(model.requests.line).toContain(line);
    const kinds = new Set(requests.map(each => `${each.population} ${each.centre} ${each.status}`));
    const { population, centre, outcome } = model.requests;
    const kept = population.map(
      (index, at) =>
        `${model.populations[index]?.name} ${model.centres[centre[at] ?? -1]?.name} ${model.outcomes[outcome[at] ?? -1]}`,
    );
    expect(new Set(kept)).toEqual(kinds);
    expect(Buffer.byteLength(reportPage([model]))).toBeLessThan(2 * 1024 * 1024);
  });
});

describe('hostile text', () => {
  test('is cut and stays text, and no page ends its script before its time', async () => {
    const model = reportModel(hostile(await journalOf('beijing-down')));
    const page = reportPage([model]);
    expect(page.length).toBeLessThan(1024 * 1024);
    expect(page).not.toContain(HOSTILE.script);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(JSON.stringify(model)).not.toMatch(/\\u00[01]|[\u0000-\u0008\u202e\u2066\u200b]|\\ud800/);
    expect(model.proves.startsWith(HOSTILE.script)).toBe(true);
  });
});

test('bins are the narrowest with room on the page and enough requests', () => {
  expect(binWidth(640_000, 4475)).toBe(5000);
  expect(binWidth(640_000, 1_000_000)).toBe(1000);
  expect(binWidth(24 * 3_600_000, 1_000_000)).toBe(120_000);
  expect(binWidth(10_000, 0)).toBe(100);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.nat(1e6), (span, requests) => {
      expect(Math.ceil(span / binWidth(span, requests))).toBeLessThanOrEqual(1000);
    }),
  );
});

test('of too many changes those stay that stand at the end of their stretch', () => {
  const changes = Array.from({ length: 1000 }, (_, at) => [at, String(at)] as const);
  const kept = thinned(changes, { from: 0, until: 1000 }, 10);
  expect(kept.map(([at]) => at)).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999]);
  expect(thinned(changes.slice(0, 5), { from: 0, until: 1000 }, 10)).toHaveLength(5);
});
