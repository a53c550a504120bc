import * as z from 'zod';
import type { DrillRecord } from '../record.ts';
import { faultOfWhen, limit, Unknown, type Window, windowOf } from '../windows.ts';
import { length } from '../words.ts';
import { expectation, Findings, type Judgement, sentence } from './expectation.ts';

/** The GTM holds the centre's address for down soon after the fault. */
export const noticed = expectation({
  name: 'noticed',
  schema: z.strictObject({
    centre: z.string(),
    within: limit,
    /** By default during the first fault. */
    when: z
      .string()
      .refine(
        when => when.startsWith('during ') && faultOfWhen(when),
        'must be "during" and the name of a fault',
      )
      .optional(),
  }),
  says: ({ centre, within, when }) =>
    `the GTM notices the loss of ${centre} within ${within === 'bound' ? 'the bound' : length(within)}` +
    ` (${when ?? 'during the first fault'})`,
  judge({ centre, within, when }, drill) {
    const [first] = drill.faults;
    if (when === undefined && first === undefined)
      return new Findings(drill).unknown('No fault took effect.');
    const fault = windowOf(when ?? `during ${first?.name}`, drill);
    if (fault instanceof Unknown) return new Findings(drill).unknown(sentence(fault.why));
    const wait = within === 'bound' ? drill.bounds.detection([centre]) : within;
    if (wait === null) return new Findings(drill).unknown(`No check looks at ${centre}.`);
    return lookFor(centre, fault, wait, drill);
  },
});

/** Looks for the alert in the first `wait` milliseconds of the fault. */
function lookFor(centre: string, fault: Window, wait: number, drill: DrillRecord): Judgement {
  const { from } = fault;
  const deadline = from + wait;
  const findings = new Findings(drill, { from, until: Math.min(deadline, fault.until) });
  const health = drill.health.filter(event => event.centre === centre);
  const before = health.findLast(({ at }) => at < from);
  if (before?.status === 'ALERT') {
    return findings.unknown(`${centre} was held for down before the fault.`, { events: [before] });
  }
  const alert = health.find(({ at, status }) => status === 'ALERT' && at >= from && at <= deadline);
  if (alert !== undefined) {
    const took = alert.at - from;
    return findings.held(`Noticed after ${length(took)}.`, { figures: { took }, events: [alert] });
  }
  const checks = drill.probes.filter(
    probe => probe.centre === centre && probe.at >= from && probe.at <= deadline,
  );
  if (checks.length === 0) return findings.unknown(`Nobody checked ${centre} during the fault.`);
  if (fault.until <= deadline) {
    const lasted = length(fault.until - from);
    return findings.unknown(`The fault lasted only ${lasted}, and was not noticed by then.`);
  }
  const passed = checks.filter(({ ok }) => ok).length;
  return findings.violated(
    `Not noticed by ${drill.time(deadline)}: ${passed} of ${checks.length} checks passed meanwhile.`,
    { figures: { checks: checks.length, passed }, events: checks },
  );
}
