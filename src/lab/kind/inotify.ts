import { readFileSync } from 'node:fs';

/** What kind advises (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files). */
const ENOUGH = 512;
const FILE = '/proc/sys/fs/inotify/max_user_instances';

/** What to tell people of a Linux machine that has too few of what clusters watch files with; undefined when all is well. */
export function inotifyWarning(file = FILE): string | undefined {
  const has = numberIn(file);
  if (has === undefined || has >= ENOUGH) return undefined;
  return (
    `fs.inotify.max_user_instances is ${has}: parts of the clusters fail until others have started; ` +
    `sudo sysctl fs.inotify.max_user_instances=${ENOUGH} helps`
  );
}

function numberIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
