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
    const stretches = stretchesOf(drill, fault, within, concerned);
    if (stretches instanceof Unknown) return new Findings(drill).unknown(stretches.why);
    const findings = new Findings(drill, {
      from: Math.min(...stretches.map(({ from }) => from)),
      until: Math.max(...stretches.map(({ until }) => until)),
    });
    const requests = drill.requests.filter(
      ({ sent, population }) =>
        stretches.some(({ from, until }) => sent >= from && sent < until) &&
        (populations === undefined || populations.includes(population)),
    );
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
    // In each stretch: one repetition shows nothing of another.
    const silent = concerned.filter(name =>
      stretches.some(
        ({ from, until }) =>
          !requests.some(
            request => request.population === name && request.sent >= from && request.sent < until,
          ),
      ),
    );
    if (requests.length === 0) return findings.unknown(['nobodyAfter'], { figures });
    if (silent.length > 0) return findings.unknown(['silentAfter', silent], { figures });
    return findings.held(['succeededAfter', requests.length], { figures });
  },
});

/** Of each repetition of the fault. */
function stretchesOf(
  drill: DrillRecord,
  name: string | undefined,
  within: Limit,
  populations: readonly string[],
): readonly Window[] | Unknown {
  const faults = drill.faultsOf(name);
  if (faults instanceof Unknown) return faults;
  const wait = within === 'bound' ? drill.recoveryBound(faults, populations) : within;
  if (wait instanceof Unknown) return wait;
  const stretches: Window[] = [];
  for (const fault of faults) {
    const window = windowOf(`during ${fault.name}`, drill);
    if (window instanceof Unknown) return window;
    const { from, until } = window;
    if (from + wait >= until) return new Unknown('lastedOnly', until - from, wait);
    stretches.push({ from: from + wait, until });
  }
  return stretches;
}
