import type { Phase } from '../verdict.ts';
import { count, length, list, percent } from '../words.ts';
import type { Observed, Overrun, Page, Recovered, When } from './values.ts';

/** What the judge says, in the words of verdict.json and of the terminal. */
export const english = {
  // Any expectation.
  asWritten: (text: string) => text,
  noSuchExpectation: () => 'This version knows no such expectation.',
  readsOtherwise: (why: string) => `This version reads its fields otherwise: ${why}.`,
  noEnd: () => 'The journal has no end: it was cut short.',
  interrupted: (detail: string) => `The drill was interrupted${detail && `: ${detail}`}.`,
  failed: (detail: string) => `The drill failed${detail && `: ${detail}`}.`,
  noRequest: () => 'No request was sent.',

  // Windows and bounds.
  neverBegan: () => 'The timeline never began.',
  neverEnded: () => 'The drill did not come to its end.',
  noSuchWindow: (when: string) => `This version knows no window "${when}".`,
  noFault: () => 'No fault took effect.',
  noEffect: (fault: string) => `The fault ${fault} never took effect.`,
  neverHealed: (fault: string) => `The fault ${fault} was never healed.`,
  neverSettled: () => 'The window is over before it has settled.',
  noBound: () => 'The configuration implies no bound for this.',
  lastedOnly: (lasted: number, wanted: number) =>
    `The fault lasted only ${length(lasted)}, not ${length(wanted)}.`,

  // Periods.
  wholeDrill: () => 'the whole drill',
  beforeFault: (fault: string) => `before ${fault}`,
  duringFaults: (faults: readonly { name: string; recovered: boolean }[]) =>
    `during ${list(faults.map(({ name, recovered }) => (recovered ? `${name} (recovered)` : name)))}`,
  afterFault: (fault: string) => `after ${fault}`,

  // observed
  sawAll: () => 'the drill saw clients ask, the GTM at work and its faults take effect',
  sawNothing: (missing: { clients: boolean; gtm: boolean }) => {
    const what = [
      ...(missing.clients ? ['no client sent a request'] : []),
      ...(missing.gtm ? ['nothing was seen of the GTM'] : []),
    ];
    return `There was nothing to judge by: ${what.join(', ')}.`;
  },

  sawNoEffect: (faults: readonly string[]) => `It was not seen that ${list(faults)} took effect.`,
  sawGaps: (gaps: readonly { of: string; from: string; until: string }[]) => {
    const each = gaps.map(({ of, from, until }) => `of ${of} from ${from} to ${until}`);
    return `Nothing was seen ${list(each)}, though requests or checks were due.`;
  },

  phase: (phase: Phase): string => phase,

  // phases-within-bounds
  phasesWithin: () => 'every phase of every recovery within the bound that the configuration implies',
  phasesOver: (over: readonly Overrun[]) => {
    const each = over.map(
      ({ phase, of, fault, ms, bound }) =>
        `${phase} of ${of} after ${fault}: ${length(ms)} (at most ${length(bound)})`,
    );
    return `${each.join('; ')}.`;
  },
  phasesMeasured: (measured: number) => `All of ${measured} measured phases.`,

  // approved-before
  approvedBefore: ({ centre, step }: { centre: string; step: string }) =>
    `nothing of a version reaches ${centre} before ${step} is approved`,
  nothingSeenIn: (centre: string) => `Nothing was seen of the application in ${centre}.`,
  unapproved: (centre: string, early: readonly { version: string; object: string; time: string }[]) => {
    const what = early.map(
      ({ version, object, time }) => `${version || 'the application'} (${object} at ${time})`,
    );
    return `In ${centre} without approval: ${list(what)}.`;
  },
  unseenArrivals: (versions: readonly string[], centre: string) =>
    `${list(versions)} was rolled out, and nothing was seen of it in ${centre}.`,
  approved: (versions: number, centre: string) =>
    `${count(versions, 'version')} reached ${centre}, each after its approval.`,

  // configuration-matches-centre
  showsConfiguration: (wanted: readonly { centre: string; texts: readonly string[] }[], when: When) => {
    const each = wanted.map(({ centre, texts }) => `${centre}: ${texts.join(', ')}`);
    const besides = each.length > 0 ? ` (${each.join('; ')})` : '';
    return `every page shows the configuration of the centre that served it${besides} (${during(when)})`;
  },
  wrongPlan: (centre: string, shown: Page) =>
    `The plan for ${centre} is not what the centre must show: ${page(shown)}.`,
  noPage: () => 'No client was shown a page.',
  noPlan: () => 'The journal holds no plan.',
  wrongPages: (wrong: number, pages: number, first: { from: string; time: string; shown: Page }) =>
    `${count(wrong, 'page')} of ${pages} were wrong; the first, from ${first.from}` +
    ` at ${first.time}, showed ${page(first.shown)}.`,
  pagesUnseen: (unseen: number, pages: number) =>
    `The journal does not hold what ${unseen} of ${count(pages, 'page')} showed, or how far the rollout was then.`,
  noPageFrom: (centres: readonly string[]) => `No page came from ${list(centres)}.`,
  allPages: (pages: number) => `All of ${count(pages, 'page')} showed it.`,

  // converged
  converged: (when: When) => `the objects in every centre are those of the plan (${during(when)})`,
  differing: (objects: readonly { object: string; centre: string; differences: readonly string[] }[]) => {
    const what = objects.map(
      ({ object, centre, differences }) => `${object} in ${centre} (${differences.join(', ')})`,
    );
    return `Not as planned: ${list(what)}.`;
  },
  silentApis: (centres: readonly string[]) => `The API of ${list(centres)} did not answer.`,
  notCompared: (centres: readonly string[]) => `Nothing was compared in ${list(centres) || 'any centre'}.`,
  asPlanned: (objects: number, centres: number) =>
    `${count(objects, 'object')} in ${count(centres, 'centre')} are as planned.`,

  // errors-below
  errorsBelow: (share: number, centres: readonly string[] | undefined, when: When) => {
    const amount = share === 0 ? 'none' : `fewer than ${percent(share)}`;
    return `${amount} of the requests${centres ? ` to ${list(centres)}` : ''} fail (${during(when)})`;
  },
  errorRate: (errors: number, requests: number, rate: number) =>
    `${count(errors, 'error')} of ${count(requests, 'request')} (${percent(errors / requests)}), at ${rate} requests a second.`,

  // no-flap
  noFlap: (most: number, when: When) =>
    `at most ${switches(most)} between the pool sets, then none (${during(when)})`,
  blind: () => 'Nothing was seen of the GTM: no check and no answer, or no decision.',
  noSwitch: () => 'No switch.',
  switched: (times: number, last: string) => `${switches(times)}, the last at ${last}.`,

  // noticed
  noticed: (centre: string, within: number | 'bound', when: string | undefined) =>
    `the GTM notices the loss of ${centre} within ${limit(within)} (${when ?? 'during the first fault'})`,
  unchecked: (centre: string) => `No check looks at ${centre}.`,
  downBefore: (centre: string) => `${centre} was held for down before the fault.`,
  noticedWhileInjected: (centre: string, took: number) =>
    `${centre} was held for down ${length(took)} after the injection began; when that struck it is not known.`,
  noticedAfter: (took: number) => `Noticed after ${length(took)}.`,
  nobodyChecked: (centre: string) => `Nobody checked ${centre} during the fault.`,
  notNoticedWhile: (lasted: number) =>
    `The fault lasted only ${length(lasted)}, and was not noticed by then.`,
  notNoticed: (deadline: string, passed: number, checks: number) =>
    `Not noticed by ${deadline}: ${passed} of ${checks} checks passed meanwhile.`,

  // recovered-within
  recoveredWithin: (
    within: number | 'bound',
    fault: string | undefined,
    populations: readonly string[] | undefined,
  ) =>
    `no errors from ${limit(within)} after ${fault ?? 'the first fault'} on` +
    `${populations ? `, for ${list(populations)}` : ''}`,
  errorsAfter: (errors: number, requests: number, first: string, last: string) =>
    `${count(errors, 'error')} of ${count(requests, 'request')} after that, ` +
    `the first at ${first}, the last at ${last}.`,
  nobodyAfter: () => 'No client asked after that.',
  silentAfter: (populations: readonly string[]) => `No client of ${list(populations)} asked after that.`,
  succeededAfter: (requests: number) => `All of ${count(requests, 'request')} after that succeeded.`,

  // resolves
  resolves: (when: When) => `the name always resolves to addresses (${during(when)})`,
  withoutAddresses: (
    empty: number,
    answers: number,
    /** `empty`, rcodes and failures of the network. */
    kinds: readonly string[],
    requests: number,
  ) =>
    `${empty} of ${count(answers, 'answer')} without addresses${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}, ` +
    `${count(requests, 'request')} with no address to go to.`,
  noResolver: () => 'No resolver asked.',
  allAddresses: (answers: number) => `All of ${count(answers, 'answer')} held addresses.`,

  // rto-below
  rtoBelow: (
    fault: string | undefined,
    /** Null: of every other population. */
    limits: readonly { of: string | null; most: number | 'bound' }[],
  ) => {
    const each = limits.map(
      ({ of, most }) => `${of ?? 'all'} at most ${most === 'bound' ? 'its bound' : length(most)}`,
    );
    return `RTO after ${fault ?? 'the first fault'}: ${list(each)}`;
  },
  noPopulation: () => 'There are no populations.',
  // No capital: it begins with a population's name.
  recovered: (found: readonly Recovered[]) => `${found.map(recovered).join(', ')}.`,

  // split
  split: (between: readonly { centre: string; share: number }[], margin: number, when: When) => {
    const shares = between.map(({ centre, share }) => `${percent(share)} ${centre}`);
    return `successful requests split ${list(shares)}, within ${percent(margin)} (${during(when)})`;
  },
  noSuccess: () => 'No request succeeded.',
  splitAs: (found: Observed) => observed(found),
  splitBeyond: (beyond: readonly (string | null)[], margin: number, found: Observed) =>
    `${list(beyond.map(place))}: shown to be beyond the margin of ${percent(margin)}. ${observed(found)}`,
  splitUnclear: (requests: number, independent: number, found: Observed) =>
    `Too few independent requests to tell: about ${requests} requests like these` +
    ` (${independent} independent ones) would do. ${observed(found)}`,

  // no-traffic-to, only-traffic-to
  noTrafficTo: (centres: readonly string[], when: When) =>
    `no request goes to ${list(centres)} (${during(when)})`,
  onlyTrafficTo: (centres: readonly string[], when: When) =>
    `requests go only to ${list(centres)} (${during(when)})`,
  noneAnywhere: () => 'No request was sent to any centre.',
  noneWent: (requests: number) => `None of ${count(requests, 'request')} went there.`,
  allWent: (requests: number) => `All of ${count(requests, 'request')} went there.`,
  strays: (strays: number, requests: number, places: readonly string[], first: string, last: string) =>
    `${strays} of ${count(requests, 'request')} went to ${list(places)}: ` +
    `the first sent at ${first}, the last at ${last}.`,

  // unaffected
  unaffected: (errors: number, most: number, alerts: number | undefined, when: When) =>
    `at most ${percent(errors)} errors, ${switches(most)}` +
    `${alerts === undefined ? '' : ` and ${count(alerts, 'alert')}`} (${during(when)})`,
  effects: (
    {
      requests,
      errors,
      switches: times,
      alerts,
    }: Readonly<Record<'requests' | 'errors' | 'switches' | 'alerts', number>>,
    blind: boolean,
  ) =>
    `${count(errors, 'error')} of ${count(requests, 'request')}, ` +
    `${switches(times)}, ${count(alerts, 'alert')}.${blind ? ' Nothing was seen of the GTM.' : ''}`,
  neverChecked: (centres: readonly string[]) =>
    `Nobody checked ${list(centres)}: it could not have been held for down.`,
  nobodyAsked: () => 'No client asked: nobody could have noticed.',
};

/** `during outage, from 30 s on`. */
function during({ when, settle, populations }: When): string {
  const later =
    settle === 'bound' ? ', once the bound is over' : settle > 0 ? `, from ${length(settle)} on` : '';
  return `${when}${later}${populations ? `, for ${populations.join(', ')}` : ''}`;
}

function switches(n: number): string {
  return count(n, 'switch', 'switches');
}

function limit(within: number | 'bound'): string {
  return within === 'bound' ? 'the bound' : length(within);
}

function page(shown: Page): string {
  return shown === null ? "not web-demo's page" : `env ${shown.env}, config ${shown.config}`;
}

function recovered(found: Recovered): string {
  switch (found.was) {
    case 'silent':
      return `no client of ${found.of} asked${found.fault === undefined ? '' : ` while ${found.fault} was in force`}`;
    case 'unbounded':
      return `${found.of} has no bound`;
    case 'unseen':
      return `it was not to be seen whether ${found.of} recovered from ${found.fault}`;
    case 'lasting':
      return `${found.of} had not recovered from ${found.fault} after ${length(found.atLeast)} (at most ${length(found.most)})`;
    case 'measured':
      return `${found.of} ${measured(found)} (at most ${length(found.most)})`;
  }
}

/** Faults that overlap may not be told apart: an RTO then lies between two times. */
function measured({ atLeast, rto }: { atLeast: number; rto: number | null }): string {
  if (rto === null) return `at least ${length(atLeast)}`;
  return atLeast < rto ? `${length(atLeast)} to ${length(rto)}` : length(rto);
}

function place(name: string | null): string {
  return name ?? 'elsewhere';
}

function observed({ shares, requests, effective, alpha, power }: Observed): string {
  const each = shares.map(
    ({ name, observed, from, until }) =>
      `${place(name)} ${percent(observed)} (${percent(from)} to ${percent(until)})`,
  );
  const worth = `${count(requests, 'request')} worth ${Math.floor(effective)} independent ones`;
  return `${each.join(', ')}, of ${worth}; error rate ${percent(alpha)}, power ${percent(power)}.`;
}
