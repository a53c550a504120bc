import * as z from 'zod';
import { type HealthEvent, succeeded } from '../../runtime/journal.ts';
import { share } from '../../runtime/yaml.ts';
import type { DrillRecord } from '../record.ts';
import { populations, type Window, windowed } from '../windows.ts';
import { eventsIn, expectation, inWindow, type Judgement } from './expectation.ts';
import { isBlind, movesIn } from './no-flap.ts';

/** Clients ask and notice nothing, and the GTM stays where it is. */
export const unaffected = expectation({
  name: 'unaffected',
  schema: z.strictObject({
    /** Share of the requests that may fail. */
    'errors-at-most': share.default(0),
    /** Switches between the pool sets. */
    switches: z.int().min(0).default(0),
    /** Addresses that the GTM may hold for down; by default any number. */
    alerts: z.int().min(0).optional(),
    ...windowed,
    ...populations,
  }),
  says: ({ 'errors-at-most': errors, switches, alerts, ...params }) => [
    'unaffected',
    errors,
    switches,
    alerts,
    params,
  ],
  judge: inWindow((params, drill, window, findings): Judgement => {
    const requests = drill.requestsIn(window, params.populations);
    const errors = requests.filter(request => !succeeded(request));
    const switches = movesIn(drill, window);
    const alerts = heldForDown(drill, window);
    const figures = {
      requests: requests.length,
      errors: errors.length,
      switches: switches.length,
      alerts: alerts.length,
    };
    const excess = [
      ...(errors.length / requests.length > params['errors-at-most'] ? errors : []),
      ...(switches.length > params.switches ? switches : []),
      ...(params.alerts !== undefined && alerts.length > params.alerts ? alerts : []),
    ];
    if (excess.length > 0) return findings.violated(['effects', figures, false], { figures, events: excess });
    if (requests.length === 0) return findings.unknown(['nobodyAsked'], { figures });
    if (isBlind(drill, window)) return findings.unknown(['effects', figures, true], { figures });
    const unchecked = params.alerts === undefined ? [] : uncheckedIn(drill, window);
    if (unchecked.length > 0) return findings.unknown(['neverChecked', unchecked], { figures });
    return findings.held(['effects', figures, false], { figures });
  }),
});

/** By address that was held for down in the window, if only at its start: the last event that says so. */
function heldForDown({ health }: DrillRecord, { from, until }: Window): HealthEvent[] {
  const down = new Map<string, HealthEvent>();
  for (const event of health) {
    if (event.at >= until) break;
    if (event.status === 'ALERT') down.set(event.address, event);
    else if (event.at < from) down.delete(event.address);
  }
  return [...down.values()];
}

/** Centres whose addresses could have been held for down, had anybody checked them. */
function uncheckedIn({ bounds, probes }: DrillRecord, window: Window): readonly string[] {
  const seen = new Set(eventsIn(probes, window).map(({ centre }) => centre));
  return [...bounds.monitors.keys()].filter(centre => !seen.has(centre));
}
