import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { loadScenario, type Scenario } from '../drill/scenario.ts';
import { suggestion } from '../runtime/suggest.ts';
import { duration, InputError, parseYaml, readText, share } from '../runtime/yaml.ts';

const recovery = z.strictObject({ p50: duration.optional(), p99: duration.optional() });

/** What a scenario's figures may be at most, over all its seeds. */
const budgetsSchema = z.strictObject({
  /** Recovery times by population; `all` is for those without their own. */
  rto: z.record(z.string(), recovery).optional(),
  /** Errors among all requests. */
  errors: share.optional(),
  /** Between the GTM's pool sets, in the worst drill. */
  switches: z.int().min(0).optional(),
  /** Requests that a centre got, of those that its ready pods could serve, in its busiest ten seconds. */
  capacity: share.optional(),
});

const gatesSchema = z.strictObject({
  /** A file that `--update-baseline` writes, relative to this one; without it only budgets are held. */
  baseline: z.string().min(1).optional(),
  /** How much worse than the baseline a figure may be. */
  tolerance: share.default(0.05),
  /** Each scenario is run with the seeds 1 to this; more than 50 are slow to compare. */
  seeds: z.int().min(1).max(50).default(20),
  /** For every scenario; a scenario's own go before them. */
  budgets: budgetsSchema.prefault({}),
  scenarios: z
    .array(
      z.union([
        z.string().transform(scenario => ({ scenario, budgets: {} as Budgets })),
        z.strictObject({ scenario: z.string(), budgets: budgetsSchema.prefault({}) }),
      ]),
    )
    .min(1),
});

/** With a few less, even drills that are all worse than all before could be chance (`DOUBT` of judge.ts). */
const FEWEST_SEEDS = 10;

export type Budgets = z.infer<typeof budgetsSchema>;

/** A set of drills and what they are held to. */
export interface Gates {
  readonly baseline?: string;
  readonly tolerance: number;
  readonly seeds: number;
  readonly scenarios: readonly GateScenario[];
}

export interface GateScenario {
  readonly scenario: Scenario;
  /** What `loadScenario` takes. */
  readonly source: string;
  readonly budgets: Budgets;
}

/**
 * Reads `gates.yaml` and every scenario that it names; paths are relative to it.
 *
 * @throws InputError that names the place of all that is wrong; nothing has run then.
 */
export function loadGates(file: string): Gates {
  const { baseline, tolerance, seeds, budgets, scenarios } = parseYaml(readText(file), file, gatesSchema);
  if (baseline !== undefined && seeds < FEWEST_SEEDS)
    throw new InputError(
      file,
      `a baseline needs at least ${FEWEST_SEEDS} seeds: fewer cannot tell a change for the worse from chance`,
      { path: 'seeds' },
    );
  const beside = (path: string) => resolve(dirname(file), path);
  const loaded = scenarios.map(({ scenario: name, budgets: own }, index) => {
    const source = /[/\\]|\.ya?ml$/.test(name) ? beside(name) : name;
    const scenario = loadScenario(source);
    const whole = { ...budgets, ...own, rto: { ...budgets.rto, ...own.rto } };
    refuseUnknownPopulations(whole, scenario, file, index);
    return { scenario, source, budgets: whole };
  });
  const names = loaded.map(({ scenario }) => scenario.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InputError(file, `the scenario ${twice} is named twice`, { path: 'scenarios' });
  return { ...(baseline && { baseline: beside(baseline) }), tolerance, seeds, scenarios: loaded };
}

/** A budget for a population that is not there would be held by any drill. */
function refuseUnknownPopulations(
  { rto = {} }: Budgets,
  { clients, name }: Scenario,
  file: string,
  index: number,
) {
  const known = [...clients.populations.map(population => population.name), 'all'];
  for (const population of Object.keys(rto))
    if (!known.includes(population))
      throw new InputError(
        file,
        `${name} has no population "${population}"${suggestion(population, known)}`,
        { path: `scenarios[${index}].budgets.rto` },
      );
}
