import { readFileSync } from 'node:fs';
import { gtmConfigSchema } from '../../src/gtm/config.ts';
import type { ResolvedGtm } from '../../src/gtm/model.ts';
import { resolveGtm } from '../../src/gtm/resolve.ts';
import { parseYaml } from '../../src/runtime/yaml.ts';

/** The shipped design with its centres' addresses, and changes to its text. */

export const beijing1 = '203.0.113.10';
export const beijing2 = '203.0.113.20';
export const hangzhou = '198.51.100.10';

export const centres: Readonly<Record<string, string>> = {
  'cluster1-beijing': beijing1,
  'cluster2-beijing': beijing2,
  'cluster1-hangzhou': hangzhou,
};

export const shippedText = readFileSync('clusters/gtm.yaml', 'utf8');

export type Change = readonly [from: string, to: string];

export function parse(...changes: readonly Change[]) {
  return parseYaml(changed(...changes), 'gtm.yaml', gtmConfigSchema);
}

export function design(...changes: readonly Change[]): ResolvedGtm {
  return resolveGtm(parse(...changes), name => centres[name]);
}

function changed(...changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`clusters/gtm.yaml has no "${from}" to change`);
    return text.replace(from, () => to);
  }, shippedText);
}

export function centreOf(address: string): string | undefined {
  return Object.keys(centres).find(name => centres[name] === address);
}
