import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answer } from '../../src/engine/cases/answer.ts';
import { readText } from '../../src/runtime/yaml.ts';
import { differences } from './engine-answers.ts';

/** Observations of KubeVela v1.10.6: cases with the answers that the real code gave. */
const FILE = new URL('../../../shared/reference/engine-vectors.jsonl', import.meta.url);

/**
 * The deliberate differences: which parts of the answer differ, and why. Nothing else may, and these must.
 * docs/engine.md tells people of them.
 */
const DELIBERATE: Readonly<Record<string, { readonly parts: RegExp; readonly why: string }>> = {
  'seed-chart-deploy': {
    parts: /^run: suspends/,
    why: 'a step that needs approval waits before it writes anything, as KubeVela’s help says',
  },
  'seed-stock-gates': {
    parts: /^plan: error|^run: /,
    why: 'objects may be referred to by apiVersion and kind',
  },
  'r-legacyoff': { parts: /^plan: error/, why: 'objects may be referred to by apiVersion and kind' },
  'p-deprecated-on': { parts: /dispatch/, why: 'clusterSelector, the old name, is ignored' },
  's-legacyowner': {
    parts: /^run: /,
    why: 'objects that belong to nobody are taken over by a take-over policy only',
  },
  'w-fail-suspend': { parts: /^run: (phases|steps)/, why: 'a step that failed for good ends the workflow' },
  'm-notobject': {
    parts: /^(error|components)/,
    why: 'a merge that cannot be is an error, not an empty result',
  },
  'm-notobject-base': {
    parts: /^(error|components)/,
    why: 'a merge that cannot be is an error, not an empty result',
  },
  'd-trait-without': {
    parts: /error$|: error|dispatch/,
    why: 'a trait without a parameter that it needs is an error',
  },
  'd-init-volumes': {
    parts: /error|dispatch/,
    why: 'an init container can share a volume with a webservice that has some',
  },
  'd-init-default-name': { parts: /dispatch/, why: 'an init container has a volume of its own' },
  'd-number-label': { parts: /dispatch/, why: 'one wrong label does not take the others along' },
  'd-old-steps': {
    parts: /^run: steps/,
    why: 'a version of which no step has begun has no steps of another',
  },
  'd-timeout-unit': {
    parts: /^run: /,
    why: 'a timeout that is no duration fails its step, which KubeVela skips',
  },
  'd-if-builtin': {
    parts: /^run: (steps|services|objects)/,
    why: 'an if beyond the part of CUE that is built in skips its step',
  },
  'd-key-case': {
    parts: /^(plan|run): /,
    why: 'fields are read by their exact names',
  },
  'd-null-item': {
    parts: /^(plan|run): /,
    why: 'null is no item of a list',
  },
  's-delete-unreachable': {
    parts: /^run: checkpoints/,
    why: 'deletion goes on in the other clusters, and does not wait for a dead one for ever',
  },
};

interface Vector {
  readonly id: string;
  readonly note?: string;
  readonly input: unknown;
  readonly output: unknown;
}

const read = (file: URL): Vector[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

const vectors = existsSync(FILE) ? read(FILE) : [];

/** Found by fuzzing and by hand, with KubeVela's answers. */
const own = read(new URL('engine-differences.jsonl', import.meta.url));

function check({ id, note = '', input, output }: Vector): void {
  const deliberate = DELIBERATE[id];
  it(`${id}: ${deliberate?.why ?? note}`, async () => {
    const found = differences(output, await answer(input));
    if (deliberate === undefined) {
      expect(found).toEqual([]);
      return;
    }
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(text => !deliberate.parts.test(text))).toEqual([]);
  });
}

describe.skipIf(vectors.length === 0)('KubeVela’s observed answers (the reference vectors are there)', () => {
  it('has all vectors to run', () => {
    expect(vectors).toHaveLength(197);
  });

  for (const vector of vectors) check(vector);
});

describe('differences that were found', () => {
  for (const vector of own) check(vector);

  it('has a word for people on each deliberate difference', () => {
    const told = readText('docs/engine.md');
    expect(Object.keys(DELIBERATE).filter(id => !told.includes(`\`${id}\``))).toEqual([]);
  });
});

describe('the comparison', () => {
  const run = (more: object) => ({ run: { timeline: [{ phase: 'running' }], objects: {}, ...more } });

  it('sees other components, errors, phases, steps, health and objects', () => {
    expect(differences({ components: [] }, { components: [{ name: 'a' }] })).toHaveLength(1);
    expect(differences({ plan: { error: 'x' } }, { plan: { steps: [] } })).toHaveLength(1);
    const step = { name: 's', type: 'deploy', dispatch: [{ cluster: 'c1', manifests: [{ kind: 'A' }] }] };
    const other = { ...step, dispatch: [{ cluster: 'c1', manifests: [{ kind: 'B' }] }] };
    expect(differences({ plan: { steps: [step] } }, { plan: { steps: [other] } })).toHaveLength(1);
    expect(differences(run({}), run({ timeline: [{ phase: 'unhealthy' }] }))).toHaveLength(1);
    expect(differences(run({}), run({ objects: { c1: [{ kind: 'A' }] } }))).toHaveLength(1);
    const services = [{ name: 'a', cluster: 'c1', namespace: 'n', healthy: true }];
    expect(differences(run({ final: { services } }), run({}))).toHaveLength(1);
    const workflow = { steps: [{ name: 's', phase: 'failed', reason: 'Timeout' }] };
    expect(differences(run({ final: { workflow } }), run({}))).toHaveLength(1);
  });

  it('does not see texts, counts of looks and conditions', () => {
    const a = run({ timeline: [{ phase: 'running', reconcile: 3, conditions: [] }], reconciles: 7 });
    expect(differences(a, run({}))).toEqual([]);
    expect(differences({ error: 'a' }, { error: 'b' })).toEqual([]);
  });

  it('does not see the hash that an object without a name has, wherever objects are told', () => {
    const told = (hash: string) => {
      const objects = { c1: [`Deployment/demo/web-auxiliaryworkload-${hash} rev=demo-v1`] };
      const live = { c1: [{ kind: 'Deployment', metadata: { name: `web-auxiliaryworkload-${hash}` } }] };
      return run({ suspends: [{ steps: ['s'], objects }], checkpoints: [{ objects }], objects: live });
    };
    expect(differences(told('54bbbcff8'), told('5b51b35bf5'))).toEqual([]);
    expect(differences(told('54bbbcff8'), told('x'))).toHaveLength(3);
  });
});

if (vectors.length === 0)
  it.skip('the reference vectors are not here: ../shared/reference/engine-vectors.jsonl');
