import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../lab.ts';
import { UNDO_LOG } from '../undo-log.ts';

/** Of a cluster, by its name. The kind command line locks the file that it writes. */
const KUBECONFIG = /^kubeconfig-.*\.yaml(\.lock)?$/;
const IMAGE_FOLDER = 'web-demo-image';

export const kubeconfigFile = (runFolder: string, name: string) => join(runFolder, `kubeconfig-${name}.yaml`);
export const imageFolder = (runFolder: string) => join(runFolder, IMAGE_FOLDER);

/** Whether a run keeps something of its clusters in its folder. */
export function hasRemains(runFolder: string): boolean {
  return filesOf(runFolder).some(name => isOfCluster(name) || name === UNDO_LOG);
}

/** Removes what a run keeps of its clusters in its folder; they are gone, or others know them. */
export function removeClusterFiles(runFolder: string): void {
  for (const name of filesOf(runFolder))
    if (isOfCluster(name)) rmSync(join(runFolder, name), { recursive: true, force: true });
}

/** Removes all that runs of a lab that is gone have left in a folder, and the folder when it is empty then. */
export function removeRemains(runFolder: string): void {
  const before = filesOf(runFolder);
  removeClusterFiles(runFolder);
  rmSync(join(runFolder, UNDO_LOG), { force: true });
  if (before.length > 0 && filesOf(runFolder).length === 0) rmdirSync(runFolder);
}

const isOfCluster = (name: string) => KUBECONFIG.test(name) || name === IMAGE_FOLDER;

/** Throws an error on; that of a file which cannot be written as a LabError. */
export function tellUnwritable(error: unknown): never {
  const { code, path, syscall, message } = error as NodeJS.ErrnoException;
  const isOfFile = !(error instanceof LabError) && code !== undefined && syscall !== 'connect';
  if (isOfFile && (path !== undefined || code === 'ENOSPC'))
    throw new LabError(`the run's folder cannot be written: ${message}`, { cause: error });
  throw error;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
