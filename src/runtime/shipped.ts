import { join } from 'node:path';

/** Something that comes with liangdi, by its path from the project's root. */
export function shipped(path: string): string {
  return join(import.meta.dirname, '../..', path);
}
