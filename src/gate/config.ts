import { dirname, isAbsolute, normalize } from 'node:path';
import * as z from 'zod';
import { loadScenario, type Scenario } from '../drill/scenario.ts';
import { faultsOf } from '../drill/timeline.ts';
import { suggestion } from '../runtime/suggest.ts';
import {
  duration,
  InputError,
  load,
  parseYaml,
  readText,
  type SchemaProblem,
  share,
  tellProblems,
} from '../runtime/yaml.ts';

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
  capacity: load.optional(),
});

/** With a few less, even drills that are all worse than all before could be chance (`DOUBT` of judge.ts). */
const FEWEST_SEEDS = 10;

/** Relative to `folder` is what a gate's file names. */
function gatesSchema(folder: string) {
  // Always with a slash: a path, and no scenario's name.
  const beside = (path: string) => (isAbsolute(path) ? path : `${folder}/${normalize(path)}`);
  const entry = z
    .union([
      z.string().transform(scenario => ({ scenario, budgets: {} as Budgets })),
      z.strictObject({ scenario: z.string(), budgets: budgetsSchema.prefault({}) }),
    ])
    .transform(({ scenario: name, budgets }, context) => {
      const source = /[/\\]|\.ya?ml$/.test(name) ? beside(name) : name;
      try {
        return { scenario: loadScenario(source), source, budgets };
      } catch (error) {
        // What is wrong inside a scenario's file has a place there.
        if (!(error instanceof InputError) || error.line !== undefined) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    });
  return z
    .strictObject({
      /** A file that `--update-baseline` writes; without it only budgets are held. */
      baseline: z.string().min(1).transform(beside).optional(),
      /** How much worse than the baseline a figure may be. */
      tolerance: share.default(0.05),
      /** Each scenario is run with the seeds 1 to this; more than 50 are slow to compare. */
      seeds: z.int().min(1).max(50).default(20),
      /** For every scenario; a scenario's own go before them. */
      budgets: budgetsSchema.prefault({}),
      scenarios: z.array(entry).min(1),
    })
    .superRefine((gates, context) => {
      if (context.issues.length === 0) tellProblems(contradictions(gates), context);
    });
}

/** A gate's file as far as its fields may be at odds. */
interface Written {
  readonly baseline?: string | undefined;
  readonly seeds: number;
  readonly budgets: Budgets;
  readonly scenarios: readonly { readonly scenario: Scenario; readonly budgets: Budgets }[];
}

/** What the fields of a gate's file, each right by itself, say against each other and against the scenarios. */
function* contradictions({ baseline, seeds, budgets, scenarios }: Written): Generator<SchemaProblem> {
  if (baseline !== undefined && seeds < FEWEST_SEEDS)
    yield {
      path: ['seeds'],
      message: `a baseline needs at least ${FEWEST_SEEDS} seeds: fewer cannot tell a change for the worse from chance`,
    };
  const all = scenarios.map(({ scenario }) => scenario);
  yield* strangers(budgets, all, ['budgets', 'rto']);
  for (const [index, { scenario, budgets: own }] of scenarios.entries()) {
    if (all.findIndex(({ name }) => name === scenario.name) < index)
      yield { path: ['scenarios', index], message: `the scenario ${scenario.name} is named twice` };
    if (own.rto === undefined) continue;
    const path = ['scenarios', index, 'budgets', 'rto'];
    yield* strangers(own, [scenario], path);
    if (faultsOf(scenario.timeline).length === 0 || scenario.clients.populations.length === 0)
      yield { path, message: `in ${scenario.name} nobody recovers from a fault` };
  }
}

/** A budget for a population that one of the scenarios does not have would be held by any drill of it. */
function* strangers(
  { rto = {} }: Budgets,
  scenarios: readonly Scenario[],
  path: SchemaProblem['path'],
): Generator<SchemaProblem> {
  for (const population of Object.keys(rto))
    for (const { name, clients } of scenarios) {
      const known = [...clients.populations.map(each => each.name), 'all'];
      if (known.includes(population)) continue;
      const message = `${name} has no population "${population}"${suggestion(population, known)}`;
      yield { path: [...path, population], message };
      break;
    }
}

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
  /** Its own and those for all: the first that say something of a figure count. */
  readonly budgets: readonly Budgets[];
}

/**
 * Reads `gates.yaml` and every scenario that it names; paths are relative to it.
 *
 * @throws InputError that names the place of all that is wrong; nothing has run then.
 */
export function loadGates(file: string): Gates {
  const read = parseYaml(readText(file), file, gatesSchema(dirname(file)));
  const { baseline, tolerance, seeds, budgets: shared, scenarios } = read;
  return {
    ...(baseline && { baseline }),
    tolerance,
    seeds,
    scenarios: scenarios.map(({ budgets: own, ...each }) => ({ ...each, budgets: [own, shared] })),
  };
}
