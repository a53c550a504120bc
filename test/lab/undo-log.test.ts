import { appendFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Undo } from '../../src/lab/lab.ts';
import { LabError } from '../../src/lab/lab.ts';
import { UndoFile } from '../../src/lab/undo-log.ts';
import { InputError } from '../../src/runtime/input-error.ts';
import { scratch } from '../scratch.ts';

let folder: string;
let log: UndoFile;
beforeEach(() => {
  folder = scratch();
  log = new UndoFile(folder);
});

const undo = (label: string): Undo => ({
  label,
  fault: 'application-down',
  target: 'cluster1-beijing',
  undo: { replicas: 5 },
});

describe('an undo log', () => {
  test('says what is not healed, in the order of injection, and how to reach the lab', async () => {
    await log.begin('kind', { some: 'settings' });
    await log.injecting(undo('first/cluster1-beijing'));
    await log.injecting(undo('second/cluster1-beijing'));
    await log.injecting(undo('third/cluster1-beijing'));
    await log.healed('second/cluster1-beijing');
    expect(log.read()).toEqual({
      lab: 'kind',
      settings: { some: 'settings' },
      unhealed: [undo('first/cluster1-beijing'), undo('third/cluster1-beijing')],
    });
  });

  test('that is not there, or has no whole line, says nothing', async () => {
    expect([log.exists(), log.read()]).toEqual([false, undefined]);
    writeFileSync(log.path, '{"step":"lab","la');
    expect(log.read()).toBeUndefined();
  });

  test('may be cut off in its last line: its writer died before it did what that says', async () => {
    await log.begin('kind', {});
    await log.injecting(undo('a/b'));
    appendFileSync(log.path, '{"step":"inject","label":"c/');
    expect(log.read()?.unhealed).toEqual([undo('a/b')]);
  });

  test.each([
    ['a line that is none', '{"step":"lab","lab":"kind","settings":{}}\nnonsense\n', ':2: not an entry'],
    ['a step that nobody knows', '{"step":"lab","lab":"kind","settings":{}}\n{"step":"x"}\n', ':2: not an'],
    ['no lab', '{"step":"healed","label":"a"}\n', ':1: the first line must name the lab'],
  ])('with %s is told with its place', (_, text, message) => {
    writeFileSync(log.path, text);
    expect(() => log.read()).toThrow(InputError);
    expect(() => log.read()).toThrow(message);
  });

  test.runIf(existsSync('/dev/full'))('on a full disk fails the lab, before the fault strikes', async () => {
    symlinkSync('/dev/full', log.path);
    await expect(log.injecting(undo('a/b'))).rejects.toThrow(LabError);
    await expect(log.injecting(undo('a/b'))).rejects.toThrow(/undo\.ndjson: ENOSPC/);
  });

  test('is removed without a trace', async () => {
    await log.begin('kind', {});
    expect(readFileSync(log.path, 'utf8')).toBe('{"step":"lab","lab":"kind","settings":{}}\n');
    log.remove();
    log.remove();
    expect(log.exists()).toBe(false);
  });
});
