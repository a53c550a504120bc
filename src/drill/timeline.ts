import * as z from 'zod';
import type { FaultKind } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { unnumbered } from '../judge/faults.ts';
import { placesOf, type Topology } from '../kube/topology.ts';
import { vantagePlace } from '../runtime/network.ts';
import { suggestion } from '../runtime/suggest.ts';
import { duration, explain } from '../runtime/yaml.ts';

/** A fault on its targets, from `at` for `for` (to the end of the drill without it). */
export interface FaultEntry {
  readonly at: number;
  readonly name: string;
  readonly fault: string;
  /** Centres, vantage points, `hub` or `gtm`: what the kind strikes. */
  readonly on: readonly string[];
  readonly for?: number;
  readonly params: unknown;
}

/** A person approves a suspended step (as soon as it is suspended, if it is not yet). */
export interface ApproveEntry {
  readonly at: number;
  readonly approve: string;
}

/** A new version of the application: the hub's objects are patched, then published under a new version. */
export interface DeployEntry {
  readonly at: number;
  readonly deploy: {
    readonly publishVersion: string;
    readonly patches: readonly { readonly target: { kind: string; name: string }; readonly patch: unknown }[];
  };
}

export type TimelineEntry = FaultEntry | ApproveEntry | DeployEntry;

export function faultsOf(timeline: readonly TimelineEntry[]): FaultEntry[] {
  return timeline.filter(entry => 'fault' in entry);
}

/** What the timeline may name. */
export interface Targets {
  readonly topology: Topology;
  readonly vantagePoints: readonly string[];
  /** Of the application's workflow, as it is and as the timeline changes it. */
  readonly steps: readonly string[];
  readonly objects: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
}

const some = duration.refine(ms => ms > 0, 'must be more than 0s');

const label = z
  .string()
  .regex(/^[a-z0-9][-a-z0-9.]*$/, 'must be lower-case letters, digits, dots and dashes')
  .refine(name => !/\.\d+$/.test(name), 'must not end like a repetition (".1", ".2", …)');

/** A text that is one of `known`; `what` is none of. */
const oneOf = (known: readonly string[], what: string) =>
  z.string().superRefine((name, context) => {
    if (known.includes(name)) return;
    context.addIssue({ code: 'custom', message: `no ${what} is named "${name}"${suggestion(name, known)}` });
  });

const approveSchema = ({ steps }: Targets) =>
  z.strictObject({ at: duration, approve: oneOf(steps, 'step of the workflow') });

const deploySchema = ({ objects }: Targets) =>
  z.strictObject({
    at: duration,
    deploy: z.strictObject({
      publishVersion: z.string().min(1),
      patches: z
        .array(
          z.strictObject({
            target: z.strictObject({ kind: z.string(), name: z.string() }).superRefine((target, context) => {
              const names = objects
                .filter(({ kind }) => kind === target.kind)
                .map(each => each.metadata.name);
              if (names.includes(target.name)) return;
              const kinds = [...new Set(objects.map(({ kind }) => kind))];
              const hint = names.length > 0 ? suggestion(target.name, names) : suggestion(target.kind, kinds);
              const message = `the manifests hold no ${target.kind} "${target.name}"${hint}`;
              context.addIssue({ code: 'custom', message, path: [names.length > 0 ? 'name' : 'kind'] });
            }),
            patch: z.record(z.string(), z.unknown()),
          }),
        )
        .default([]),
    }),
  });

/** The timeline of a scenario: faults with their targets resolved, repetitions written out, in order of time. */
export function timelineSchema(targets: Targets) {
  const schemas = {
    approve: approveSchema(targets),
    deploy: deploySchema(targets),
    faults: faultSchemas(targets),
  };
  const entry = z.unknown().transform((value, context): TimelineEntry[] => {
    const schema = entrySchema(value, schemas);
    if (typeof schema === 'string') {
      context.issues.push({ code: 'custom', message: schema, input: value });
      return z.NEVER;
    }
    const result = schema.safeParse(value, { error: explain, reportInput: true });
    if (result.success) return [result.data].flat() as TimelineEntry[];
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: value } as never);
    return z.NEVER;
  });
  return z
    .array(entry, { error: 'expected a list of entries, each begun with "- "' })
    .max(200)
    .superRefine((entries, context) => {
      const seen = new Set<string>();
      for (const [each] of entries) {
        if (each === undefined || !('fault' in each)) continue;
        const name = unnumbered(each);
        if (seen.has(name))
          context.addIssue({
            code: 'custom',
            message: `two faults are named "${name}": give each a \`name\` of its own`,
          });
        seen.add(name);
      }
    })
    .transform(entries => entries.flat().sort((one, other) => one.at - other.at));
}

type EntrySchema = z.ZodType<TimelineEntry | TimelineEntry[]>;

interface EntrySchemas {
  readonly approve: EntrySchema;
  readonly deploy: EntrySchema;
  readonly faults: ReadonlyMap<string, EntrySchema>;
}

/** The schema that fits an entry, or what is wrong with it. */
function entrySchema(value: unknown, schemas: EntrySchemas): EntrySchema | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'must be a map with `at` and one of `fault`, `approve`, `deploy`';
  if ('approve' in value) return schemas.approve;
  if ('deploy' in value) return schemas.deploy;
  if (!('fault' in value)) return 'must have one of `fault`, `approve`, `deploy`';
  // An unknown kind fails on the literal below, whose error lists and suggests the known ones.
  return schemas.faults.get(String(value.fault)) ?? unknownFault;
}

const unknownFault = z.looseObject({ fault: z.enum([...faultKinds.keys()]) }) as unknown as EntrySchema;

function faultSchemas(targets: Targets): ReadonlyMap<string, EntrySchema> {
  return new Map([...faultKinds.values()].map(kind => [kind.kind, faultSchema(kind, targets)]));
}

function faultSchema(kind: FaultKind, targets: Targets): EntrySchema {
  const on = targetSchema(kind.strikes, targets);
  const fields = (kind.schema as unknown as z.ZodObject).shape;
  return z
    .strictObject({
      at: duration,
      fault: z.literal(kind.kind),
      name: label.default(kind.kind),
      ...(on === undefined ? {} : { on }),
      ...(kind.momentary ? {} : { for: some.optional() }),
      repeat: z.strictObject({ times: z.int().min(2).max(100), every: some }).optional(),
      ...fields,
      ...('from' in fields ? { from: fromSchema(targets) } : {}),
    })
    .superRefine((entry, context) => {
      const { for: lasting, repeat } = entry as Repeated;
      if (repeat === undefined || kind.momentary || (lasting ?? Infinity) < repeat.every) return;
      const message =
        lasting === undefined
          ? 'what is repeated needs `for`: without, the first lasts to the end'
          : `must be more than the ${lasting / 1000}s that each lasts`;
      context.addIssue({ code: 'custom', path: ['repeat', 'every'], message });
    })
    .transform(entry => {
      const {
        at,
        fault,
        name: entryName,
        on: chosen,
        for: lasting,
        repeat,
        ...params
      } = entry as Record<string, unknown> &
        Repeated & {
          at: number;
          fault: string;
          name: string;
          on?: string[];
        };
      const one = (start: number, called: string): FaultEntry => ({
        at: start,
        name: called,
        fault,
        on: chosen ?? [kind.strikes],
        ...(lasting === undefined ? {} : { for: lasting }),
        params,
      });
      return repeat === undefined
        ? one(at, entryName)
        : Array.from({ length: repeat.times }, (_, i) => one(at + i * repeat.every, `${entryName}.${i + 1}`));
    }) as unknown as EntrySchema;
}

interface Repeated {
  readonly for?: number;
  readonly repeat?: { readonly times: number; readonly every: number };
}

/** `on`: one name or several; a city stands for its centres. Undefined: the kind has only one target. */
function targetSchema(
  strikes: string,
  { topology, vantagePoints }: Targets,
): z.ZodType<string[]> | undefined {
  if (strikes === 'hub' || strikes === 'gtm') return undefined;
  const groups = new Map<string, string[]>();
  if (strikes === 'vantage points') for (const node of vantagePoints) groups.set(node, [node]);
  else
    for (const city of topology.cities) {
      groups.set(
        city.name,
        city.centres.map(centre => centre.name),
      );
      for (const centre of city.centres) groups.set(centre.name, [centre.name]);
    }
  const known = z.enum([...groups.keys()]);
  const missing = `is missing: one or several of ${[...groups.keys()].join(', ')}`;
  return z
    .preprocess(
      value => (typeof value === 'string' ? [value] : value),
      z.array(known, { error: ({ input }) => (input === undefined ? missing : undefined) }).min(1),
    )
    .transform(names => [...new Set(names.flatMap(name => groups.get(name) ?? []))]);
}

/** `from`: the places at the other end of struck links, one or several: those that have anything to do with a centre. */
function fromSchema({ topology, vantagePoints }: Targets): z.ZodType<string[]> {
  const known = ['*', 'clients', 'hub', 'vantage', ...vantagePoints.map(vantagePlace)];
  const others = placesOf(topology);
  const place = z.string().superRefine((name, context) => {
    // Of which populations there are, the timeline knows nothing.
    if (known.includes(name) || /^clients\/./.test(name)) return;
    const message =
      others.includes(name) || /^resolver\/./.test(name)
        ? `nothing goes between "${name}" and a centre: clients ask it, vantage points check it, the hub delivers to it`
        : `no place is named "${name}"${suggestion(name, known)}`;
    context.addIssue({ code: 'custom', message });
  });
  return z
    .preprocess(value => (typeof value === 'string' ? [value] : value), z.array(place).min(1))
    .default(['*'])
    .transform(names => [...new Set(names)]);
}
