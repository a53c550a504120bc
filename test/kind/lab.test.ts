import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyManifests, ensureNamespace } from '../../src/engine/kubectl/apply.ts';
import { parseManifests } from '../../src/engine/manifests.ts';
import { topologySchema } from '../../src/kube/topology.ts';
import { downAll } from '../../src/lab/kind/down.ts';
import { type KindLab, kindLab } from '../../src/lab/kind/lab.ts';
import { gatewayName, nodeName } from '../../src/lab/kind/pins.ts';
import type { HttpOutcome } from '../../src/runtime/network.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';
import { readText } from '../../src/runtime/yaml.ts';
import { authorityOf } from '../gtm/authority.ts';
import { allVolumes, docker, ofTheLab, whyNoLab } from './machine.ts';

const CENTRE = 'single';
const VANTAGE = 'beijing-alibaba';
const HOST = 'web-demo.example.com';
const IMAGE =
  'acr-multiple-clusters-registry.cn-hangzhou.cr.aliyuncs.com/ack-multiple-clusters/web-demo:0.4.0';
const MANIFESTS = 'clusters/web-demo/app-meta.yaml';
const ADDRESS = '{{.NetworkSettings.Networks.liangdi.IPAddress}}';
const MINUTES = 60_000;

const reason = await whyNoLab();
const title = `a lab of one real centre${reason === undefined ? '' : ` (skipped: ${reason})`}`;

describe(title, { skip: reason !== undefined, timeout: 4 * MINUTES }, () => {
  const clock = new RealClock();
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-kind-'));
  const volumes: string[] = [];
  const said: string[] = [];
  let lab: KindLab;

  const send = (from: string, timeoutMs = 3000) =>
    new Promise<HttpOutcome>(resolve =>
      lab.network.http(
        { from, address: lab.addressOf(CENTRE), port: 80, host: HOST, path: '/', timeoutMs },
        resolve,
      ),
    );
  const centre = () => lab.controls.centre(CENTRE);
  const status = async () => (await centre().request(2000)).response?.status;
  const eventually = async (ask: () => Promise<boolean>, withinMs = 2 * MINUTES) => {
    const deadline = clock.now() + withinMs;
    while (clock.now() < deadline) {
      if (await ask()) return true;
      await clock.sleep(200);
    }
    return false;
  };
  const serves = () => eventually(async () => (await status()) === 200);

  beforeAll(async () => {
    await downAll(clock);
    expect(ofTheLab().things).toEqual([]);
    const topology = topologySchema.parse({
      cities: [{ name: 'beijing', centres: [{ name: CENTRE, address: '192.0.2.1' }] }],
      pod: { inService: 4, serviceTime: '160ms', queue: 32 },
    });
    lab = await kindLab({
      topology,
      random: seededRandom(1),
      application: { namespace: 'demo', name: 'web-demo', host: HOST, path: '/', port: 80, images: [IMAGE] },
      vantagePoints: [VANTAGE],
      runFolder: folder,
    });
    await lab.up((step, detail) => said.push(`${step} ${detail ?? ''}`));
    const { things, volumes: mounted } = ofTheLab();
    expect(things).toEqual(['liangdi', gatewayName(CENTRE), nodeName('hub'), nodeName(CENTRE)].sort());
    volumes.push(...mounted);
    await ensureNamespace(centre().kube, 'demo');
    await applyManifests(centre().kube, parseManifests(readText(MANIFESTS), MANIFESTS));
    expect(await serves()).toBe(true);
  }, 10 * MINUTES);

  afterAll(async () => {
    await lab?.down();
    expect(ofTheLab().things).toEqual([]);
    expect(volumes).not.toEqual([]);
    expect(allVolumes().filter(volume => volumes.includes(volume))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 2 * MINUTES);

  test('tells how long what took', () => {
    expect(said.join('\n')).toMatch(/single is ready \d+ s/);
  });

  test("shows the article's page, to clients and to vantage points", async () => {
    const page =
      'This is env cluster1-beijing !\nConfig file is {\n  database-host: "beijing-db.pg.aliyun.com"\n}\n';
    expect(await send('clients/honest')).toMatchObject({ response: { status: 200, body: page } });
    expect(await send(`vantage/${VANTAGE}`)).toMatchObject({ response: { status: 200, body: page } });
  });

  test('publishes its public address on the Ingress', async () => {
    const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
    const shown = await eventually(async () => {
      const { items } = await centre().kube.list(kind);
      return JSON.stringify(items[0]?.status ?? null).includes(lab.addressOf(CENTRE));
    });
    expect(shown).toBe(true);
  });

  test('paused, it is silent; unpaused, it answers at once', async () => {
    await centre().pause();
    expect(await centre().request(1000)).toEqual({ failure: 'timeout' });
    await centre().unpause();
    expect(await status()).toBe(200);
  });

  test('errs and dawdles as it is told, in new pods too', async () => {
    await centre().setApplication('a', { errorShare: 1 });
    expect(await status()).toBe(500);
    await centre().killPods('all');
    expect(await eventually(async () => (await status()) === 500)).toBe(true);
    await centre().setApplication('a', {});
    expect(await serves()).toBe(true);
    await centre().setApplication('b', { delayMs: 700 });
    const sent = clock.now();
    expect(await status()).toBe(200);
    expect(clock.now() - sent).toBeGreaterThanOrEqual(700);
    await centre().setApplication('b', {});
  });

  test('kills as many pods as it is told', async () => {
    expect(await eventually(async () => (await running()) === 5)).toBe(true);
    const before = await restarts();
    expect(await centre().killPods(2)).toBe(2);
    expect(await eventually(async () => (await restarts()) === before + 2)).toBe(true);
    expect(await serves()).toBe(true);
  });

  const pods = async () =>
    (await centre().kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'demo' })).items;
  const running = async () =>
    (await pods()).filter(pod => JSON.stringify(pod.status).includes('"ready":true')).length;
  const restarts = async () => {
    const containers = (await pods()).flatMap(
      pod => (pod.status as { containerStatuses?: { restartCount: number }[] }).containerStatuses ?? [],
    );
    return containers.reduce((sum, container) => sum + container.restartCount, 0);
  };

  test('without its ingress it gives no answer', async () => {
    await centre().stopIngress();
    expect(await eventually(async () => (await centre().request(1000)).failure !== undefined)).toBe(true);
    await centre().startIngress();
    expect(await serves()).toBe(true);
  });

  describe('links', () => {
    test('a cut one is silent for whom it strikes, and for nobody else', async () => {
      await lab.controls.shapeLink('cut', `vantage/${VANTAGE}`, CENTRE, { cut: true });
      expect(await send(`vantage/${VANTAGE}`, 1000)).toEqual({ failure: 'timeout' });
      expect((await send('clients/honest')).response?.status).toBe(200);
      await lab.controls.restoreLinks('cut');
      expect((await send(`vantage/${VANTAGE}`)).response?.status).toBe(200);
    });

    test('one that is cut from everywhere is cut for the hub, but not for the observer', async () => {
      await lab.controls.shapeLink('all', '*', CENTRE, { cut: true });
      expect(await send('clients/honest', 1000)).toEqual({ failure: 'timeout' });
      await expect(lab.centres[0]?.kube.list({ apiVersion: 'v1', kind: 'Node' })).rejects.toThrow(
        /did not answer/,
      );
      expect(await status()).toBe(200);
      await lab.controls.restoreLinks('all');
      expect((await lab.centres[0]?.kube.list({ apiVersion: 'v1', kind: 'Node' }))?.items).toHaveLength(1);
    });

    test('latency adds up over both directions', async () => {
      await lab.controls.shapeLink('slow', 'clients', CENTRE, { latencyMs: 150 });
      await lab.controls.shapeLink('slow', CENTRE, 'clients', { latencyMs: 150 });
      const sent = clock.now();
      expect((await send('clients/honest')).response?.status).toBe(200);
      expect(clock.now() - sent).toBeGreaterThanOrEqual(300);
      await lab.controls.restoreLinks('slow');
    });

    test('lossy ones reset connections', async () => {
      await lab.controls.shapeLink('loss', 'clients', CENTRE, { loss: 1 });
      expect(await send('clients/honest')).toEqual({ failure: 'reset' });
      await lab.controls.restoreLinks('loss');
      expect((await send('clients/honest')).response?.status).toBe(200);
    });

    test('that pass no gateway are refused by name', async () => {
      await expect(lab.controls.shapeLink('x', 'resolver/r', 'gtm', { cut: true })).rejects.toThrow(
        'the kind lab cannot shape the link from resolver/r to gtm',
      );
    });
  });

  test('without its control plane it serves on', async () => {
    await centre().stopControlPlane();
    await expect(centre().kube.list({ apiVersion: 'v1', kind: 'Node' })).rejects.toMatchObject({
      reason: 'Unreachable',
    });
    expect(await status()).toBe(200);
    await centre().startControlPlane();
    expect((await centre().kube.list({ apiVersion: 'v1', kind: 'Node' })).items).toHaveLength(1);
  });

  const address = () => docker('inspect', '--format', ADDRESS, nodeName(CENTRE)).join();

  test.each(['stop', 'kill'] as const)(
    'after %s and start it serves again, at the address it had',
    async way => {
      const before = address();
      await centre()[way]();
      expect((await centre().request(1000)).failure).toBeDefined();
      await centre().start();
      expect(address()).toBe(before);
      expect(await serves()).toBe(true);
    },
  );

  test('off the network it runs on; back on it, it serves again at the address it had, without a restart', async () => {
    const before = [address(), await restarts()];
    await centre().disconnect();
    expect((await centre().request(1000)).failure).toBeDefined();
    await expect(centre().kube.list({ apiVersion: 'v1', kind: 'Node' })).rejects.toMatchObject({
      reason: 'Unreachable',
    });
    await centre().connect();
    expect(await serves()).toBe(true);
    expect([address(), await restarts()]).toEqual(before);
  });

  test('one that comes back with another address serves all the same', async () => {
    const other = address().replace(/\d+$/, '200');
    await centre().kill();
    docker('network', 'disconnect', '--force', 'liangdi', nodeName(CENTRE));
    docker('network', 'connect', '--ip', other, 'liangdi', nodeName(CENTRE));
    await centre().start();
    expect(address()).toBe(other);
    expect(await serves()).toBe(true);
    expect((await lab.centres[0]?.kube.list({ apiVersion: 'v1', kind: 'Node' }))?.items).toHaveLength(1);
  });

  test('the hub goes and comes, and the engine with it', async () => {
    let engines = 0;
    lab.runEngine(() => {
      engines += 1;
      return {
        stop: () => {
          engines -= 1;
        },
      };
    });
    await lab.controls.stopHub();
    expect(engines).toBe(0);
    expect(await lab.controls.hubAnswers()).toBe(false);
    await lab.controls.startHub();
    expect(engines).toBe(1);
    expect(await lab.controls.hubAnswers()).toBe(true);
  });

  test("the GTM's name server goes and comes", async () => {
    await lab.serveDns(authorityOf(() => ({ rcode: 'NOERROR', addresses: ['192.0.2.1'], ttlSeconds: 60 })));
    expect(await lab.controls.gtmDnsAnswers()).toBe(true);
    await lab.controls.stopGtmDns();
    expect(await lab.controls.gtmDnsAnswers()).toBe(false);
    await lab.controls.startGtmDns();
    expect(await lab.controls.gtmDnsAnswers()).toBe(true);
  });
});
