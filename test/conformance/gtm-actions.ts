import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A parameter as the SDK and its documentation have it. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly required?: true;
  readonly enum?: readonly (string | number)[];
  readonly fields?: readonly Parameter[];
}

/** A leaf names a type; a list has its element's shape in brackets. */
export type Shape = string | readonly [Shape] | { readonly [field: string]: Shape };

export interface ActionFacts {
  readonly action: string;
  readonly generation: '1.0' | '2.0' | '3.0';
  readonly kind: 'read' | 'write';
  readonly request: readonly Parameter[];
  readonly response: { readonly [field: string]: Shape };
}

/** All actions of GTM that the official SDK has; of 1.0, names alone. */
export const ACTIONS: readonly ActionFacts[] = readFileSync(
  join(import.meta.dirname, 'fixtures/gtm-actions.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as ActionFacts);

export interface Differences {
  /** Fields that the SDK does not know, or whose type is another one: `AddrPools.AddrPool.0.Name`. */
  readonly wrong: readonly string[];
  /** Fields that the SDK knows and the answer has not. */
  readonly missing: readonly string[];
}

/** How an answer differs from what the SDK expects. The first element stands for a list. */
export function differences(value: unknown, shape: Shape, path = ''): Differences {
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return { wrong: [`${path} is no list`], missing: [] };
    return value.length === 0 ? NONE : differences(value[0], shape[0] as Shape, `${path}.0`);
  }
  if (typeof shape === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { wrong: [`${path} is no object`], missing: [] };
    const fields = shape as { readonly [field: string]: Shape };
    const unknown = Object.keys(value).filter(name => !(name in fields));
    const inner = Object.entries(fields).map(([name, one]) =>
      name in value
        ? differences((value as Record<string, unknown>)[name], one, `${path}.${name}`)
        : { wrong: [], missing: [`${path}.${name}`] },
    );
    return {
      wrong: [...unknown.map(name => `${path}.${name} is unknown`), ...inner.flatMap(one => one.wrong)],
      missing: inner.flatMap(one => one.missing),
    };
  }
  const fits =
    shape === 'integer' ? Number.isInteger(value) : shape === 'boolean' ? isTruth(value) : isText(value);
  return { wrong: fits ? [] : [`${path} is ${JSON.stringify(value)}, not of type ${shape}`], missing: [] };
}

const NONE: Differences = { wrong: [], missing: [] };

/** The documentation of some actions calls a truth value a text. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

function isTruth(value: unknown): boolean {
  return typeof value === 'boolean';
}
