import type { Clock } from '../../runtime/clock.ts';
import { LabError } from '../lab.ts';
import { Docker } from './docker.ts';

const QUIET_MS = 1500;
const ROUNDS = 20;

/**
 * Removes every container and network that carries the lab's label or prefix, whoever made it, and returns the
 * containers' names. A command that was cut off may still bring one up: looks until nothing comes any more.
 */
export async function downAll(clock: Clock, docker?: Docker): Promise<string[]> {
  const engine = docker ?? (await Docker.connect());
  const removed: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const names = await removeContainers(engine);
    removed.push(...names);
    if (names.length === 0 && round > 0) {
      await engine.removeNetwork();
      return removed.sort();
    }
    await clock.sleep(QUIET_MS);
  }
  const left = (await engine.ownContainers()).map(({ name }) => name);
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
