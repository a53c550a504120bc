import * as z from 'zod';
import { succeeded } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { type Limit, limit, populations, Unknown, type Window, windowOf } from '../windows.ts';
import { expectation, Findings } from './expectation.ts';

/** From a time after the fault on, as long as the fault lasts, every request succeeds. */
export const recoveredWithin = expectation({
  name: 'recovered-within',
  schema: z.strictObject({
    /** By default the first. */
    fault: z.string().optional(),
    within: limit,
    ...populations,
  }),
  says: ({ fault, within, populations }) => ['recoveredWithin', within, fault, populations],
  judge({ fault, within, populations }, drill) {
    const concerned = populations ?? drill.populations;
    const window = stretch(drill, fault, within, concerned);
    if (window instanceof Unknown) return new Findings(drill).unknown(window.why);
    const findings = new Findings(drill, window);
    const requests = drill.requestsIn(window, populations);
    const errors = requests.filter(request => !succeeded(request));
    const figures = { requests: requests.length, errors: errors.length };
    const [first] = errors;
    if (first !== undefined) {
      const [from, until] = [first, errors.at(-1) ?? first].map(({ at }) => drill.time(at)) as [
        string,
        string,
      ];
      return findings.violated(['errorsAfter', errors.length, requests.length, from, until], {
        figures,
        events: errors,
      });
    }
    const asked = new Set(requests.map(({ population }) => population));
    const silent = concerned.filter(name => !asked.has(name));
    if (asked.size === 0) return findings.unknown(['nobodyAfter'], { figures });
    if (silent.length > 0) return findings.unknown(['silentAfter', silent], { figures });
    return findings.held(['succeededAfter', requests.length], { figures });
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
    : new Unknown('lastedOnly', window.until - window.from, wait);
}
