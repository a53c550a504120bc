import { readFileSync } from 'node:fs';
import { shipped } from '../runtime/shipped.ts';

/** liangdi's version, as package.json has it. */
export const VERSION: string = JSON.parse(readFileSync(shipped('package.json'), 'utf8')).version;
