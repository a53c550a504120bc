import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Component } from '../../src/engine/application.ts';
import { answer } from '../../src/engine/cases/answer.ts';
import { caseSchema } from '../../src/engine/cases/case.ts';
import { checked } from '../../src/engine/model.ts';
import { applyOverride, type Override, overrideSchema } from '../../src/engine/plan/policies/override.ts';

/** What merging costs, here and in KubeVela's own code, which is compiled from the sources of the reference run. */

/** Microseconds of processor time a case, the least of many rounds. */
interface Costs {
  /** Overrides over components, both read already. */
  readonly merge: number;
  /** A case as a line of JSON in, its answer as JSON out. */
  readonly whole: number;
}

const ROUNDS = 20;
const TIMES = 50;

/** As KubeVela does it; a text says why that is not known. */
export function kubeVelaCosts(lines: readonly string[], sources: string): Costs | string {
  if (!existsSync(sources)) return `there are no sources of the reference run in ${sources}`;
  const program = fileURLToPath(new URL('merges.go', import.meta.url));
  const { error, status, stdout, stderr } = spawnSync('go', ['run', '-mod=mod', program], {
    cwd: sources,
    input: lines.join('\n'),
    encoding: 'utf8',
  });
  if (error !== undefined) return `cannot run Go: ${error.message}`;
  return status === 0 ? JSON.parse(stdout) : stderr;
}

export async function ownCosts(lines: readonly string[]): Promise<Costs & { readonly json: number }> {
  const cases = lines.map(line => {
    const { components, overrides } = checked(caseSchema, JSON.parse(line), 'case').merge ?? {};
    const read = (overrides ?? []).map((each): Override => checked(overrideSchema, each, 'override'));
    return () => merged(components ?? [], read);
  });
  return {
    merge: await least(cases),
    whole: await least(lines.map(line => async () => JSON.stringify(await answer(JSON.parse(line))))),
    json: await least(lines.map(line => () => JSON.stringify(JSON.parse(line)))),
  };
}

function merged(components: readonly Component[], overrides: readonly Override[]): unknown {
  try {
    return overrides.reduce<readonly Component[]>(applyOverride, components);
  } catch (error) {
    return error;
  }
}

async function least(works: readonly (() => unknown)[]): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let time = 0; time < TIMES; time++) {
      for (const work of works) {
        const made = work();
        if (made instanceof Promise) await made;
      }
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / (TIMES * works.length));
  }
  return best;
}
