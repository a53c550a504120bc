import * as z from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { LabError } from '../lab.ts';
import { Docker } from './docker.ts';
import { lockLab } from './lock.ts';
import { EARLIER_LABEL, RUN_LABEL } from './pins.ts';
import { removeRemains } from './run-files.ts';

const QUIET_MS = 1500;
const ROUNDS = 20;

/**
 * Removes what runs of any process have left: every container and network of the lab, and in the folders of their runs
 * what belonged to them. `folders` are those to look through beside the ones that containers name. Returns the
 * containers' names.
 *
 * @throws LabError while another process uses the lab
 */
export async function downAll(clock: Clock, folders: readonly string[] = []): Promise<string[]> {
  const docker = await Docker.connect();
  const lock = await lockLab();
  try {
    const used = await usedFolders(docker);
    const removed = await sweep(clock, docker);
    for (const folder of new Set([...folders, ...used])) removeRemains(folder);
    return removed;
  } finally {
    await lock.release();
  }
}

/** The folders of the runs that the lab's containers were made for; none without Docker. */
export async function runFolders(): Promise<string[]> {
  try {
    return await runFoldersNamed(await Docker.connect());
  } catch (error) {
    if (error instanceof LabError) return [];
    throw error;
  }
}

/** As `runFolders`, of a Docker that answers. */
export async function runFoldersNamed(docker: Docker): Promise<string[]> {
  const named = (await docker.ownContainers()).map(({ labels }) => labels[RUN_LABEL]);
  return [...new Set(named.filter(folder => folder !== undefined))].sort();
}

/** The folders of all runs on the lab that is there which may have left something in theirs. */
export async function usedFolders(docker: Docker): Promise<string[]> {
  const listed = (await docker.ownContainers()).flatMap(({ labels }) => earlier(labels[EARLIER_LABEL]));
  return [...new Set([...(await runFoldersNamed(docker)), ...listed])].sort();
}

/** Somebody else's label is no list of ours. */
function earlier(label = '[]'): string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(label));
  } catch {
    return [];
  }
}

/** Removes it all. A command that was cut off may still bring something up: looks until nothing comes any more. */
export async function sweep(clock: Clock, docker: Docker): Promise<string[]> {
  const removed: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const names = await removeContainers(docker);
    removed.push(...names);
    if (names.length === 0 && round > 0) {
      await docker.removeNetwork();
      return removed.sort();
    }
    await clock.sleep(QUIET_MS);
  }
  const left = (await docker.ownContainers()).map(({ name }) => name);
  throw new LabError(`containers of the lab come back again and again: ${left.join(', ')}`);
}

/** One look: what a lab that came up in peace needs. */
export async function removeAll(docker: Docker): Promise<void> {
  await removeContainers(docker);
  await docker.removeNetwork();
}

async function removeContainers(docker: Docker): Promise<string[]> {
  const found = await docker.ownContainers();
  await Promise.all(found.map(({ id }) => docker.remove(id)));
  return found.map(({ name }) => name);
}
