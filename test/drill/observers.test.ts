import { expect, test } from 'vitest';
import { observe } from '../../src/drill/observers.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { CENTRES, Fleet } from '../engine/controller/fleet.ts';

const configMap = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'demo' },
});

test("a centre's objects are the application's or somebody's, but not those of Kubernetes itself", async () => {
  const fleet = new Fleet();
  const journal = new MemoryJournal();
  await fleet.clock.run(async () => {
    const lab = {
      clock: fleet.clock,
      hub: fleet.client('hub'),
      centres: CENTRES.map(name => ({ name })),
      controls: { centre: (name: string) => ({ kube: fleet.client(name) }) },
    } as unknown as Lab;
    const manifests = { namespace: 'demo', name: 'web-demo', objects: [] };
    const watched = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo' }];
    const { close } = observe(lab, manifests, watched, journal);
    for (const name of ['kube-root-ca.crt', 'web-demo', 'foreign'])
      await fleet.client('cluster2-beijing').create(configMap(name));
    await fleet.clock.sleep(1000);
    close();
  });
  const seen = journal.events.map(event => (event.kind === 'object' ? event.object : event.kind));
  expect(seen).toEqual(['ConfigMap demo/web-demo', 'ConfigMap demo/foreign']);
});
