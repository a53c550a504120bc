import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { missingCapabilities } from '../../src/drill/injection.ts';
import { refuseWhatItCannotDo, runDrill } from '../../src/drill/runner.ts';
import { combined } from '../../src/faults/behaviour.ts';
import { faultKinds } from '../../src/faults/index.ts';
import { type Lab, LabError } from '../../src/lab/lab.ts';
import { scratch } from '../scratch.ts';
import { type Entry, smallDrill, smallScenario } from './small-drill.ts';

const root = resolve(import.meta.dirname, '../..');
const on = 'cluster1-beijing';

/** All that is asked of it is its name and what it can do: anything else fails. */
const labThatCan = (...capabilities: string[]) =>
  ({ name: 'small', controls: { capabilities: new Set(capabilities) } }) as unknown as Lab;

test('a lab that cannot do what the timeline asks for refuses before anything starts, and names all', () => {
  const scenario = smallScenario({
    timeline: [
      { at: '1s', fault: 'cluster-pause', on, name: 'frozen' },
      { at: '2s', fault: 'application-down', on },
      { at: '3s', fault: 'hub-down' },
    ],
    ends: '10s',
  });
  expect(() => refuseWhatItCannotDo(scenario, labThatCan('kubernetes-api'))).toThrow(
    new LabError(
      'the small lab cannot run small: frozen (cluster-pause) needs pause-cluster; hub-down (hub-down) needs stop-hub',
    ),
  );
  const all = labThatCan('kubernetes-api', 'pause-cluster', 'stop-hub');
  expect(() => refuseWhatItCannotDo(scenario, all)).not.toThrow();
});

test('every kind of fault needs something of a lab', () => {
  for (const { kind } of faultKinds.values()) {
    const entry = { at: 0, name: kind, fault: kind, on: [], params: {} };
    expect(missingCapabilities([entry], labThatCan().controls)).not.toEqual([]);
  }
});

/** The shipped application with manifests that are changed. */
function applicationWith(change: (manifests: string) => string): string[] {
  const folder = scratch();
  return ['app-meta.yaml', 'app.yaml'].map(name => {
    const text = readFileSync(join(root, 'clusters/web-demo', name), 'utf8');
    const file = join(folder, name);
    writeFileSync(file, change(text));
    return file;
  });
}

const run = async (application: string[], fault: Entry) =>
  runDrill(smallScenario({ timeline: [{ at: '1s', on, ...fault }], ends: '10s', application }), {
    lab: 'simulated',
    seed: 1,
  });

test("a user's application without the object that the fault strikes ends in words", async () => {
  const shop = applicationWith(text =>
    text.replace(
      'kind: Application\nmetadata:\n  name: web-demo',
      'kind: Application\nmetadata:\n  name: shop',
    ),
  );
  const service = { apiVersion: 'v1', kind: 'Service' };
  await expect(run(shop, { fault: 'config-drift', object: service, patch: { spec: null } })).rejects.toThrow(
    /config-drift: the application has no Service shop .* in cluster1-beijing; .*Service web-demo/,
  );
});

test('an application without Deployments cannot be taken down', async () => {
  const none = applicationWith(text => text.replaceAll(/kind: Deployment/g, 'kind: StatefulSet'));
  await expect(run(none, { fault: 'application-down' })).rejects.toThrow(
    /application-down: the application has no Deployment \(apps\/v1\) in cluster1-beijing; .*StatefulSet/,
  );
});

test('pods that are gone already cannot be killed', async () => {
  const timeline = [
    { at: '1s', fault: 'application-down', on },
    { at: '30s', fault: 'pod-kill', on, count: 'all' },
  ];
  await expect(smallDrill(timeline, '60s')).rejects.toThrow(/pod-kill.*no running pod in cluster1-beijing/);
});

test('a deploy that the hub refuses ends in words', async () => {
  const patches = [
    { target: { kind: 'Application', name: 'web-demo' }, patch: { metadata: { labels: { a: '~' } } } },
  ];
  const timeline = [{ at: '1s', deploy: { publishVersion: 'version9', patches } }];
  await expect(smallDrill(timeline, '60s')).rejects.toThrow(LabError);
});

test('behaviours of one application add up', () => {
  expect(combined([])).toEqual({ errorShare: 0, delayMs: 0 });
  expect(combined([{ errorShare: 0.5 }, { delayMs: 100 }, { errorShare: 0.5, delayMs: 50 }, {}])).toEqual({
    errorShare: 0.75,
    delayMs: 150,
  });
});
