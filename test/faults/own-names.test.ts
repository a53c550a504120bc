import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runDrill } from '../../src/drill/runner.ts';
import { scratch } from '../scratch.ts';
import { CENTRES, type Entry, Journal, smallScenario } from './small-drill.ts';

const on = 'cluster1-beijing';

/** An Application whose Deployments are not called as it is: two that answer at one name, and one that does not. */
function shop(namespace = 'shop'): string {
  const file = join(scratch(), 'app.yaml');
  const web = (name: string) => `
    - name: ${name}
      type: webservice
      properties: { image: web-demo, ports: [{ port: 8080 }], labels: { serves: shop } }
      traits: [{ type: scaler, properties: { replicas: ${name === 'blue' ? 3 : 1} } }]`;
  writeFileSync(
    file,
    `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop, namespace: shop }
spec:
  components:${web('blue')}${web('green')}
    - { name: mailer, type: worker, properties: { image: mailer } }
    - name: entry
      type: k8s-objects
      properties:
        objects:
          - apiVersion: v1
            kind: Service
            metadata: { name: shop }
            spec: { selector: { serves: shop }, ports: [{ port: 80, targetPort: 8080 }] }
          - apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: shop }
            spec:
              rules:
                - host: web-demo.example.com
                  http:
                    paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }]
  policies: [{ name: all, type: topology, properties: { clusters: [${CENTRES.join(', ')}], namespace: ${namespace} } }]
`,
  );
  return file;
}

async function drill(timeline: Entry[], ends: string, namespace?: string): Promise<Journal> {
  const scenario = smallScenario({ timeline, ends, application: [shop(namespace)] });
  return new Journal((await runDrill(scenario, { lab: 'simulated', seed: 1 })).events);
}

test('application-down takes down all Deployments of the application, whatever they are called, and gives back what they had', async () => {
  const journal = await drill([{ at: '10s', for: '25s', fault: 'application-down', on }], '90s');
  for (const centre of CENTRES) {
    expect(journal.outcomes(centre, 0, 9)).toEqual([200]);
    expect(journal.outcomes(centre, 15, 28)).toEqual(centre === on ? [503] : [200]);
    expect(journal.outcomes(centre, 70, 89)).toEqual([200]);
  }
  const replicas = (name: string) =>
    journal
      .of('object')
      .filter(each => each.centre === on && each.object === `Deployment shop/${name}`)
      .map(each => each.replicas)
      .filter((count, i, all) => count !== all[i - 1]);
  expect(['blue', 'green', 'mailer'].map(replicas)).toEqual([
    [0, 3],
    [0, 1],
    [0, 1],
  ]);
  expect(journal.differences).toEqual([]);
});

test('pod-kill finds the pods of all Deployments of the application', async () => {
  const journal = await drill([{ at: '10s', fault: 'pod-kill', on, count: 'all' }], '40s');
  const least = (name: string) =>
    Math.min(
      ...journal
        .of('object')
        .filter(each => each.centre === on && each.object === `Deployment shop/${name}`)
        .map(each => each.ready ?? 0),
    );
  expect(['blue', 'green', 'mailer'].map(least)).toEqual([0, 0, 0]);
});

test('an application may go to a namespace of its own, which is there, watched and struck', async () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'live', name: 'mailer' };
  const journal = await drill(
    [
      { at: '5s', fault: 'config-drift', on, object, patch: { spec: { replicas: 2 } } },
      { at: '10s', for: '20s', fault: 'application-down', on },
    ],
    '80s',
    'live',
  );
  expect(journal.outcomes(on, 15, 25)).toEqual([503]);
  const rolledOut = journal.events.flatMap(each =>
    each.kind === 'object' && each.centre === on ? [each.object] : [],
  );
  expect(rolledOut).toEqual(expect.arrayContaining(['Deployment live/blue', 'Ingress live/shop']));
  await expect(
    drill([{ at: '5s', fault: 'config-drift', on, object, patch: { spec: { replicas: 2 } } }], '9s'),
  ).rejects.toThrow(/has no Deployment live\/mailer \(apps\/v1\) in cluster1-beijing; .*"Deployment mailer/);
});
