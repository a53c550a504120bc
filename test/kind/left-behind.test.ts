import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayName, nodeName } from '../../src/lab/kind/pins.ts';
import { allVolumes, docker, ofTheLab, whyNoLab } from './machine.ts';
import { Desk, DockerLine } from './run.ts';

const MINUTES = 60_000;
const CENTRES = ['cluster1-beijing', 'cluster2-beijing', 'cluster1-hangzhou'];
const ADDRESS = '{{.NetworkSettings.Networks.liangdi.IPAddress}}';
const DEPLOYMENT = [
  'get',
  'deployment',
  'web-demo',
  '--namespace',
  'demo',
  '--output',
  'jsonpath={.spec.replicas}',
];

/** The status of one request to a gateway. */
function answerOf(gateway: string): Promise<number | string> {
  const [host] = docker('inspect', '--format', ADDRESS, gateway);
  return new Promise(resolve => {
    const options = { host, headers: { host: 'web-demo.example.com' }, timeout: 3000, agent: false };
    const request = get(options, response => {
      response.resume();
      resolve(response.statusCode ?? 'nothing');
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve('nothing'));
  });
}

/** One of each way in which a machine, an API, a link or an application is broken. */
const TIMELINE = [
  { at: '2s', fault: 'application-down', on: 'cluster2-beijing', name: 'nopods' },
  { at: '3s', fault: 'application-error', on: 'cluster1-hangzhou', share: '100%', name: 'errs' },
  { at: '6s', fault: 'cluster-stop', on: 'cluster1-beijing', name: 'off' },
  { at: '6s', fault: 'control-plane-down', on: 'cluster2-beijing', name: 'noapi' },
  { at: '6s', fault: 'partition', on: 'cluster1-hangzhou', from: ['clients', 'vantage'], name: 'cut' },
  { at: '6s', fault: 'hub-down', name: 'nohub' },
];
const IN_FORCE = TIMELINE.map(({ name }) => `${name} has taken effect`);

const reason = await whyNoLab();
const title = `what runs leave behind${reason === undefined ? '' : ` (skipped: ${reason})`}`;

describe(title, { skip: reason !== undefined, timeout: 5 * MINUTES }, () => {
  const desk = new Desk();
  const volumes: string[] = [];

  /** What a client of each centre's public address is answered. */
  const answers = () => Promise.all(CENTRES.map(name => answerOf(gatewayName(name))));
  const eventually = async (ask: () => Promise<unknown>, wanted: unknown) => {
    const deadline = performance.now() + 2 * MINUTES;
    let last: unknown;
    do {
      last = await ask();
      if (JSON.stringify(last) === JSON.stringify(wanted)) return;
    } while (performance.now() < deadline);
    expect(last).toEqual(wanted);
  };
  const kubectl = (name: string, ...args: string[]) =>
    docker('exec', nodeName(name), 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args);
  const everythingIsGone = () => {
    expect(ofTheLab().things).toEqual([]);
    expect(desk.processes()).toEqual([]);
    expect(allVolumes().filter(volume => volumes.includes(volume))).toEqual([]);
  };

  beforeAll(async () => {
    await desk.run(['down']);
    everythingIsGone();
  }, 2 * MINUTES);

  afterAll(async () => {
    await desk.run(['down']);
    desk[Symbol.dispose]();
  }, 2 * MINUTES);

  test('a drill that is interrupted while its clusters come up: nothing but the record of it', async () => {
    const drill = desk.start(['drill', 'steady', '--lab', 'kind', '--out', 'run']);
    await drill.said('waiting for hub');
    drill.child.kill('SIGINT');
    expect((await drill.ended).code).toBe(130);
    everythingIsGone();
    expect(desk.files()).toEqual(
      ['journal.ndjson', 'junit.xml', 'report.html', 'verdict.json'].map(name => `run/${name}`),
    );
  });

  test('a drill that is killed while its clusters come up: nothing, after down', async () => {
    const drill = desk.start(['drill', 'steady', '--lab', 'kind', '--out', 'run-1']);
    await drill.said('waiting for hub');
    drill.child.kill('SIGKILL');
    expect((await drill.ended).signal).toBe('SIGKILL');
    expect(ofTheLab().things).not.toEqual([]);
    expect(await desk.run(['down'])).toMatchObject({ code: 0, said: expect.stringMatching(/^removed /) });
    // What it had started ends by itself when its containers are gone.
    await eventually(async () => desk.processes(), []);
    everythingIsGone();
    expect(desk.files().filter(name => name.startsWith('run-1'))).toEqual([]);
  });

  test('heal of a run whose clusters are gone says so, and does not say that it has healed them', async () => {
    const log = [
      { step: 'lab', lab: 'kind', settings: null },
      { step: 'inject', label: 'outage/x', fault: 'cluster-pause', target: 'x', undo: null },
    ];
    const text = log.map(entry => `${JSON.stringify(entry)}\n`).join('');
    mkdirSync(join(desk.folder, 'runs/old'), { recursive: true });
    writeFileSync(join(desk.folder, 'runs/old/undo.ndjson'), text);
    expect(await desk.run(['heal'])).toMatchObject({
      code: 0,
      said: 'runs/old: nothing is left to heal: its clusters are gone\n',
    });
    expect(readFileSync(join(desk.folder, 'runs/old/undo.ndjson'), 'utf8')).toBe(text);
    await desk.run(['down']);
    expect(existsSync(join(desk.folder, 'runs/old'))).toBe(false);
  });

  test('up: the clusters, and their kubeconfigs', async () => {
    expect(await desk.run(['up'])).toMatchObject({ code: 0 });
    const { things, volumes: mounted } = ofTheLab();
    expect(things).toHaveLength(1 + 2 * CENTRES.length + 1);
    volumes.push(...mounted);
    expect(desk.files().filter(name => name.startsWith('runs/'))).toEqual(
      ['cluster1-beijing', 'cluster1-hangzhou', 'cluster2-beijing', 'hub'].map(
        name => `runs/lab/kubeconfig-${name}.yaml`,
      ),
    );
    expect(desk.processes()).toEqual([]);
  });

  test('a drill that is interrupted in mid-fault: whole clusters, and no file of theirs', async () => {
    const before = ofTheLab().things;
    const drill = desk.start(['drill', desk.scenario(TIMELINE), '--lab', 'kind', '--out', 'run-2']);
    await drill.said(...IN_FORCE);
    drill.child.kill('SIGTERM');
    const { code, said } = await drill.ended;
    expect(said).not.toMatch(/^liangdi:/m);
    expect(code).toBe(143);
    expect(ofTheLab().things).toEqual(before);
    expect(desk.processes()).toEqual([]);
    expect(desk.files().filter(name => name.startsWith('run-2/'))).toHaveLength(4);
    await eventually(answers, [200, 200, 200]);
    expect(kubectl('cluster2-beijing', ...DEPLOYMENT)).toEqual(['5']);
  });

  test('Docker that stops in mid-fault: exit 3; heal when it is back', async () => {
    await using line = await DockerLine.open(desk.folder);
    const timeline = [
      { at: '2s', for: '10s', fault: 'cluster-pause', on: 'cluster1-beijing', name: 'frozen' },
    ];
    const drill = desk.start(['drill', desk.scenario(timeline), '--lab', 'kind', '--out', 'run-3'], {
      DOCKER_HOST: line.host,
    });
    await drill.said('frozen has taken effect');
    line.cut();
    const { code, said } = await drill.ended;
    expect(said).toMatch(/^liangdi: .*Docker does not answer .*`liangdi down` removes it$/m);
    expect(code).toBe(3);
    expect(desk.processes()).toEqual([]);
    expect(docker('inspect', '--format', '{{.State.Status}}', nodeName('cluster1-beijing'))).toEqual([
      'paused',
    ]);
    expect(await desk.run(['heal'])).toMatchObject({ code: 0, said: expect.stringContaining('is healed') });
    await eventually(answers, [200, 200, 200]);
  });

  test('a drill that is killed in mid-fault: heal makes the clusters whole again', async () => {
    const drill = desk.start(['drill', desk.scenario(TIMELINE), '--lab', 'kind', '--out', 'run-4']);
    await drill.said(...IN_FORCE);
    drill.child.kill('SIGKILL');
    expect((await drill.ended).signal).toBe('SIGKILL');
    expect(await answers()).not.toContain(200);
    // Without its folder: the containers know it.
    const { code, said } = await desk.run(['heal']);
    for (const { name } of TIMELINE) expect(said).toMatch(new RegExp(`run-4: ${name}/.* is healed`));
    expect(code).toBe(0);
    await eventually(answers, [200, 200, 200]);
    expect(kubectl('cluster2-beijing', ...DEPLOYMENT)).toEqual(['5']);
    expect(await desk.run(['heal'])).toMatchObject({ code: 0, said: 'nothing is left to heal\n' });
  });

  test('down: nothing', async () => {
    expect(existsSync(join(desk.folder, 'run-4/undo.ndjson'))).toBe(true);
    expect(await desk.run(['down'])).toMatchObject({ code: 0, said: expect.stringMatching(/^removed /) });
    everythingIsGone();
    const left = desk.files().filter(name => !/^run(-\d)?\/(journal|junit|report|verdict)\./.test(name));
    expect(left).toEqual([]);
    expect(existsSync(join(desk.folder, 'run-4'))).toBe(false);
    expect(await desk.run(['down'])).toMatchObject({ code: 0, said: 'nothing was up\n' });
  });
});
