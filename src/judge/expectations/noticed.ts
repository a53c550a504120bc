import * as z from 'zod';
import { faultsNamed, unnumbered } from '../faults.ts';
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
    const name = faultOfWhen(when ?? '') ?? drill.faults.map(unnumbered)[0];
    if (name === undefined) return new Findings(drill).unknown(['noFault']);
    const fault = windowOf(`during ${name}`, drill);
    if (fault instanceof Unknown) return new Findings(drill).unknown(fault.why);
    const wait = within === 'bound' ? drill.bounds.detection([centre]) : within;
    if (wait === null) return new Findings(drill).unknown(['unchecked', centre]);
    const [first] = faultsNamed(drill.faults, name);
    return lookFor(centre, fault, first?.inject ?? fault.from, wait, drill);
  },
});

/** Looks for the alert in the first `wait` milliseconds of the fault, or in its injection: targets fall one by one. */
function lookFor(centre: string, fault: Window, inject: number, wait: number, drill: DrillRecord): Judgement {
  const { from } = fault;
  const deadline = from + wait;
  const until = Math.min(deadline, fault.until);
  const findings = new Findings(drill, { from, until });
  const health = drill.health.filter(event => event.centre === centre);
  // In the moment of the injection, too: no check that it fails has ended by then.
  const before = health.findLast(({ at }) => at <= inject);
  if (before?.status === 'ALERT') {
    return findings.unknown(['downBefore', centre], { events: [before] });
  }
  const alert = health.find(({ at, status }) => status === 'ALERT' && at > inject && at <= until);
  if (alert !== undefined) {
    // Before the fault was in force everywhere, when it struck this centre is not known: at the earliest as it began.
    const took = alert.at - (alert.at < from ? inject : from);
    if (took > wait) return findings.unknown(['noticedWhileInjected', centre, took], { events: [alert] });
    return findings.held(['noticedAfter', took], { figures: { took }, events: [alert] });
  }
  const checks = drill.probes.filter(
    probe => probe.centre === centre && probe.at >= inject && probe.at <= until,
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
