import { describe, expect, it } from 'vitest';
import { answerWith } from '../../../src/engine/cases/answer.ts';
import { EngineDeath, type Engines } from '../../../src/engine/cases/play.ts';
import { calling } from '../../../src/kube/client.ts';
import { Writes } from './writes.ts';

/** The engine dies at each of its API calls in turn, and another goes on: the end is the same, and so is all it wrote. */

// biome-ignore lint/suspicious/noExplicitAny: cases and answers are documents
type Json = any;

const config = (name: string, data: object = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const deployment = (name: string, replicas = 2) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas, template: { spec: { containers: [{ name, image: 'x' }] } } },
});
const component = (name: string, objects: object[], more: object = {}) => ({
  name,
  type: 'k8s-objects',
  properties: { objects },
  ...more,
});
const topology = (name: string, ...clusters: string[]) => ({
  name,
  type: 'topology',
  properties: { clusters },
});
const deploy = (name: string, policies: string[], more: object = {}) => ({
  name,
  type: 'deploy',
  properties: { policies, ...more },
});

const POLICIES = [topology('t1', 'c1'), topology('t2', 'c2')];

function application(
  components: object[],
  steps: object[],
  policies: object[] = [],
  annotations: object = {},
): Json {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'demo', namespace: 'demo', annotations },
    spec: { components, policies: [...POLICIES, ...policies], workflow: { steps } },
  };
}

const TWO = [deploy('a', ['t1']), deploy('b', ['t2'])];
const CONF = [component('conf', [config('conf')])];
const settle = { op: 'settle' };
const again = [settle, settle];

const CASES: Readonly<Record<string, Json>> = {
  'two clusters, one after the other': { application: application(CONF, TWO) },
  'an approval': {
    application: application(CONF, [deploy('a', ['t1']), deploy('b', ['t2'], { auto: false })]),
  },
  'a Deployment and its Service': {
    application: application(
      [{ name: 'web', type: 'webservice', properties: { image: 'x', ports: [{ port: 80, expose: true }] } }],
      TWO,
    ),
  },
  'an object after another': {
    application: application(
      [component('a', [deployment('a')]), component('b', [config('b')], { dependsOn: ['a'] })],
      TWO,
    ),
  },
  'values handed on': {
    application: application(
      [
        component('src', [config('src')], { outputs: [{ name: 'v', valueFrom: 'output.data.a' }] }),
        component('dst', [config('dst')], { inputs: [{ from: 'v', parameterKey: 'objects[0].data.got' }] }),
      ],
      TWO,
    ),
  },
  'a group of steps': {
    application: application(CONF, [
      { name: 'g', type: 'step-group', subSteps: TWO },
      { name: 's', type: 'suspend' },
    ]),
  },
  'an object that is exposed once it is healthy': {
    application: application(
      [component('web', [deployment('web')], { traits: [{ type: 'expose', properties: { port: [80] } }] })],
      TWO,
    ),
  },
  'a new version that takes a cluster away': {
    application: application(CONF, TWO),
    script: [settle, { op: 'update', application: application(CONF, [deploy('a', ['t1'])]) }, ...again],
  },
  'published versions': {
    application: application(CONF, TWO, [], { 'app.oam.dev/publishVersion': 'one' }),
    script: [
      settle,
      {
        op: 'update',
        application: application([component('conf', [config('conf', { a: '2' })])], TWO, [], {
          'app.oam.dev/publishVersion': 'two',
        }),
      },
      ...again,
    ],
  },
  'objects that live as long as the application': {
    application: application(CONF, TWO, [
      {
        name: 'gc',
        type: 'garbage-collect',
        properties: { rules: [{ selector: { componentNames: ['conf'] }, strategy: 'onAppDelete' }] },
      },
    ]),
    script: [settle, { op: 'deleteApp' }, ...again],
  },
};

/** Engines of which one dies at the n-th API call of all, from 1, done or not: nothing more of it reaches any API. */
class Mortals {
  readonly writes = new Writes();
  readonly #at: number;
  readonly #done: boolean;
  calls = 0;

  constructor(at: number, done: boolean) {
    this.#at = at;
    this.#done = done;
  }

  readonly engines: Engines = () => {
    let isDead = false;
    return (client, cluster) =>
      calling(this.writes.watching(client, cluster), async ask => {
        if (isDead) throw new EngineDeath('the engine is dead');
        this.calls += 1;
        if (this.calls !== this.#at) return ask();
        isDead = true;
        if (this.#done) await ask();
        throw new EngineDeath('the engine died');
      });
  };
}

/** What must be the same, however often the engine died on the way. */
function endOf({ final, objects }: Json): unknown {
  const steps = final.workflow?.steps.map(({ name, phase, reason, subSteps }: Json) => ({
    name,
    phase,
    reason,
    subSteps,
  }));
  return { phase: final.phase, steps, objects };
}

/** Approvals that were asked for, each once however often it had to be asked again. */
function approvals({ suspends = [] }: Json): string[] {
  return [...new Set<string>(suspends.flatMap(({ steps }: Json) => steps))];
}

async function courseOf(document: Json, mortals: Mortals): Promise<unknown> {
  const answer: Json = await answerWith(document, mortals.engines);
  return { end: endOf(answer), approvals: approvals(answer), writes: mortals.writes.contents };
}

describe.each(Object.entries(CASES))('%s', (_, given) => {
  const document = { ...given, clusters: ['c1', 'c2'] };

  it.each([true, false])('goes the same when the engine dies at any call (done: %s)', async done => {
    const whole = new Mortals(0, done);
    const expected = await courseOf(document, whole);
    expect(whole.calls).toBeGreaterThan(10);
    expect(Object.keys(whole.writes.contents)).toContain('local: ApplicationRevision demo/demo-v1');
    for (let at = 1; at <= whole.calls; at++) {
      expect(await courseOf(document, new Mortals(at, done)), `at call ${at}`).toEqual(expected);
    }
  });
});
