import { resolve } from 'node:path';

/** Liangdi's own folder, where its scenarios and clusters are. */
export const projectRoot = resolve(import.meta.dirname, '../..');
