import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { parseManifests, replacePlaceholders } from '../engine/manifests.ts';
import { PlanError } from '../engine/model.ts';
import { type ClusterInfo, namedClusters } from '../engine/placement.ts';
import type { Plan } from '../engine/plan/plan.ts';
import { type GtmConfig, gtmConfigSchema } from '../gtm/config.ts';
import { type ExpectEntry, expectSchema } from '../judge/expectations/index.ts';
import { unknownReferences } from '../judge/expectations/references.ts';
import { NO_POPULATIONS } from '../judge/expectations/rto-below.ts';
import { list as words } from '../judge/words.ts';
import type { KubeObject } from '../kube/objects.ts';
import { centresOf, type Topology, topologySchema } from '../kube/topology.ts';
import { shipped } from '../runtime/shipped.ts';
import { suggestion } from '../runtime/suggest.ts';
import {
  checkDocument,
  duration,
  explain,
  InputError,
  parseYaml,
  parseYamlDocuments,
  readText,
  type SchemaProblem,
  tellProblems,
} from '../runtime/yaml.ts';
import { type ClientsConfig, clientsSchema } from '../traffic/config.ts';
import { centresWithout, type Manifests, planOf, unplannable } from './application.ts';
import { appendedAt, overlay, placeInChanges } from './overlay.ts';
import { type FaultEntry, faultsOf, type TimelineEntry, timelineSchema } from './timeline.ts';

/** A drill as data: what is run, what strikes it, and what must hold. Times are milliseconds of the timeline. */
export interface Scenario {
  readonly name: string;
  readonly file: string;
  /** The one line it proves. */
  readonly proves: string;
  readonly topology: Topology;
  readonly gtm: GtmConfig;
  readonly clients: ClientsConfig;
  readonly application: Manifests;
  /** How long a person takes to approve a step of the rollout before the timeline. */
  readonly approveAfter: number;
  readonly timeline: readonly TimelineEntry[];
  readonly ends: number;
  readonly expect: readonly ExpectEntry[];
  /** How many times faster it runs than its files say, and what they say (time-scale.ts). */
  readonly timeScale?: number;
  readonly asWritten?: Scenario;
}

const recorded = new WeakMap<Scenario, object>();

/**
 * The scenario as a journal's first line holds it: as its files say, whatever the time scale, but for the objects, which
 * are many, and the folder, which is this machine's: neither is needed to judge the drill again. `file` is there when
 * the project has no scenario of the name. The same object for the same scenario: judges read it once for many drills.
 */
export function recordOf(given: Scenario): object {
  const scenario = given.asWritten ?? given;
  const known = recorded.get(scenario);
  if (known !== undefined) return known;
  const { application: _objects, file, ...settings } = scenario;
  const record = dirname(file) === SCENARIOS ? settings : { ...settings, file: basename(file) };
  recorded.set(scenario, record);
  return record;
}

const SCENARIOS = shipped('scenarios');

/** The files a scenario is made of beside itself, relative to its folder; by default the project's own. */
function filesSchema(folder: string) {
  const file = z
    .string()
    .transform(path => resolve(folder, path))
    .refine(existsSync, { error: ({ input }) => `there is no such file: ${input}` });
  return z.strictObject({
    topology: file.default(SHIPPED.topology),
    application: z.array(file).min(1).default(SHIPPED.application),
    gtm: file.default(SHIPPED.gtm),
    clients: file.default(SHIPPED.clients),
  });
}

const SHIPPED = {
  topology: shipped('clusters/topology.yaml'),
  application: [shipped('clusters/web-demo/app-meta.yaml'), shipped('clusters/web-demo/app.yaml')],
  gtm: shipped('clusters/gtm.yaml'),
  clients: shipped('clusters/clients.yaml'),
};

/**
 * Reads a scenario by its name in `scenarios/`, or by its path.
 *
 * @throws InputError that names file, line, column and field of all that is wrong; nothing has run then.
 */
export function loadScenario(nameOrFile: string): Scenario {
  const file = scenarioFile(nameOrFile);
  const text = readText(file);
  const raw = parseYaml(text, file, z.looseObject({ files: filesSchema(dirname(file)).prefault({}) }));
  const { files } = raw;
  const topology = parseYaml(readText(files.topology), files.topology, topologySchema);
  const centres = centresOf(topology).map(centre => centre.name);
  const gtmSchema = gtmOf(topology);
  const vantagePoints = vantagePointsOf(parseYaml(readText(files.gtm), files.gtm, gtmSchema));
  const application = loadManifests(files.application, centres);
  const clusters = namedClusters(centresOf(topology));
  planOrRefuse(application, clusters, files.application.join(', '));
  const steps = [...stepsOf(application.objects), ...stepsOf(patchesOf(raw['timeline']))];
  const { objects } = application;
  const scenario = parseYaml(
    text,
    file,
    z
      .strictObject({
        proves: z
          .string()
          .min(1)
          .max(200)
          .refine(line => !line.includes('\n'), 'must be one line'),
        files: z.unknown().optional(),
        gtm: laidOver(files.gtm, gtmSchema),
        clients: laidOver(files.clients, clientsSchema),
        approveAfter: duration.default(10_000),
        timeline: timelineSchema({ topology, vantagePoints, steps, objects }).default([]),
        ends: duration.refine(ms => ms > 0 && ms <= 24 * 3_600_000, 'must be more than 0s and at most 24h'),
        expect: expectSchema,
      })
      .superRefine((scenario, context) => {
        // Zod comes here with an unknown field or a number out of range, too: what held it was not read then.
        if (context.issues.length > 0) return;
        tellProblems(contradictions(scenario, { files, application, clusters, steps }), context);
      }),
  );
  const { files: _, ...fields } = scenario;
  return { name: basename(file).replace(/\.ya?ml$/, ''), file, topology, application, ...fields };
}

/** What a scenario strikes and judges, as far as its own fields may be at odds with it. */
interface Design {
  readonly files: { readonly gtm: string; readonly clients: string };
  readonly application: Manifests;
  readonly clusters: readonly ClusterInfo[];
  readonly steps: readonly string[];
}

/** What the fields of a scenario, each right by itself, say against each other and against the design. */
function* contradictions(
  {
    gtm,
    clients,
    timeline,
    ends,
    expect,
  }: Pick<Scenario, 'gtm' | 'clients' | 'timeline' | 'ends' | 'expect'>,
  { files, application, clusters, steps }: Design,
): Generator<SchemaProblem> {
  const late = timeline.find(entry => entry.at >= ends);
  if (late !== undefined)
    yield {
      path: ['ends'],
      message: `the timeline goes on at ${late.at / 1000}s, after the drill has ended`,
    };
  for (const message of unplannable(application, timeline, clusters)) yield { path: ['timeline'], message };
  const { PublicUserDomainName, PublicRr, PublicZoneName } = gtm.Config;
  const answered = [PublicUserDomainName, `${PublicRr}.${PublicZoneName}`];
  if (!answered.includes(clients.name))
    yield {
      path: ['clients', 'name'],
      message:
        `clients ask for ${clients.name} (${basename(files.clients)}), ` +
        `and the GTM answers for ${answered.join(' and ')} alone (${basename(files.gtm)})`,
    };
  const populations = clients.populations.map(({ name }) => name);
  for (const name of populations)
    if (NO_POPULATIONS.includes(name))
      yield {
        path: ['clients'],
        message: `no population can be named "${name}": rto-below means something else by it`,
      };
  const faults = faultsOf(timeline);
  for (const message of faults.flatMap(fault => unknownClients(fault, populations)))
    yield { path: ['timeline'], message };
  const centres = clusters.map(({ name }) => name);
  const names = { faults: faults.map(({ name }) => name), populations, centres, steps };
  // A drill without clients may be asked for: what is expected of clients is unknown then, not wrong.
  const hasClients = populations.length > 0;
  for (const [index, entry] of expect.entries())
    for (const { kind, path, message } of unknownReferences(entry, names))
      if (hasClients || kind !== 'populations') yield { path: ['expect', index, ...path], message };
}

/** The places of clients that a fault strikes the links of, and no population has. */
function unknownClients({ name, params }: FaultEntry, populations: readonly string[]): string[] {
  const known = populations.map(population => `clients/${population}`);
  return [at(params, 'from') ?? []]
    .flat()
    .map(String)
    .filter(place => place.startsWith('clients/') && !known.includes(place))
    .map(place => `${name}: no population has the place "${place}"${suggestion(place, known)}`);
}

/** A field whose map is laid over the file's values before both are checked together. */
function laidOver<S extends z.ZodType>(file: string, schema: S) {
  const [base] = parseYamlDocuments(readText(file), file);
  if (base === undefined) throw new InputError(file, 'the file is empty');
  checkDocument(base, file, schema);
  return z
    .record(z.string(), z.unknown())
    .default({})
    .transform((changes, context): z.output<S> => {
      const merged = overlay(base.value, changes);
      const result = schema.safeParse(merged, { error: explain, reportInput: true });
      if (result.success) return result.data;
      for (const issue of result.error.issues) {
        const path = placeInChanges(merged, changes, issue.path);
        const added = appendedAt(base.value, changes, path);
        // Perhaps it was to change one that is there.
        const hint =
          added && `; "${added.name}" is new in ${basename(file)}${suggestion(added.name, added.known)}`;
        context.issues.push({
          ...issue,
          path,
          input: changes,
          message: issue.message + (hint ?? ''),
        } as never);
      }
      return z.NEVER;
    });
}

/** The names of all vantage points, each once, sorted. */
export function vantagePointsOf(gtm: GtmConfig): string[] {
  return [
    ...new Set(gtm.AddrPools.flatMap(pool => pool.Monitor?.IspCityNode.map(node => node.Name) ?? [])),
  ].sort();
}

/** @throws InputError when the application cannot be distributed. */
function planOrRefuse({ objects }: Manifests, clusters: readonly ClusterInfo[], file: string): void {
  let planned: Plan;
  try {
    planned = planOf(objects, clusters);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw new InputError(file, error.message);
  }
  const without = centresWithout(planned, clusters);
  if (without.length === 0) return;
  throw new InputError(
    file,
    `Application ${planned.application}: no step brings anything to ${words(without)}, ` +
      'and before the timeline every centre of the topology has to answer',
  );
}

function loadManifests(files: readonly string[], centres: readonly string[]): Manifests {
  const objects = files.flatMap(file =>
    replacePlaceholders(parseManifests(readText(file), file), centres, file),
  );
  const applications = objects.filter(object => object.kind === 'Application');
  const [application] = applications;
  if (application === undefined || applications.length > 1)
    throw new InputError(files.join(', '), `one Application expected, found ${applications.length}`);
  return { namespace: application.metadata.namespace ?? 'default', name: application.metadata.name, objects };
}

/** The GTM's configuration, whose addresses are centres of the topology or numbers. */
function gtmOf(topology: Topology) {
  const centres = new Map(centresOf(topology).map(({ name, address }) => [name, address]));
  return gtmConfigSchema.superRefine((gtm, context) => {
    if (context.issues.length === 0) tellProblems(wrongAddresses(gtm, centres), context);
  });
}

/** Of pools: centres that there are not, and addresses that are there already, perhaps by the centre's name. */
function* wrongAddresses(
  { AddrPools }: GtmConfig,
  centres: ReadonlyMap<string, string>,
): Generator<SchemaProblem> {
  for (const [i, pool] of AddrPools.entries()) {
    const seen = new Set<string>();
    for (const [j, { Addr }] of pool.Addr.entries()) {
      const path = ['AddrPools', i, 'Addr', j, 'Addr'];
      const address = /^[\d.]+$/.test(Addr) ? Addr : centres.get(Addr);
      if (address === undefined)
        yield {
          path,
          message: `the topology has no centre "${Addr}"${suggestion(Addr, [...centres.keys()])}`,
        };
      else if (seen.has(address)) yield { path, message: `${address} (${Addr}) is already in the pool` };
      else seen.add(address);
    }
  }
}

type Manifest = Pick<KubeObject, 'kind'> & Readonly<Record<string, unknown>>;

/**
 * The names of a workflow's steps, in a Workflow or in an Application; those without get one by their place. A group waits
 * for nobody but its sub steps.
 */
function stepsOf(objects: readonly Manifest[]): string[] {
  return objects.flatMap(({ kind, spec, steps }) => {
    const own = kind === 'Workflow' ? steps : kind === 'Application' ? at(at(spec, 'workflow'), 'steps') : [];
    return list(own).flatMap((step, index) => {
      const subSteps = list(at(step, 'subSteps'));
      const named = (each: unknown, name: string) => String(at(each, 'name') || name);
      return subSteps.length > 0
        ? subSteps.map((sub, place) => named(sub, `step-${index}-${place}`))
        : [named(step, `step-${index}`)];
    });
  });
}

/** What the patches of a timeline that was not checked yet say of their targets. */
function patchesOf(timeline: unknown): Manifest[] {
  return list(timeline)
    .flatMap(entry => list(at(at(entry, 'deploy'), 'patches')))
    .map(each => ({ ...(at(each, 'patch') as object), kind: String(at(at(each, 'target'), 'kind')) }));
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

function scenarioFile(nameOrFile: string): string {
  if (/[/\\]|\.ya?ml$/.test(nameOrFile)) {
    const file = resolve(nameOrFile);
    // Through a symbolic link, too, the project's own scenario is its own.
    const own = join(SCENARIOS, basename(file));
    return existsSync(file) && realpathSync(dirname(file)) === realpathSync(SCENARIOS) ? own : file;
  }
  const known = scenarioNames();
  if (known.includes(nameOrFile)) return join(SCENARIOS, `${nameOrFile}.yaml`);
  throw new InputError(nameOrFile, `no such scenario${suggestion(nameOrFile, known)}`);
}

function scenarioNames(): string[] {
  return readdirSync(SCENARIOS)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))
    .sort();
}

/** The scenarios of the project, by name. */
export function listScenarios(): { name: string; proves: string }[] {
  const schema = z.looseObject({ proves: z.string() });
  return scenarioNames().map(name => {
    const file = join(SCENARIOS, `${name}.yaml`);
    return { name, proves: parseYaml(readText(file), file, schema).proves };
  });
}
