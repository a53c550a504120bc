import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../scratch.ts';
import { here } from './liangdi.ts';

/** A scenario with an application of its own: a webservice of `image`, behind a gateway, at `port`. */
function scenarioOf(image: string, port: number): string {
  const folder = scratch();
  writeFileSync(
    join(folder, 'app.yaml'),
    `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop, namespace: shop }
spec:
  components:
    - name: web
      type: webservice
      properties: { image: "${image}", ports: [{ port: ${port}, expose: true }] }
      traits: [{ type: gateway, properties: { domain: web-demo.example.com, http: { "/": ${port} } } }]
  policies:
    - { name: all, type: topology, properties: { clusters: [cluster1-beijing, cluster2-beijing, cluster1-hangzhou] } }
  workflow:
    steps: [{ name: all, type: deploy, properties: { policies: [all] } }]
`,
  );
  writeFileSync(
    join(folder, 'own.yaml'),
    `proves: an application of one's own serves
files: { application: [app.yaml] }
ends: 60s
expect: [errors-below: { share: 0% }]
`,
  );
  mkdirSync(join(folder, 'run'));
  return folder;
}

const drill = (folder: string) => here(['drill', join(folder, 'own.yaml'), '--out', join(folder, 'run')]);

test('an application of your own is drilled as web-demo, whatever it is called', async () => {
  const { stdout, stderr } = await drill(scenarioOf('registry.example.com/shop/web-demo:2', 8080));
  expect(stderr).toBe('');
  expect(stdout).toMatch('HELD: the expectation held');
});

test('one that no pod could answer for is refused before anything runs', async () => {
  const { code, stdout, stderr } = await drill(scenarioOf('shop:1.4', 8080));
  expect(stderr).toMatch(
    /answers requests, web-demo: no image of the application is called so \(found shop:1\.4\)/,
  );
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
});

test('one that answers nobody is told with what clients would see', async () => {
  const { code, stderr } = await drill(scenarioOf('web-demo', 80));
  expect(stderr).toBe(
    'liangdi: cluster1-beijing does not answer 200 from its public address, but 502, after 15 minutes: ' +
      'Deployment shop/web has 1 of 1 pods ready\n',
  );
  expect(code).toBe(3);
});
