import { expect, test } from 'vitest';
import { allOf } from '../../src/lab/kind/needs.ts';
import { LabError, StoppedError } from '../../src/lab/lab.ts';

const lacks = (what: string) => Promise.reject(new LabError(what));

test('all that is there is handed over, in order', async () => {
  expect(await allOf([Promise.resolve('docker'), Promise.resolve(2)])).toEqual(['docker', 2]);
});

test('all that is missing is told at once, in order, whoever was found missing first', async () => {
  const late = new Promise<never>((_, reject) => setImmediate(reject, new LabError('no Docker')));
  await expect(allOf([late, lacks('no kind')])).rejects.toThrow(/^no Docker\nno kind$/);
});

test('one that is missing is its own error', async () => {
  const error = new LabError('no kind');
  await expect(allOf([Promise.resolve(1), Promise.reject(error)])).rejects.toBe(error);
});

test('who was stopped, or has a bug, is told of nothing that is missing', async () => {
  await expect(allOf([lacks('no Docker'), Promise.reject(new StoppedError())])).rejects.toThrow(/^stopped$/);
  await expect(allOf([lacks('no Docker'), Promise.reject(new TypeError('bug'))])).rejects.toThrow(TypeError);
});
