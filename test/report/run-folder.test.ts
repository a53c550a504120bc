import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import {
  claimFile,
  claimFolder,
  newFolder,
  pointLatest,
  replaceFile,
  runName,
  writeFiles,
} from '../../src/report/run-folder.ts';
import { InputError } from '../../src/runtime/input-error.ts';
import { wallStamp } from '../../src/runtime/wall.ts';
import { scratch } from '../scratch.ts';

let runs: string;
beforeEach(() => {
  runs = scratch();
});

test("a run's name says when, what and with which seed", () => {
  const time = wallStamp(new Date('2026-11-24T15:59:06.789Z'));
  expect(runName(time, 'beijing-down', 1)).toBe('20261124T155906Z-beijing-down-1');
  expect(runName(time, '../北京 down', 1)).toBe('20261124T155906Z-down-1');
});

test('a run is never written over another', () => {
  const folders = [newFolder(runs, 'run'), newFolder(runs, 'run'), newFolder(runs, 'run')];
  expect(folders).toEqual([join(runs, 'run'), join(runs, 'run-2'), join(runs, 'run-3')]);
});

test('files appear under their names, and nothing else stays', () => {
  writeFiles(runs, { 'journal.ndjson': '{}\n', 'verdict.json': 'null\n' });
  expect(readdirSync(runs).sort()).toEqual(['journal.ndjson', 'verdict.json']);
  expect(readFileSync(join(runs, 'verdict.json'), 'utf8')).toBe('null\n');
});

test('of two runs that claimed one folder, the second leaves the files of the first', () => {
  const folder = join(runs, 'both');
  for (const run of ['first', 'second']) expect(claimFolder(folder, run)).toBe(folder);
  writeFiles(folder, { 'journal.ndjson': 'first' });
  expect(() => writeFiles(folder, { 'journal.ndjson': 'second' })).toThrow(
    /journal\.ndjson: cannot be written: a file is in the way/,
  );
  expect(readFileSync(join(folder, 'journal.ndjson'), 'utf8')).toBe('first');
  expect(readdirSync(folder)).toEqual(['journal.ndjson']);
});

test('a file that is there is replaced, and what cannot be leaves nothing behind', () => {
  const file = join(runs, 'report.html');
  replaceFile(file, 'old');
  replaceFile(file, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  mkdirSync(join(runs, 'folder'));
  expect(() => replaceFile(join(runs, 'folder'), 'new')).toThrow(/cannot be written: a folder is in the way/);
  expect(() => replaceFile(join(runs, 'none/report.html'), 'new')).toThrow(/its folder is not there/);
  expect(readdirSync(runs).sort()).toEqual(['folder', 'report.html']);
});

test('what is no plain file stays what it is, and is written into', () => {
  // A pipe stands for /dev/null, which a test must not put at risk.
  const pipe = join(runs, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, 'r+');
  claimFile(pipe);
  replaceFile(pipe, 'report');
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  const read = Buffer.alloc(100);
  expect(read.toString('utf8', 0, readSync(reader, read))).toBe('report');
  closeSync(reader);
});

test('a symbolic link stays, and the file behind it is replaced', () => {
  const link = join(runs, 'link');
  writeFileSync(join(runs, 'file'), 'old');
  symlinkSync('file', link);
  claimFile(link);
  replaceFile(link, 'new');
  expect(readlinkSync(link)).toBe('file');
  expect(readFileSync(join(runs, 'file'), 'utf8')).toBe('new');
});

test('whether a file can be written is asked without a trace', () => {
  const file = join(runs, 'baseline.json');
  claimFile(file);
  expect(readdirSync(runs)).toEqual([]);
  writeFileSync(file, 'old');
  claimFile(file);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(runs)).toEqual(['baseline.json']);
  expect(() => claimFile(runs)).toThrow(/cannot be written: a folder is in the way/);
  expect(() => claimFile(join(runs, 'none/baseline.json'))).toThrow(/its folder is not there/);
  expect(() => claimFile(join(file, 'baseline.json'))).toThrow(/a file is in the way/);
});

test('latest follows the newest run', () => {
  pointLatest(runs, 'one');
  pointLatest(runs, 'two');
  expect(readlinkSync(join(runs, 'latest'))).toBe('two');
  expect(readdirSync(runs)).toEqual(['latest']);
});

test('a folder of its own may be new or empty, deep or not', () => {
  claimFolder(join(runs, 'deep/new'), 'run');
  claimFolder(join(runs, 'deep/new'), 'run');
  expect(() => claimFolder(join(runs, 'deep'), 'run')).toThrow(
    /deep: is not empty; a run is written into a new or an empty folder/,
  );
});

test.runIf(existsSync('/proc/self'))('a file system that takes no folders is soon told', () => {
  expect(() => claimFolder('/proc/liangdi/run', 'run')).toThrow(/cannot be written/);
});

test('a place that cannot be written is the input that was wrong', () => {
  writeFileSync(join(runs, 'file'), '');
  mkdirSync(join(runs, 'latest'));
  expect(() => claimFolder(join(runs, 'file'), 'run')).toThrow(InputError);
  expect(() => newFolder(join(runs, 'file'), 'run')).toThrow(
    /\/file: cannot be written: a file is in the way/,
  );
  expect(() => pointLatest(runs, 'one')).toThrow(/latest: cannot be written: a folder is in the way/);
  expect(readdirSync(runs).filter(name => name.startsWith('.latest'))).toEqual([]);
});
