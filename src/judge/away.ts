import { ATTEMPT_TIMEOUT_MS } from '../traffic/resolver.ts';
import { type FaultLife, NEVER } from './faults.ts';
import type { DrillRecord } from './record.ts';
import type { Window } from './windows.ts';

/**
 * When answers led load elsewhere than without what was wrong with an address: from its leaving them, held for down, until
 * it is back; and while it is held for down and nothing better is left to answer with than what is, which would have lost
 * its load to it.
 */
export interface Away extends Window {
  readonly address: string;
}

/** An answer that a resolver takes may have left the name server so long before. */
const UNDER_WAY_MS = ATTEMPT_TIMEOUT_MS;

/** Where health checks led the load of a drill. */
export class Diversions {
  readonly #drill: DrillRecord;
  /** When addresses were held for down. */
  readonly #down: readonly Away[];
  /** When the GTM answered with some that were: it had nothing better. */
  readonly #lack: readonly Window[];

  constructor(drill: DrillRecord) {
    this.#drill = drill;
    this.#down = downIn(drill);
    this.#lack = lackIn(drill, this.#down);
  }

  /** When the load of an address was away since a fault struck; it may have been before. */
  awayOf({ inject, healed = NEVER }: FaultLife, address: string, wasAway: boolean): readonly Away[] {
    const { publications, bounds } = this.#drill;
    const down = this.#down.filter(one => one.address === address);
    const away: Window[] = [];
    let held = publications.findLast(({ at }) => at <= inject)?.addresses.includes(address) ?? false;
    let gone = wasAway && !held ? inject : undefined;
    for (const { at, addresses } of publications) {
      if (at <= inject) continue;
      if (addresses.includes(address)) {
        if (gone !== undefined) away.push({ from: gone, until: at + UNDER_WAY_MS });
        gone = undefined;
        held = true;
      } else if (held) {
        // Else another is better.
        if (down.some(({ from, until }) => from <= at && until >= at - bounds.publish)) gone = at;
        held = false;
      }
    }
    if (gone !== undefined) away.push({ from: gone, until: NEVER });
    for (const { from, until } of down.flatMap(one => this.#lack.flatMap(lack => overlap(one, lack))))
      if (until > inject && from < healed)
        away.push({ from: Math.max(from, inject), until: until + bounds.publish + UNDER_WAY_MS });
    return merged(away).map(window => ({ address, ...window }));
  }
}

function downIn({ health }: DrillRecord): readonly Away[] {
  const down: Away[] = [];
  const since = new Map<string, number>();
  for (const { at, address, status } of health) {
    const from = since.get(address);
    if (status === 'ALERT') since.set(address, from ?? at);
    else if (since.delete(address) && from !== undefined) down.push({ address, from, until: at });
  }
  return [...down, ...[...since].map(([address, from]) => ({ address, from, until: NEVER }))];
}

/** A decision follows at once from the change of health that it comes of. */
function lackIn({ routes }: DrillRecord, down: readonly Away[]): readonly Window[] {
  return routes.flatMap(({ at, addresses }, i) =>
    down
      .filter(({ address }) => addresses.includes(address))
      .flatMap(one => overlap(one, { from: at, until: routes[i + 1]?.at ?? NEVER })),
  );
}

function overlap(one: Window, other: Window): readonly Window[] {
  const from = Math.max(one.from, other.from);
  const until = Math.min(one.until, other.until);
  return from < until ? [{ from, until }] : [];
}

/** Windows that overlap as one: an address that leaves the answers while its load is away has not been back. */
function merged(windows: readonly Window[]): readonly Window[] {
  const found: Window[] = [];
  for (const { from, until } of windows.toSorted((one, other) => one.from - other.from)) {
    const last = found.at(-1);
    if (last === undefined || last.until < from) found.push({ from, until });
    else found[found.length - 1] = { from: last.from, until: Math.max(last.until, until) };
  }
  return found;
}
