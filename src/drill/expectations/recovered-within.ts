import * as z from 'zod';
import { succeeded } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { type Limit, limit, populations, Unknown, type Window, windowOf } from '../windows.ts';
import { count, length, list } from '../words.ts';
import { expectation, Findings, sentence } from './expectation.ts';

/** From a time after the fault on, as long as the fault lasts, every request succeeds. */
export const recoveredWithin = expectation({
  name: 'recovered-within',
  schema: z.strictObject({
    /** By default the first. */
    fault: z.string().optional(),
    within: limit,
    ...populations,
  }),
  says: ({ fault, within, populations }) =>
    `no errors from ${within === 'bound' ? 'the bound' : length(within)} after ${fault ?? 'the first fault'} on` +
    `${populations ? `, for ${list(populations)}` : ''}`,
  judge({ fault, within, populations }, drill) {
    const concerned = populations ?? drill.populations;
    const window = stretch(drill, fault, within, concerned);
    if (window instanceof Unknown) return new Findings(drill).unknown(sentence(window.why));
    const findings = new Findings(drill, window);
    const requests = drill.requestsIn(window, populations);
    const errors = requests.filter(request => !succeeded(request));
    const figures = { requests: requests.length, errors: errors.length };
    const [first] = errors;
    if (first !== undefined) {
      return findings.violated(
        `${count(errors.length, 'error')} of ${count(requests.length, 'request')} after that, ` +
          `the first at ${drill.time(first.at)}, the last at ${drill.time((errors.at(-1) ?? first).at)}.`,
        { figures, events: errors },
      );
    }
    const asked = new Set(requests.map(({ population }) => population));
    const silent = concerned.filter(name => !asked.has(name));
    if (asked.size === 0) return findings.unknown('No client asked after that.', { figures });
    if (silent.length > 0)
      return findings.unknown(`No client of ${list(silent)} asked after that.`, { figures });
    return findings.held(`All of ${count(requests.length, 'request')} after that succeeded.`, { figures });
  },
});

function stretch(
  drill: DrillRecord,
  name: string | undefined,
  within: Limit,
  populations: readonly string[],
): Window | Unknown {
  const faults = drill.faultsOf(name);
  if (faults instanceof Unknown) return faults;
  const window = windowOf(`during ${name ?? faults[0]?.name}`, drill);
  if (window instanceof Unknown) return window;
  const wait = within === 'bound' ? drill.recoveryBound(faults, populations) : within;
  if (wait instanceof Unknown) return wait;
  const from = window.from + wait;
  return from < window.until
    ? { from, until: window.until }
    : new Unknown(`the fault lasted only ${length(window.until - window.from)}, not ${length(wait)}`);
}
