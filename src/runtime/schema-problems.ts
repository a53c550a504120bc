import type * as z from 'zod';
import { suggestion } from './suggest.ts';

export type Path = readonly PropertyKey[];

/** Of more unknown fields of one mapping, only these many are told. */
const MAX_KEYS = 20;

/** What is wrong in a value, and where in it. */
export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
}

/** For a schema's `superRefine`: what its fields, each right by itself, say against each other. */
export function tellProblems(problems: Iterable<SchemaProblem>, context: z.RefinementCtx): void {
  for (const { path, message } of problems) context.addIssue({ code: 'custom', path: [...path], message });
}

/** Zod's issues as problems with a place: one per unknown key, and those of the branch of a union that was meant. */
export function flatten(issue: z.core.$ZodIssue, before: Path = []): SchemaProblem[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return messages.map((message, index) => ({ path: [...path, issue.keys[index] ?? ''], message }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = likeliest(issue.errors);
    if (branch !== undefined) return branch.flatMap(inner => flatten(inner, path));
  }
  if ((issue.code === 'invalid_key' || issue.code === 'invalid_element') && issue.issues.length > 0) {
    return issue.issues.flatMap(inner => flatten({ ...inner, path: [] } as z.core.$ZodIssue, path));
  }
  return [{ path, message: issue.message }];
}

/** `timeline[0].fault` */
export function printPath(path: Path): string {
  return path
    .slice(0, 20)
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${shorten(String(step), 60)}`))
    .join('')
    .replace(/^\./, '');
}

/** The branch whose fixed values fit and that has the fewest problems inside; none when all fail at the top. */
function likeliest(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const weight = (branch: readonly z.core.$ZodIssue[]) =>
    branch.length + (branch.some(issue => issue.code === 'invalid_value') ? 1000 : 0);
  return branches
    .filter(branch => branch.some(issue => issue.path.length > 0 || issue.code !== 'invalid_type'))
    .sort((a, b) => weight(a) - weight(b))[0];
}

/**
 * The error map to hand to zod (with `reportInput: true`): our words for what zod found. Messages written in a
 * schema come before it.
 */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  const path = issue.path ?? [];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(issue.inst);
      const told = issue.keys.slice(0, MAX_KEYS);
      return told.map(key => `unknown field ${show(key)}${suggestion(key, known)}`).join('\n');
    }
    case 'invalid_type':
      if (issue.input === undefined) return `is missing; expected ${article(issue.expected)}`;
      return `expected ${article(issue.expected)}, found ${show(issue.input)}`;
    case 'invalid_value':
      if (issue.input === undefined) return `is missing; one of: ${issue.values.map(String).join(', ')}`;
      return unknownValue(path, issue.input, issue.values.map(String));
    case 'invalid_union':
      return issue.discriminator === undefined ? noBranch(issue) : unknownBranch(issue);
    case 'too_small':
      return outOfRange(issue.input, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return outOfRange(issue.input, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    default:
      return undefined;
  }
}

function outOfRange(input: unknown, how: string, limit: number | bigint): string {
  if (typeof input === 'number') return `${input} is out of range: must be ${how} ${limit}`;
  const things = typeof input === 'string' ? ['character', 'characters'] : ['entry', 'entries'];
  return `must have ${how} ${limit} ${things[limit === 1 ? 0 : 1]}`;
}

function noBranch(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union' || issue.input === undefined) return undefined;
  const tops = issue.errors.map(branch => branch[0]);
  if (!tops.every(top => top?.code === 'invalid_type' && top.path.length === 0)) return undefined;
  const expected = tops.map(top => (top?.code === 'invalid_type' ? article(top.expected) : ''));
  return `expected ${expected.join(' or ')}, found ${show(issue.input)}`;
}

function unknownBranch(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const discriminator = String(issue.discriminator);
  const given = (issue.input as Record<string, unknown> | null)?.[discriminator];
  const known = branchNames(issue.inst, discriminator);
  if (given === undefined) return `is missing; one of: ${known.join(', ')}`;
  return unknownValue([discriminator], given, known);
}

function unknownValue(path: Path, given: unknown, known: readonly string[]): string {
  const last = path.at(-1);
  const noun = typeof last === 'string' ? last : 'value';
  if (typeof given !== 'string') return `expected one of: ${known.join(', ')}; found ${show(given)}`;
  return `unknown ${noun} ${show(given)}${suggestion(given, known)}`;
}

// biome-ignore lint/suspicious/noExplicitAny: zod's definitions are typed per schema
type Definition = Record<string, any>;

function definitionOf(schema: unknown): Definition {
  return (schema as { _zod?: { def?: Definition } } | undefined)?._zod?.def ?? {};
}

function keysOf(schema: unknown): string[] {
  return Object.keys(definitionOf(schema)['shape'] ?? {});
}

function branchNames(union: unknown, discriminator: string): string[] {
  const options: unknown[] = definitionOf(union)['options'] ?? [];
  return options.flatMap(option => {
    const values: Set<unknown> | undefined = (
      option as { _zod?: { propValues?: Record<string, Set<unknown>> } }
    )._zod?.propValues?.[discriminator];
    return [...(values ?? [])].map(String);
  });
}

function article(expected: string): string {
  const names: Record<string, string> = {
    object: 'fields (a mapping)',
    record: 'fields (a mapping)',
    array: 'a list',
    int: 'a whole number',
    boolean: 'true or false',
    null: 'nothing',
  };
  return names[expected] ?? `a ${expected}`;
}

/** A value in an error message: text in quotes, what is long cut short. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'fields (a mapping)';
  if (value === null) return 'nothing';
  return typeof value === 'string' ? JSON.stringify(shorten(value, 60)) : String(value);
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
