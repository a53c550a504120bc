import { createRequire } from 'node:module';

/** liangdi's version, as package.json has it. */
export const VERSION: string = createRequire(import.meta.url)('../../package.json').version;
