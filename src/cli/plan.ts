import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import type { Plan } from '../engine/plan/plan.ts';
import type { KubeObject } from '../kube/objects.ts';
import { InputError } from '../runtime/input-error.ts';
import { shipped } from '../runtime/shipped.ts';
import { EXIT } from './exit.ts';

interface Options {
  readonly file: readonly string[];
  readonly cluster?: string;
  readonly diff?: string | true;
  readonly topology: string;
}

/** Reads a file, as it is now or as it was. */
type Reader = (file: string) => string;

export function planCommand(): Command {
  return new Command('plan')
    .description('what each centre will get, per step, before anything is applied')
    .requiredOption(
      '-f, --file <path...>',
      'manifests, or folders of them: Application, Policies, Workflow and objects',
    )
    .option('--cluster <name>', 'print the objects that this cluster gets, or compare only it')
    .option('--diff [revision]', 'compare the centres with each other, or with what a git revision had')
    .option('--topology <file>', 'cities and centres that selectors and placeholders mean', defaultTopology())
    .addHelpText(
      'after',
      `
Examples:
  liangdi plan -f clusters/web-demo                            steps, centres, objects
  liangdi plan -f clusters/web-demo --cluster cluster1-hangzhou  the manifests of one
  liangdi plan -f clusters/web-demo --diff                     what centres do not have in common
  liangdi plan -f clusters/web-demo --diff HEAD~1              what a change changes`,
    )
    .action(showPlan);
}

function defaultTopology(): string {
  return relative('.', shipped('clusters/topology.yaml')) || '.';
}

async function showPlan(options: Options): Promise<void> {
  const { readText } = await import('../runtime/read-text.ts');
  const { planText, differencesText } = await import('../engine/plan/text.ts');
  const { clustersOf, objectsFor } = await import('../engine/plan/objects.ts');
  const { differencesOf } = await import('../engine/plan/differences.ts');
  const { quoted, withSubSteps } = await import('../engine/model.ts');
  const plan = await planOf(options, readText, filesOf(options.file));
  const known = clustersOf(plan);
  if (options.cluster !== undefined && !known.includes(options.cluster)) {
    throw new InputError(
      options.file.join(' '),
      `nothing goes to "${options.cluster}"; clusters: ${quoted(known)}`,
      {},
    );
  }
  const shown = options.cluster === undefined ? known : [options.cluster];
  const print = (text: string) => process.stdout.write(text);
  if (options.diff === undefined) {
    if (options.cluster === undefined) print(planText(plan));
    else print(await yamlOf(objectsFor(plan, options.cluster)));
  } else if (options.diff === true) {
    const base = known.find(name => name !== options.cluster) ?? '';
    const others = options.cluster === undefined ? known.filter(name => name !== base) : shown;
    for (const name of others) {
      print(differencesText(differencesOf(objectsFor(plan, base), objectsFor(plan, name)), base, name));
    }
  } else {
    const revision = options.diff;
    const before = await planOf(options, gitReader(revision), gitFilesOf(revision, options.file));
    for (const name of new Set([...clustersOf(before), ...shown])) {
      if (options.cluster !== undefined && name !== options.cluster) continue;
      const differences = differencesOf(objectsFor(before, name), objectsFor(plan, name));
      print(differencesText(differences, `${name} at ${revision}`, `${name} now`));
    }
  }
  const steps = withSubSteps(plan.steps);
  if (steps.some(({ error, waiting }) => error !== undefined || waiting !== undefined))
    process.exitCode = EXIT.usage;
}

async function planOf(
  { file: given, topology }: Options,
  read: Reader,
  files: readonly string[],
): Promise<Plan> {
  const { parseManifests, replacePlaceholders } = await import('../engine/manifests.ts');
  const { clustersFor, planManifests } = await import('../engine/plan/manifests.ts');
  const { PlanError } = await import('../engine/model.ts');
  const where = given.join(' ');
  const centres = await centresIn(topology);
  const objects = replacePlaceholders(
    files.flatMap(file => parseManifests(read(file), file)),
    centres.map(({ name }) => name),
    where,
  );
  try {
    return planManifests(objects, clustersFor(objects, centres));
  } catch (error) {
    if (error instanceof PlanError) throw new InputError(where, error.message, {});
    throw error;
  }
}

async function centresIn(file: string) {
  const { namedClusters } = await import('../engine/placement.ts');
  const { centresOf, topologySchema } = await import('../kube/topology.ts');
  const { parseYaml, readText } = await import('../runtime/yaml.ts');
  const topology = parseYaml(readText(file), file, topologySchema);
  return namedClusters(centresOf(topology));
}

const isManifest = (name: string) => /\.ya?ml$|\.json$/.test(name);

function filesOf(paths: readonly string[]): string[] {
  return paths.flatMap(path => {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
    return readdirSync(path)
      .filter(isManifest)
      .sort()
      .map(name => join(path, name));
  });
}

/** Reads files as they were in a git revision. */
function gitReader(revision: string): Reader {
  return file => git(['show', `${revision}:./${basename(file)}`], dirname(file), file);
}

function gitFilesOf(revision: string, paths: readonly string[]): string[] {
  return paths.flatMap(path => {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
    const names = git(['ls-tree', '--name-only', '--full-tree', `${revision}:./`], path, path).split('\n');
    return names
      .filter(isManifest)
      .sort()
      .map(name => join(path, name));
  });
}

function git(args: readonly string[], folder: string, file: string): string {
  try {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new InputError(file, stderr.trim() || (error as Error).message, {});
  }
}

async function yamlOf(objects: readonly KubeObject[]): Promise<string> {
  const { stringify } = await import('yaml');
  // kubectl reads YAML 1.1, where a bare yes is no text.
  return objects.map(object => stringify(object, { compat: 'yaml-1.1' })).join('---\n');
}
