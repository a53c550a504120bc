import { type FaultLife, faultLives } from '../../judge/faults.ts';
import { assess } from '../../judge/judge.ts';
import { chinese } from '../../judge/language/chinese.ts';
import { english } from '../../judge/language/english.ts';
import { inWords, reworded, type Statement } from '../../judge/language/statement.ts';
import { readSettings, type Settings } from '../../judge/settings.ts';
import { type Period, PHASES, type Verdict } from '../../judge/verdict.ts';
import type { EngineName } from '../../kube/engines.ts';
import { centresOf } from '../../kube/topology.ts';
import { InputError } from '../../runtime/input-error.ts';
import type { AnswerEvent, DrillEvent, EndEvent, FaultEvent, JournalEvent } from '../../runtime/journal.ts';
import { BinCounter, binWidth } from './bins.ts';
import { LaneCollector } from './lanes.ts';
import type { ExpectationModel, FaultModel, PopulationModel, ReportModel, Texts } from './model.ts';
import { MomentCollector } from './moments.ts';
import { Names } from './names.ts';
import { safeTexts } from './safe-text.ts';
import { answerColumns, type Placed, requestColumns, sampled } from './samples.ts';

/**
 * Judges a journal, and reduces it to what a page can hold and draw, however long it is: a function of it alone.
 *
 * @throws InputError when the journal does not begin with a drill and its scenario.
 */
export function reportModel(events: readonly JournalEvent[]): ReportModel {
  const [header] = events;
  if (header?.kind !== 'drill')
    throw new InputError('the journal', 'must begin with an event of kind "drill"', { line: 1 });
  const settings = readSettings(header);
  const verdict = reworded(assess(events), inEachLanguage);
  const outline = outlineOf(events, settings);
  const { begins, range } = outline;
  const names = new Names(
    centresOf(settings.topology).map(({ name }) => name),
    verdict.populations.map(({ name }) => name),
    outline.addresses,
  );
  const absolute = { from: range.from + begins, until: range.until + begins };
  const width = binWidth(range.until - range.from, outline.requests);
  // Faults strike at round times: a bin then holds what was before one, or what came after it.
  const firstBin = Math.floor(range.from / width) * width;
  const bins = new BinCounter({ from: firstBin + begins, until: absolute.until, width }, names);
  const lanes = new LaneCollector(names, begins);
  const moments = new MomentCollector(names, begins);
  const placed: Placed[] = [];
  const answers: AnswerEvent[] = [];
  let line = 0;
  for (const event of events) {
    line++;
    moments.event(event);
    switch (event.kind) {
      case 'request':
        bins.request(event);
        placed.push({ request: event, line });
        break;
      case 'answer':
        bins.answer(event);
        answers.push(event);
        break;
      default:
        lanes.event(event);
    }
  }
  const cited = new Set(verdict.expectations.flatMap(({ evidence }) => evidence.lines ?? []));
  const chosen = sampled(placed, names, absolute, cited);
  const requests = requestColumns(chosen, placed.length, names, begins);
  return {
    ...safeTexts<Omit<ReportModel, 'configuration'>>({
      ...titleOf(header, settings, verdict),
      ended: outline.end ? { reason: outline.end.reason, detail: outline.end.detail ?? '' } : null,
      ...range,
      events: events.length,
      switches: outline.switches,
      cities: settings.topology.cities.map(({ name, centres }) => ({
        name,
        centres: centres.map(centre => names.centre(centre.name)),
      })),
      centres: names.centres.map(name => ({ name, address: outline.addresses[name] ?? '' })),
      populations: names.populations.map(name => populationModel(name, settings, verdict)),
      phases: PHASES.map(name => ({ name, says: inEachLanguage(['phase', name]) })),
      faults: outline.faults.map(fault => faultModel(fault, outline)),
      requests,
      answers: answerColumns(chosen, answers, names, begins),
      bins: { ...bins.bins(), from: firstBin },
      lanes: lanes.lanes(range),
      votes: lanes.votes(range),
      outcomes: names.outcomes,
      lists: names.lists,
      expectations: verdict.expectations.map(result => expectationModel(result, events, begins)),
      periods: verdict.periods.map(period => shifted(period, begins)),
      moments: moments.moments(),
    }),
    configuration: JSON.stringify(safeTexts(header.scenario), null, 2),
  };
}

function inEachLanguage(statement: Statement): Texts {
  return { en: inWords(statement, english), zh: inWords(statement, chinese) };
}

/** What one look at the whole journal says: its range of time, its size, its faults. */
interface Outline {
  readonly begins: number;
  readonly range: { readonly from: number; readonly until: number };
  readonly requests: number;
  readonly switches: number;
  readonly addresses: Readonly<Record<string, string>>;
  readonly faults: readonly FaultLife[];
  readonly kinds: ReadonlyMap<string, string>;
  readonly end: EndEvent | undefined;
}

function outlineOf(events: readonly JournalEvent[], settings: Settings): Outline {
  let begins: number | undefined;
  let deployed: number | undefined;
  let requests = 0;
  let switches = 0;
  let end: EndEvent | undefined;
  let addresses: Readonly<Record<string, string>> = Object.fromEntries(
    centresOf(settings.topology).map(({ name, address }) => [name, address]),
  );
  const faults: FaultEvent[] = [];
  for (const event of events) {
    if (event.kind === 'request') requests++;
    else if (event.kind === 'deploy') deployed ??= event.at;
    else if (event.kind === 'fault') faults.push(event);
    else if (event.kind === 'switch') switches++;
    else if (event.kind === 'end') end = event;
    else if (event.kind === 'timeline') {
      begins ??= event.at;
      addresses = event.addresses;
    }
  }
  const last = events.at(-1)?.at ?? 0;
  const zero = begins ?? deployed ?? 0;
  const from = Math.min(deployed ?? zero, zero) - zero;
  return {
    begins: zero,
    range: { from, until: Math.max(last - zero, from + 1000) },
    requests,
    switches,
    addresses,
    faults: faultLives(faults),
    kinds: new Map(faults.map(({ name, fault }) => [name, fault])),
    end,
  };
}

function titleOf(
  { version, timeScale = 1, lab, seed }: DrillEvent,
  { topology: { engine }, file }: Settings,
  { scenario, proves, verdict }: Verdict<Texts>,
) {
  return {
    scenario,
    proves,
    lab,
    seed,
    version,
    timeScale,
    verdict,
    replay: replay(file ?? scenario, lab, engine, seed, timeScale),
  };
}

/** A name goes into a command only if a shell takes it for a name. */
function replay(scenario: string, lab: string, engine: EngineName, seed: number, timeScale: number): string {
  const plain = (text: string) => /^[A-Za-z0-9][-A-Za-z0-9._]*$/.test(text);
  return [
    'bin/liangdi drill',
    plain(scenario) ? scenario : 'SCENARIO.yaml',
    ...(lab !== 'simulated' && plain(lab) ? [`--lab ${lab}`] : []),
    ...(engine === 'liangdi' ? [] : [`--engine ${engine}`]),
    `--seed ${seed}`,
    ...(timeScale === 1 ? [] : [`--time-scale ${timeScale}`]),
  ].join(' ');
}

function populationModel(name: string, { clients }: Settings, verdict: Verdict<Texts>): PopulationModel {
  const config = clients.populations.find(each => each.name === name);
  const result = verdict.populations.find(each => each.name === name);
  const forever = (value: number | 'forever') => (value === 'forever' ? -1 : value);
  const cache = config?.cache ?? 'none';
  const connection = config?.connection ?? 'fresh';
  return {
    name,
    requests: result?.requests ?? 0,
    errors: result?.errors ?? 0,
    recoveries: result?.recoveries ?? [],
    habits: {
      clients: config?.clients ?? 0,
      resolvers: config?.resolver.count ?? 0,
      minTtl: config?.resolver.cache.minTtl ?? null,
      serveStale: config?.resolver.cache.serveStale ?? null,
      cache: cache === 'none' ? 0 : forever(cache),
      keepAlive: connection === 'fresh' ? 0 : forever(connection.keepAlive),
    },
  };
}

function faultModel(
  { name, targets, inject, injected, heal, healed, momentary }: FaultLife,
  outline: Outline,
): FaultModel {
  const time = (at: number | undefined) => (at === undefined ? null : at - outline.begins);
  return {
    name,
    fault: outline.kinds.get(name) ?? '',
    targets,
    inject: inject - outline.begins,
    injected: time(injected),
    heal: time(momentary ? injected : heal),
    healed: time(momentary ? injected : healed),
  };
}

function expectationModel(
  { name, says, result, evidence }: Verdict<Texts>['expectations'][number],
  events: readonly JournalEvent[],
  begins: number,
): ExpectationModel {
  const time = (at: number | undefined) => (at === undefined ? null : at - begins);
  return {
    name,
    says,
    result,
    text: evidence.text,
    from: time(evidence.from),
    until: time(evidence.until),
    lines: (evidence.lines ?? []).map(line => [line, (events[line - 1]?.at ?? begins) - begins]),
  };
}

function shifted(period: Period<Texts>, begins: number): Period<Texts> {
  return { ...period, from: period.from - begins, until: period.until - begins };
}
