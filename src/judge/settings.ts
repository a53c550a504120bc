import * as z from 'zod';
import { type GtmConfig, gtmConfigSchema } from '../gtm/config.ts';
import { type Topology, topologySchema } from '../kube/topology.ts';
import type { DrillEvent } from '../runtime/journal.ts';
import { explain, InputError } from '../runtime/yaml.ts';
import { type ClientsConfig, clientsSchema } from '../traffic/config.ts';
import { scaledSettings } from './time-scale.ts';

/** What the journal's first line says of the scenario, as far as judging needs it, at the time scale of the drill. */
export interface Settings {
  readonly name: string;
  /** The scenario's own file, without its folder; missing when it is one of the project's. */
  readonly file?: string | undefined;
  readonly proves: string;
  readonly topology: Topology;
  readonly gtm: GtmConfig;
  readonly clients: ClientsConfig;
  /** How long it lasts, ms; missing in what a test writes by hand. */
  readonly ends?: number | undefined;
  /** Its faults have names and parameters; both are missing in what is no fault. */
  readonly timeline: readonly { readonly name?: string | undefined; readonly params?: unknown }[];
  /** Checked one by one when they are judged: an old journal may hold what today's version does not know. */
  readonly expect: readonly { readonly name: string; readonly params?: unknown }[];
}

const schema: z.ZodType<Settings> = z.looseObject({
  name: z.string(),
  file: z.string().optional(),
  proves: z.string(),
  topology: topologySchema,
  gtm: gtmConfigSchema,
  clients: clientsSchema,
  ends: z.number().optional(),
  timeline: z
    .array(z.looseObject({ name: z.string().optional(), params: z.unknown().optional() }))
    .default([]),
  expect: z.array(z.looseObject({ name: z.string(), params: z.unknown() })),
});

/** Many drills of one scenario share its object: reading it once is enough. */
const known = new WeakMap<object, Settings>();

/** @throws InputError when the journal's first line, of `file`, holds no scenario. */
export function readSettings({ scenario, timeScale = 1 }: DrillEvent, file = 'the journal'): Settings {
  return scaledSettings(readScenario(scenario, file), timeScale);
}

function readScenario(scenario: unknown, file: string): Settings {
  if (typeof scenario === 'object' && scenario !== null) {
    const settings = known.get(scenario);
    if (settings !== undefined) return settings;
  }
  const parsed = schema.safeParse(scenario, { error: explain, reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = ['scenario', ...(issue?.path ?? [])].join('.');
    throw new InputError(file, issue?.message ?? 'is not a scenario', { line: 1, path });
  }
  known.set(scenario as object, parsed.data);
  return parsed.data;
}
