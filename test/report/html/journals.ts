import { runDrill } from '../../../src/drill/runner.ts';
import { loadScenario } from '../../../src/drill/scenario.ts';
import type { DrillEvent, JournalEvent, RequestEvent } from '../../../src/runtime/journal.ts';

/** The journal of a drill on the simulated lab. */
export async function journalOf(scenario: string, seed = 1): Promise<readonly JournalEvent[]> {
  const { events } = await runDrill(loadScenario(scenario), { lab: 'simulated', seed });
  return events;
}

export function requestsOf(events: readonly JournalEvent[]): RequestEvent[] {
  return events.filter(event => event.kind === 'request');
}

export function beginOf(events: readonly JournalEvent[]): number {
  return events.find(event => event.kind === 'timeline')?.at ?? 0;
}

/** The same drill with `times` as many requests and checks, a millisecond apart. */
export function multiplied(events: readonly JournalEvent[], times: number): JournalEvent[] {
  const last = events.at(-1)?.at ?? 0;
  const many = events.flatMap(event => {
    if (event.kind !== 'request' && event.kind !== 'probe') return [event];
    return Array.from({ length: times }, (_, copy): JournalEvent => {
      const later = Math.min(copy, last - event.at);
      if (event.kind === 'probe') return { ...event, at: event.at + later };
      return { ...event, at: event.at + later, sent: event.sent + later };
    });
  });
  const ordered = many.map((event, index) => ({ event, index }));
  ordered.sort((one, other) => one.event.at - other.event.at || one.index - other.index);
  return ordered.map(({ event }) => event);
}

export const HOSTILE = {
  script: '</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>',
  comment: '<!-- <script> ]]> &lt; `alert(1)`',
  control: 'bell\u0007 null\u0000 escape\u001b[31m turned\u202eback\u2066 \ud800 zero\u200bwidth',
  long: 'A'.repeat(10 * 1024 * 1024),
};

/** A journal whose texts want to be more than text. */
export function hostile(events: readonly JournalEvent[]): JournalEvent[] {
  const { script, comment, control, long } = HOSTILE;
  let probes = 0;
  return events.map((event): JournalEvent => {
    switch (event.kind) {
      case 'drill':
        return { ...event, version: script, lab: control, scenario: hostileScenario(event) };
      case 'deploy':
        return { ...event, application: long, publishVersion: script };
      case 'workflow':
        return { ...event, phase: comment, steps: { [script]: control, [long]: 'failed' } };
      case 'fault':
        return { ...event, name: script, fault: control, targets: [...event.targets, long] };
      case 'switch':
        return { ...event, reason: script };
      case 'probe':
        return { ...event, result: [script, long, control][probes++ % 3] as string };
      case 'answer':
        return { ...event, resolver: script };
      case 'publish':
        return { ...event, addresses: [...event.addresses, script, long] };
      case 'body':
        return { ...event, text: long };
      case 'end':
        return { ...event, detail: `${script}${control}` };
      default:
        return event;
    }
  });
}

function hostileScenario({ scenario }: DrillEvent): object {
  return { ...(scenario as object), name: HOSTILE.script, proves: HOSTILE.script + HOSTILE.control };
}
