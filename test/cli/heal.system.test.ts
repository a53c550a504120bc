import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../scratch.ts';
import { liangdi } from './liangdi.ts';

const lab = (name: string) => JSON.stringify({ step: 'lab', lab: name, settings: null });
const inject = JSON.stringify({
  step: 'inject',
  label: 'outage/cluster1-beijing',
  fault: 'cluster-pause',
  target: 'cluster1-beijing',
  undo: null,
});
const healed = JSON.stringify({ step: 'healed', label: 'outage/cluster1-beijing' });
// No lab of this machine is to be touched.
const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

function folderWith(log?: string): { cwd: string; file: string } {
  const cwd = scratch();
  const file = join(cwd, 'runs/a-run/undo.ndjson');
  mkdirSync(join(cwd, 'runs/a-run'), { recursive: true });
  if (log !== undefined) writeFileSync(file, log);
  return { cwd, file };
}

describe('liangdi heal', { timeout: 60_000 }, () => {
  test('of runs that have left nothing', async () => {
    const { cwd } = folderWith(`${lab('kind')}\n${inject}\n${healed}\n`);
    expect(await liangdi(['heal'], { cwd, env })).toMatchObject({
      code: 0,
      stdout: 'nothing is left to heal\n',
      stderr: '',
    });
  });

  test('of a folder without an undo log is a mistake', async () => {
    const { cwd } = folderWith();
    expect(await liangdi(['heal', 'runs/a-run'], { cwd, env })).toMatchObject({
      code: 64,
      stderr: 'runs/a-run: has no undo log: no fault was injected there, or all were taken back\n',
    });
  });

  test('of what is no undo log says where', async () => {
    const { cwd } = folderWith(`${lab('kind')}\nnonsense\n`);
    expect(await liangdi(['heal'], { cwd, env })).toMatchObject({
      code: 64,
      stderr: 'runs/a-run/undo.ndjson:2: not an entry of an undo log\n',
    });
  });

  test.each([
    ['without Docker cannot tell what is left', 'kind', 'the kind lab needs Docker, and no engine answers'],
    ['of a lab that died with its process', 'simulated', 'faults of the simulated lab cannot be healed'],
  ])('%s: exit 3, and nothing is said to be healed', async (_, name, message) => {
    const { cwd, file } = folderWith(`${lab(name)}\n${inject}\n`);
    const { code, stderr } = await liangdi(['heal'], { cwd, env });
    expect(stderr).toContain(message);
    expect(code).toBe(3);
    expect(readFileSync(file, 'utf8')).not.toContain('healed');
  });
});
