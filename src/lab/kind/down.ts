import type { Clock } from '../../runtime/clock.ts';
import { LabError } from '../lab.ts';
import { Docker } from './docker.ts';
import { lockLab } from './lock.ts';

const QUIET_MS = 1500;
const ROUNDS = 20;

/**
 * Removes what runs of any process have left: every container and network of the lab. Returns the containers' names.
 *
 * @throws LabError while another process uses the lab.
 */
export async function downAll(clock: Clock): Promise<string[]> {
  const docker = await Docker.connect();
  const lock = await lockLab();
  try {
    return await sweep(clock, docker);
  } finally {
    await lock.release();
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
