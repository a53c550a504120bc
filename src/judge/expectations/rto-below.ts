import * as z from 'zod';
import type { Recovered } from '../language/values.ts';
import type { DrillRecord } from '../record.ts';
import { type PopulationRecovery, recoveriesOf } from '../recovery.ts';
import type { Result } from '../verdict.ts';
import { type Limit, limit, Unknown } from '../windows.ts';
import { expectation, Findings, type Judgement } from './expectation.ts';

const EVERY = 'all';

/** What a limit of `rto-below` means when it is not a population's. */
export const NO_POPULATIONS: readonly string[] = [EVERY, 'fault'];

interface Finding {
  readonly result: Result;
  readonly text: Recovered;
  readonly recovery?: PopulationRecovery;
}

/** The measured RTO of each named population (`all`: of every other one) is at most its limit. */
export const rtoBelow = expectation({
  name: 'rto-below',
  schema: z
    .object({
      /** By default the first. */
      fault: z.string().optional(),
    })
    .catchall(limit)
    .refine(
      ({ fault, ...limits }) => Object.keys(limits).length > 0,
      'needs a population, or "all", and its limit',
    ),
  says: ({ fault, ...limits }) => [
    'rtoBelow',
    fault,
    Object.entries(limits as Record<string, Limit>).map(([name, most]) => ({
      of: name === EVERY ? null : name,
      most,
    })),
  ],
  judge({ fault, ...limits }, drill) {
    const findings = new Findings(drill);
    const faults = drill.faultsOf(fault);
    if (faults instanceof Unknown) return findings.unknown(faults.why);
    const struck = new Set(faults.map(({ name }) => name));
    const found = limitsOf(limits as Record<string, Limit>, drill).flatMap(([population, most]) => {
      const recoveries = (recoveriesOf(drill).get(population) ?? []).filter(recovery =>
        struck.has(recovery.fault),
      );
      if (recoveries.length === 0) return [finding('unknown', { of: population, was: 'silent' })];
      return recoveries.map(recovery =>
        judgeOne(faults.length > 1 ? `${population} (${recovery.fault})` : population, most, recovery),
      );
    });
    return conclude(found, findings);
  },
});

function limitsOf(limits: Readonly<Record<string, Limit>>, drill: DrillRecord): [string, Limit][] {
  const { [EVERY]: rest, ...named } = limits;
  const others = rest === undefined ? [] : drill.populations.filter(name => !(name in named));
  return [...Object.entries(named), ...others.map((name): [string, Limit] => [name, rest as Limit])];
}

function finding(result: Result, text: Recovered, recovery?: PopulationRecovery): Finding {
  return { result, text, ...(recovery && { recovery }) };
}

function judgeOne(of: string, limit: Limit, recovery: PopulationRecovery): Finding {
  const most = limit === 'bound' ? recovery.bound : limit;
  const { rto, seenOver, atLeast, ended, requests, fault } = recovery;
  if (requests === 0) return finding('unknown', { of, was: 'silent', fault });
  if (most === null) return finding('unknown', { of, was: 'unbounded' });
  const result = atLeast > most ? 'violated' : 'unknown';
  if (ended === false) return finding(result, { of, was: 'lasting', fault, atLeast, most }, recovery);
  if (atLeast > most) return finding('violated', { of, was: 'measured', atLeast, rto, most }, recovery);
  // Nobody was served after the last error that is known: others may have come until the fault was healed.
  const isHidden = rto !== null && rto <= most && seenOver !== null && seenOver > most;
  if (rto === null || isHidden) return finding('unknown', { of, was: 'unseen', fault }, recovery);
  return finding(rto <= most ? 'held' : 'unknown', { of, was: 'measured', atLeast, rto, most }, recovery);
}

/** The worst result is that of the whole, and its populations are what is shown. */
function conclude(found: readonly Finding[], findings: Findings): Judgement {
  const worst = (['violated', 'unknown', 'held'] as const).find(result =>
    found.some(each => each.result === result),
  );
  if (worst === undefined) return findings.unknown(['noPopulation']);
  const shown = found.filter(({ result }) => result === worst);
  const figures: Record<string, number> = {};
  for (const { text, recovery } of found) {
    if (recovery?.rto != null) figures[text.of] = Math.max(figures[text.of] ?? 0, recovery.rto);
  }
  return findings[worst](['recovered', shown.map(({ text }) => text)], {
    figures,
    events: shown.flatMap(({ recovery }) => recovery?.lastError ?? []),
  });
}
