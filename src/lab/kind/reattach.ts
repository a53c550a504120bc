import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Controls } from '../../faults/fault.ts';
import type { Json } from '../../kube/objects.ts';
import { topologySchema } from '../../kube/topology.ts';
import type { Clock } from '../../runtime/clock.ts';
import { LabError } from '../lab.ts';
import { Docker } from './docker.ts';
import { takeHold } from './hold.ts';
import { lockLab } from './lock.ts';
import { RUN_LABEL } from './pins.ts';
import { kubeconfigFile } from './run-files.ts';

/** What the undo log of a run says of the lab that it was on. */
const settingsSchema = z.object({
  topology: topologySchema,
  application: z.object({
    namespace: z.string(),
    name: z.string(),
    host: z.string(),
    path: z.string(),
    port: z.int(),
  }),
  vantagePoints: z.array(z.string()),
});

/** A lab whose process is gone, in the hands of another one. */
export interface Reattached {
  readonly controls: Controls;
  /** The hub and the centres of which nothing is there any more. */
  readonly gone: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Takes hold of what a killed run has left running, as it is.
 *
 * @returns why there is nothing to take hold of, in words, when the lab is gone or another run has taken it over
 * @throws LabError without Docker, or while another process uses the lab
 */
export async function reattach(
  runFolder: string,
  settings: Json,
  clock: Clock,
): Promise<Reattached | string> {
  const docker = await Docker.connect();
  const lock = await lockLab();
  try {
    const owners = new Set((await docker.ownContainers()).map(({ labels }) => labels[RUN_LABEL]));
    owners.delete(undefined);
    if (!owners.has(resolve(runFolder))) {
      await lock.release();
      return owners.size === 0
        ? 'its clusters are gone'
        : 'another run has taken its clusters over, and mended them';
    }
    const held = await takeHold({
      ...settingsSchema.parse(settings),
      docker,
      clock,
      kubeconfigOf: async name => kubeconfigOf(runFolder, name),
      // A request that this machine could not make tells nothing, and nobody is told of it.
      onLocalFailure: () => {},
      // Both died with the run.
      engine: { stop() {}, start() {} },
      nameServer: () => undefined,
    });
    return {
      ...held,
      async close() {
        held.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function kubeconfigOf(runFolder: string, name: string): string {
  const file = kubeconfigFile(runFolder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new LabError(`${name} runs, but the run's kubeconfig for it cannot be read: ${why}`, { cause });
  }
}
