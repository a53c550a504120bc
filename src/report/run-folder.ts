import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../lab/lab.ts';
import { InputError } from '../runtime/input-error.ts';

/** Where runs go when nobody says where. */
export const RUNS = 'runs';

/** The files of a run by name, in the order in which they are written: the last one's presence says that all are there. */
export type RunFiles = Readonly<Record<string, string | Uint8Array>>;

/**
 * The folder for a run's files: `out`, or a new one in `runs/` that is called `name`. InputError when it holds something
 * already, or cannot be made or written into: asked before the drill, so that a bad place costs nobody a run.
 */
export function claimFolder(out: string | undefined, name: string): string {
  if (out === undefined) return newFolder(RUNS, name);
  const inside = attempt(out, () => {
    makeFolder(out);
    accessSync(out, constants.W_OK);
    return readdirSync(out);
  });
  if (inside.length > 0)
    throw new InputError(out, 'is not empty; a run is written into a new or an empty folder');
  return out;
}

/** Takes back a folder that was claimed for a run which did not begin. */
export function returnFolder(folder: string, out: string | undefined): void {
  if (out !== undefined) return;
  try {
    rmdirSync(folder);
    rmdirSync(RUNS);
  } catch {
    // There is something in it.
  }
}

/** Makes a new folder `name` in `parent`, or `name-2`, `name-3`, … when that is taken, and returns its path. */
export function newFolder(parent: string, name: string): string {
  attempt(parent, () => makeFolder(parent));
  for (let number = 1; ; number++) {
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    if (attempt(folder, () => madeNew(folder))) return folder;
  }
}

/** The folders of runs in `parent`, in the order of their names; none when there is no such folder. */
export function foldersIn(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.flatMap(entry => (entry.isDirectory() ? [join(parent, entry.name)] : [])).sort();
  } catch {
    return [];
  }
}

/** `20261124T155906Z-beijing-down-1`; a scenario's name comes from a file, so it is made fit for a path. */
export function runName(time: string, scenario: string, seed: number): string {
  const safe = scenario.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return `${time}-${safe.slice(0, 80) || 'drill'}-${seed}`;
}

/**
 * Each file appears whole or not at all. One that is there is another run's, which has claimed the folder as well: two runs'
 * files beside each other would pass for one's.
 */
export function writeFiles(folder: string, files: RunFiles): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    attempt(file, () => writeByPart(file, text, `${file}.part`, 'wx'));
  }
}

/**
 * Writes a file that may be there already: a reader finds the old one or the new one, whole. What is no plain file is
 * written into: a file put in the place of /dev/null would take it from the whole machine.
 */
export function replaceFile(file: string, text: string): void {
  attempt(file, () => {
    const plain = plainFile(file);
    if (plain === undefined) writeFileSync(file, text);
    else writeByPart(plain, text, partOf(plain), 'w');
  });
}

/** InputError when `replaceFile` cannot write there: asked before the work, so that a bad place costs nobody a run. */
export function claimFile(file: string): void {
  attempt(file, () => {
    const plain = plainFile(file);
    if (plain === undefined) return closeSync(openSync(file, 'r+'));
    writeFileSync(partOf(plain), '');
    rmSync(partOf(plain));
  });
}

/** The path of a plain file, behind symbolic links, or of one that is not there yet; undefined for anything else. */
function plainFile(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return path;
  return there.isFile() ? realpathSync(path) : undefined;
}

function partOf(file: string): string {
  return `${file}.part-${process.pid}`;
}

/** Writes behind what stands in a file of others. */
export function appendTo(file: string, text: string): void {
  attempt(file, () => appendFileSync(file, text));
}

/** @param flag `wx`: another process may be at the same part, and may have written the file. */
function writeByPart(file: string, text: string | Uint8Array, part: string, flag: 'w' | 'wx'): void {
  let isOurs = false;
  try {
    const descriptor = openSync(part, flag);
    isOurs = true;
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    // Who holds the part is alone with this question and its answer.
    if (flag === 'wx' && existsSync(file)) throw inTheWay(file);
    renameSync(part, file);
  } catch (error) {
    // Half a file is of no use to anybody; a part that was there before is not ours.
    if (isOurs) rmSync(part, { force: true });
    throw error;
  }
}

/** Points `parent/latest` to the folder `name` beside it; InputError when something else has that name. */
export function pointLatest(parent: string, name: string): void {
  const latest = join(parent, 'latest');
  const fresh = join(parent, `.latest-${process.pid}`);
  attempt(latest, () => {
    symlinkSync(name, fresh);
    try {
      renameSync(fresh, latest);
    } catch (error) {
      rmSync(fresh);
      throw error;
    }
  });
}

/** With the folders around it. mkdirSync's own `recursive` tries for ever where a file system takes no folders (/proc). */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) {
    const parent = dirname(folder);
    if (parent !== folder) makeFolder(parent);
    madeNew(folder);
  }
  if (!statSync(folder).isDirectory()) throw inTheWay(folder);
}

function inTheWay(path: string): Error {
  return Object.assign(new Error(`${path} is there`), { code: 'EEXIST' });
}

function madeNew(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody has given us a bad place: the machine is at its end.
    if (code === 'ENOSPC')
      throw new LabError(`${path} cannot be written: the disk is full`, { cause: error });
    throw new InputError(path, `cannot be written: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'its folder is not there';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the way';
    case 'EISDIR':
      return 'a folder is in the way';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return error.message;
  }
}
