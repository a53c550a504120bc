import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ofTheLab, whyNoLab } from './machine.ts';
import { Desk, DockerLine, type Ended } from './run.ts';

const MINUTES = 60_000;
const DRILL = ['drill', 'steady', '--lab', 'kind', '--out', 'run'];
const RECORD = ['journal.ndjson', 'junit.xml', 'report.html', 'verdict.json'].map(name => `run/${name}`);

const reason = await whyNoLab();
const title = `a drill on a machine with a failure${reason === undefined ? '' : ` (skipped: ${reason})`}`;

describe(title, { skip: reason !== undefined, timeout: 2 * MINUTES }, () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = new Desk();
    await desk.run(['down']);
  }, MINUTES);
  afterEach(() => desk[Symbol.dispose]());

  const nothingIsLeft = ({ said }: Ended) => {
    expect(said).not.toContain('a bug');
    expect(ofTheLab().things).toEqual([]);
    expect(desk.processes()).toEqual([]);
    expect(desk.files()).toEqual(RECORD);
  };

  test.each([
    ['a port that is taken', 'Bind for 127.0.0.1:41231 failed: port is already allocated'],
    ['a cluster that cannot be made', 'failed to init node with kubeadm'],
  ])('%s: in the words of kind', async (_, words) => {
    const script = `case $1 in version) ;; *) sleep 1; echo 'ERROR: ${words}' >&2; exit 1;; esac`;
    const drill = await desk.run(DRILL, { LIANGDI_KIND: desk.program('kind', script) });
    expect(drill.said).toMatch(/^liangdi: .*create cluster --name liangdi-.* failed:$/m);
    expect(drill.said).toContain(words);
    expect(drill.code).toBe(3);
    nothingIsLeft(drill);
  });

  test('a kind that hangs is stopped with the drill', async () => {
    const script = 'case $1 in version) ;; *) exec sleep 600;; esac';
    const drill = desk.start(DRILL, { LIANGDI_KIND: desk.program('kind', script) });
    await drill.said('waiting for hub');
    drill.child.kill('SIGTERM');
    const ended = await drill.ended;
    expect(ended.code).toBe(143);
    nothingIsLeft(ended);
  });

  test('Docker that stops while the clusters come up: what is left is named, and goes when it is back', async () => {
    await using line = await DockerLine.open(desk.folder);
    const drill = desk.start(DRILL, { DOCKER_HOST: line.host });
    await drill.said('waiting for hub');
    line.cut();
    const ended = await drill.ended;
    expect(ended.said).toMatch(/^liangdi: Docker does not answer \(.*\)\. .*`liangdi down` removes it$/m);
    expect(ended.said).not.toContain('a bug');
    expect(ended.code).toBe(3);
    expect(desk.processes()).toEqual([]);
    expect(await desk.run(['down'])).toMatchObject({ code: 0 });
    nothingIsLeft(ended);
  });

  test.runIf(process.getuid?.() === 0)('a full disk', async () => {
    const disk = join(desk.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const drill = await desk.run(['drill', 'steady', '--lab', 'kind', '--out', 'disk/run']);
      expect(drill.said).toMatch(/^liangdi: the run's folder cannot be written: ENOSPC/m);
      expect(drill.code).toBe(3);
      expect(ofTheLab().things).toEqual([]);
      expect(desk.processes()).toEqual([]);
      expect(
        desk.files().filter(name => !/^disk\/run\/(journal|junit|report|verdict)\.\w+$/.test(name)),
      ).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
