import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { answer } from '../../src/engine/cases/answer.ts';
import { differences } from './engine-answers.ts';
import { mergeCase, planCase, runCase } from './engine-cases.ts';

/**
 * Compares the engine's answers with KubeVela's own, on random cases:
 * `node test/conformance/engine-fuzz.ts [--seed 1] [--merges N] [--plans N] [--runs N] [--oracle FILE]`.
 */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    merges: { type: 'string', default: '10000' },
    plans: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '300' },
    oracle: {
      type: 'string',
      default: `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/kubevela-oracle/oracle`,
    },
  },
});

// biome-ignore lint/suspicious/noExplicitAny: documents of two implementations
type Json = any;

/** Differences that docs/engine.md tells of, by what either side says. */
const DELIBERATE: readonly RegExp[] = [
  /must be an object to be merged/,
  /trait=[a-z-]+ component=[a-z]+: [^"]*is missing/,
  /invalid patch trait init-container into workload[^"]*[vV]olume/,
];

function isDeliberate(theirs: Json, ours: Json, found: readonly string[]): boolean {
  // A version of which no step has begun has no steps of another.
  const hasBegun = (ours.run?.final?.workflow?.steps ?? []).length > 0;
  if (!hasBegun && found.every(each => each.startsWith('run: steps: '))) return true;
  const text = JSON.stringify([theirs, ours]);
  return DELIBERATE.some(pattern => pattern.test(text));
}

/** KubeVela itself fell over. */
function hasPanicked(theirs: Json): boolean {
  return /"panic"|panic: /.test(JSON.stringify(theirs));
}

/**
 * Whether two parts of a case write one object, each otherwise: who comes last is left to chance there. Only cases that
 * run are asked; what they would write is planned.
 */
async function collides(document: Json): Promise<boolean> {
  if (document.options?.mode !== 'run') return false;
  const applications = [
    document.application,
    ...(document.script ?? []).flatMap(({ application }: Json) => application ?? []),
  ];
  for (const application of applications) {
    const { plan }: Json = await answer({
      ...document,
      script: null,
      application: independent(application),
      options: { mode: 'plan' },
    });
    const steps: Json[] = (plan.steps ?? []).flatMap((step: Json) => [step, ...(step.subSteps ?? [])]);
    const texts = new Map<string, string>();
    for (const { cluster, manifests } of steps.flatMap(({ dispatch = [] }) => dispatch)) {
      const seen = new Set<string>();
      for (const manifest of manifests) {
        const key = [
          cluster || 'local',
          manifest.apiVersion?.split('/')[0],
          manifest.kind,
          manifest.metadata.namespace,
          manifest.metadata.name,
        ].join('/');
        const text = `${cluster} ${manifest.metadata.labels?.['app.oam.dev/component']}`;
        if (seen.has(key) || (texts.has(key) && texts.get(key) !== text)) return true;
        seen.add(key);
        texts.set(key, text);
      }
    }
  }
  return false;
}

/** The application with components that wait for nobody: all that they write is then planned. */
function independent({ spec, ...rest }: Json): Json {
  const components = spec.components.map(({ dependsOn: _, ...component }: Json) => component);
  return { ...rest, spec: { ...spec, components } };
}

async function compare(kind: string, arbitrary: fc.Arbitrary<Json>, count: number): Promise<number> {
  const seed = Number(values.seed);
  const cases = fc.sample(arbitrary, { numRuns: count, seed });
  const oracle = spawn(values.oracle, ['-batch'], { stdio: ['pipe', 'pipe', 'ignore'] });
  let asked = 0;
  const ask = () => {
    const document = cases[asked];
    if (document === undefined) oracle.stdin.end();
    else oracle.stdin.write(`${JSON.stringify({ id: `${kind}-${seed}-${asked}`, ...document })}\n`);
    asked += 1;
  };
  ask();
  const counts = { same: 0, deliberate: 0, panics: 0, undefined: 0, differ: 0 };
  let index = 0;
  for await (const line of createInterface({ input: oracle.stdout })) {
    const document = cases[index];
    ask();
    const theirs = JSON.parse(line);
    const ours = await answer(document);
    const found = differences(theirs, ours);
    if (hasPanicked(theirs)) counts.panics += 1;
    else if (found.length === 0) counts.same += 1;
    else if (isDeliberate(theirs, ours, found)) counts.deliberate += 1;
    else if (await collides(document)) counts.undefined += 1;
    else {
      counts.differ += 1;
      process.stdout.write(
        `${kind}-${seed}-${index}\n${found.map(text => `  ${text}\n`).join('')}  case: ${JSON.stringify(document)}\n`,
      );
    }
    index += 1;
  }
  process.stdout.write(
    `${kind}: ${counts.same} same, ${counts.differ} differ; ${counts.deliberate} differ on purpose, ${counts.undefined} leave it to chance, ${counts.panics} fell over in KubeVela\n`,
  );
  if (index < cases.length) {
    process.stdout.write(`${kind}: the reference run ended after ${index} of ${cases.length} cases\n`);
    return cases.length - index;
  }
  return counts.differ;
}

if (!existsSync(values.oracle)) {
  process.stdout.write(
    `fuzz-engine: skipped: no reference run of KubeVela at ${values.oracle}; it needs Go and shared/oracle/build\n`,
  );
} else {
  let differ = 0;
  differ += await compare('merge', mergeCase, Number(values.merges));
  differ += await compare('plan', planCase, Number(values.plans));
  differ += await compare('run', runCase, Number(values.runs));
  process.exitCode = differ === 0 ? 0 : 1;
}
