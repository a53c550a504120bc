import type { Monitor } from '../gtm/model.ts';
import { ATTEMPT_TIMEOUT_MS, ATTEMPTS } from '../traffic/resolver.ts';
import type { DrillRecord } from './record.ts';
import type { Settings } from './settings.ts';
import type { Window } from './windows.ts';

/** A stretch in which something must have been seen, and was not. */
export interface Gap extends Window {
  /** A population, or the centre whose checks are missing. */
  readonly of: string;
}

/** A request counts as sent when it has an address to go to, or none is to be had; real parts take a little longer. */
const LOOKUP_MS = (ATTEMPTS + 1) * ATTEMPT_TIMEOUT_MS;

/** So many timers may be late one after the other: a pause, and what ends each attempt. */
const TIMERS = ATTEMPTS + 1;

/** That so many requests were due and none was sent is a chance of 1 in 10^13. */
const CERTAIN = 30;

/** Of each population, and of each centre's checks, the longest stretch without any, where that is too long to be true. */
export function gapsOf(drill: DrillRecord): readonly Gap[] {
  const { begins, ends, end, settings, probes } = drill;
  if (begins === undefined || ends === undefined || settings.ends === undefined) return [];
  // Clients ask and the GTM checks until then at least; a drill may take longer to end.
  const until = begins + settings.ends;
  const late = TIMERS * (end?.lateness ?? 0);
  const gaps: Gap[] = [];
  const look = (of: string, seen: readonly Seen[], longest: number) => {
    const gap = longestGap(seen, begins, until);
    if (gap.until - gap.from > longest + late) gaps.push({ of, ...gap });
  };
  for (const population of settings.clients.populations)
    look(population.name, drill.requestsOf(population.name), longestSilence(population, settings));
  for (const [centre, monitors] of drill.bounds.monitors) {
    const checks = probes.filter(probe => probe.centre === centre);
    look(centre, checks, Math.max(...monitors.map(longestPause)));
  }
  return gaps;
}

type Population = Settings['clients']['populations'][number];

function longestSilence({ share = 0, loop }: Population, { clients }: Settings): number {
  if (loop === undefined) return (CERTAIN * 1000) / (clients.rate * share) + LOOKUP_MS;
  // It waits for its answers. One that has an end has one before the drill's.
  return loop.requests === undefined ? loop.every + LOOKUP_MS : Number.POSITIVE_INFINITY;
}

/** PING checks take what time they need, and are not made everywhere. */
function longestPause({ protocol, interval, timeout }: Monitor): number {
  return protocol === 'PING' ? Number.POSITIVE_INFINITY : interval + 2 * timeout;
}

interface Seen {
  readonly at: number;
  readonly sent?: number;
}

/** @param seen in the order of their ends */
function longestGap(seen: readonly Seen[], from: number, until: number): Window {
  let longest: Window = { from, until: from };
  // Nothing that is left to look at ends later than what was looked at, or begins in what lies behind `open`.
  let open = until;
  for (let i = seen.length - 1; i >= -1 && open > from; i--) {
    const { at, sent = at } = seen[i] ?? { at: from };
    const gap = { from: Math.max(at, from), until: open };
    if (gap.until - gap.from > longest.until - longest.from) longest = gap;
    open = Math.min(open, sent);
  }
  return longest;
}
