import * as z from 'zod';
import type { DrillRecord } from '../record.ts';
import type { PopulationRecovery } from '../recovery.ts';
import type { Result } from '../verdict.ts';
import { type Limit, limit, Unknown } from '../windows.ts';
import { length, list } from '../words.ts';
import { expectation, Findings, type Judgement, sentence } from './expectation.ts';

const EVERY = 'all';

interface Finding {
  readonly population: string;
  readonly result: Result;
  readonly text: string;
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
  says: ({ fault, ...limits }) =>
    `RTO after ${fault ?? 'the first fault'}: ${list(
      Object.entries(limits).map(
        ([name, most]) => `${name} at most ${typeof most === 'number' ? length(most) : 'its bound'}`,
      ),
    )}`,
  judge({ fault, ...limits }, drill) {
    const findings = new Findings(drill);
    const faults = drill.faultsOf(fault);
    if (faults instanceof Unknown) return findings.unknown(sentence(faults.why));
    const struck = new Set(faults.map(({ name }) => name));
    const found = limitsOf(limits as Record<string, Limit>, drill).flatMap(([population, most]) => {
      const recoveries = (drill.recoveries.get(population) ?? []).filter(recovery =>
        struck.has(recovery.fault),
      );
      if (recoveries.length === 0)
        return [finding(population, 'unknown', `no client of ${population} asked`)];
      return recoveries.map(recovery => judgeOne(population, most, recovery));
    });
    return conclude(found, findings);
  },
});

function limitsOf(limits: Readonly<Record<string, Limit>>, drill: DrillRecord): [string, Limit][] {
  const { [EVERY]: rest, ...named } = limits;
  const others = rest === undefined ? [] : drill.populations.filter(name => !(name in named));
  return [...Object.entries(named), ...others.map((name): [string, Limit] => [name, rest as Limit])];
}

function finding(population: string, result: Result, text: string, recovery?: PopulationRecovery): Finding {
  return { population, result, text, ...(recovery && { recovery }) };
}

function judgeOne(population: string, limit: Limit, recovery: PopulationRecovery): Finding {
  const most = limit === 'bound' ? recovery.bound : limit;
  const { rto, requests, fault } = recovery;
  if (requests === 0)
    return finding(population, 'unknown', `no client of ${population} asked after ${fault}`);
  if (most === null) return finding(population, 'unknown', `${population} has no bound`);
  if (rto === null)
    return finding(population, 'violated', `${population} did not recover from ${fault}`, recovery);
  const text = `${population} ${length(rto)} (at most ${length(most)})`;
  return finding(population, rto <= most ? 'held' : 'violated', text, recovery);
}

/** The worst result is that of the whole, and its populations are what is shown. */
function conclude(found: readonly Finding[], findings: Findings): Judgement {
  const worst = (['violated', 'unknown', 'held'] as const).find(result =>
    found.some(each => each.result === result),
  );
  if (worst === undefined) return findings.unknown('There are no populations.');
  const shown = found.filter(({ result }) => result === worst);
  const figures: Record<string, number> = {};
  for (const { population, recovery } of found) {
    if (recovery?.rto != null) figures[population] = Math.max(figures[population] ?? 0, recovery.rto);
  }
  // No capital: it begins with a population's name.
  return findings[worst](`${shown.map(({ text }) => text).join(', ')}.`, {
    figures,
    events: shown.flatMap(({ recovery }) => recovery?.lastError ?? []),
  });
}
