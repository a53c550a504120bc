import * as z from 'zod';
import { nameOfFirst } from '../faults.ts';
import type { DrillRecord } from '../record.ts';
import { faultOfWhen, limit, Unknown, type Window, windowOf } from '../windows.ts';
import { expectation, Findings, type Judgement } from './expectation.ts';

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
  says: ({ centre, within, when }) => ['noticed', centre, within, when],
  judge({ centre, within, when }, drill) {
    const first = nameOfFirst(drill.faults);
    if (when === undefined && first === undefined) return new Findings(drill).unknown(['noFault']);
    const fault = windowOf(when ?? `during ${first}`, drill);
    if (fault instanceof Unknown) return new Findings(drill).unknown(fault.why);
    const wait = within === 'bound' ? drill.bounds.detection([centre]) : within;
    if (wait === null) return new Findings(drill).unknown(['unchecked', centre]);
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
    return findings.unknown(['downBefore', centre], { events: [before] });
  }
  const alert = health.find(({ at, status }) => status === 'ALERT' && at >= from && at <= deadline);
  if (alert !== undefined) {
    const took = alert.at - from;
    return findings.held(['noticedAfter', took], { figures: { took }, events: [alert] });
  }
  const checks = drill.probes.filter(
    probe => probe.centre === centre && probe.at >= from && probe.at <= deadline,
  );
  if (checks.length === 0) return findings.unknown(['nobodyChecked', centre]);
  if (fault.until <= deadline) {
    return findings.unknown(['notNoticedWhile', fault.until - from]);
  }
  const passed = checks.filter(({ ok }) => ok).length;
  return findings.violated(['notNoticed', drill.time(deadline), passed, checks.length], {
    figures: { checks: checks.length, passed },
    events: checks,
  });
}
