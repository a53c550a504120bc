import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import * as z from 'zod';
import { InputError } from './input-error.ts';
import { suggestion } from './suggest.ts';

export { InputError } from './input-error.ts';
export { readText } from './read-text.ts';

/** Deeper nesting is refused: no file of ours or of Kubernetes comes near it. */
const MAX_DEPTH = 100;
/** Values after aliases are followed: more is an attack. */
const MAX_VALUES = 1_000_000;

type Path = readonly PropertyKey[];

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface YamlDocument {
  /** Plain JSON data, without shared parts. */
  readonly value: unknown;
  /** Where the value at `path` stands, or the nearest thing around it that exists. */
  locate(path: Path): Position;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A length of time: `200ms`, `15s`, `1m30s`, `1h`, or a number of milliseconds. Whole milliseconds come out. */
export const duration = z
  .union([z.string(), z.number()], { error: 'expected a duration such as 200ms, 15s, 10m or 1h' })
  .transform((value, context): number => {
    const ms = typeof value === 'number' ? value : parseDuration(value);
    if (ms !== undefined && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER) return Math.round(ms);
    context.addIssue({
      code: 'custom',
      message: `"${value}" is not a duration; write 200ms, 15s, 10m or 1h`,
    });
    return z.NEVER;
  });

/** A share of a whole: `20%` or 0.2. A number in 0…1 comes out. */
export const share = z
  .union([z.string(), z.number()], { error: 'expected a share such as 20% or 0.2' })
  .transform((value, context): number => {
    const parsed = typeof value === 'number' ? value : parseShare(value);
    if (parsed !== undefined && parsed >= 0 && parsed <= 1) return parsed;
    const hint = typeof value === 'number' && value > 1 && value <= 100 ? `; did you mean ${value}%?` : '';
    context.addIssue({
      code: 'custom',
      message: `"${value}" is not a share; write 0% to 100%, or a number from 0 to 1${hint}`,
    });
    return z.NEVER;
  });

function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    ms += Number(amount) * (UNITS[unit as string] as number);
  }
  return ms;
}

function parseShare(text: string): number | undefined {
  if (/^\d+(\.\d+)?%$/.test(text)) return Number(text.slice(0, -1)) / 100;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The one document of `text`, checked by `schema`. All that is wrong comes as one InputError. */
export function parseYaml<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> {
  const documents = parseYamlDocuments(text, file);
  const [document] = documents;
  if (document === undefined) throw new InputError(file, 'the file is empty', { line: 1, column: 1 });
  if (documents.length > 1) {
    throw new InputError(file, 'one document expected, found another after "---"', documents[1]?.locate([]));
  }
  return checkDocument(document, file, schema);
}

/** Holds a parsed document against `schema`; errors as of `parseYaml`. */
export function checkDocument<S extends z.ZodType>(
  document: YamlDocument,
  file: string,
  schema: S,
): z.output<S> {
  const result = schema.safeParse(document.value, { error: describe, reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues
    .flatMap(issue => flatten(issue, []))
    .map(({ path, message }) => {
      return new InputError(file, message, { ...document.locate(path), path: printPath(path) });
    });
  throw InputError.all(problems.sort(byPosition));
}

/** The documents of `text` (separated by `---`; empty ones are left out), as plain data. */
export function parseYamlDocuments(text: string, file: string): YamlDocument[] {
  if (text.includes('\0'))
    throw new InputError(file, 'binary data: YAML text has no NUL bytes', position(text, text.indexOf('\0')));
  refuseDepth(text, file);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
    schema: 'core',
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  if (!Array.isArray(documents)) return [];
  const problems: InputError[] = [];
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed: YamlDocument[] = [];
  for (const document of documents) {
    for (const error of [...document.errors, ...document.warnings]) {
      problems.push(new InputError(file, syntaxProblem(error), at(error.pos[0])));
    }
    if (document.errors.length > 0) continue;
    const contents = document.contents as Node | null;
    if (contents === null || (isScalar(contents) && contents.value === null && contents.source === ''))
      continue;
    const converter = new Converter(document, (message, node, path) => {
      problems.push(new InputError(file, message, { ...at(node.range?.[0] ?? 0), path: printPath(path) }));
    });
    const value = converter.value(contents, []);
    parsed.push({ value, locate: path => at(offsetOf(document, path)) });
  }
  if (problems.length > 0) throw InputError.all(problems.sort(byPosition));
  return parsed;
}

/** Counts open collections without recursion, so that later code may recurse. */
function refuseDepth(text: string, file: string): void {
  const parser = new Parser();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      throw new InputError(file, `nested deeper than ${MAX_DEPTH} levels`, position(text, offset));
    }
    offset += lexeme.length;
  }
}

function position(text: string, offset: number): Position {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return { line: text.slice(0, start).split('\n').length, column: offset - start + 1 };
}

/** Turns nodes into plain data: aliases become copies; what JSON has no form for is a problem. */
class Converter {
  readonly #document: Document.Parsed;
  readonly #problem: (message: string, node: Node, path: Path) => void;
  #values = 0;
  readonly #open = new Set<Node>();

  constructor(document: Document.Parsed, problem: (message: string, node: Node, path: Path) => void) {
    this.#document = document;
    this.#problem = problem;
  }

  value(node: Node | null, path: Path): unknown {
    if (node === null) return null;
    this.#values += 1;
    if (this.#values === MAX_VALUES) this.#problem('aliases make the document too big', node, path);
    if (this.#values >= MAX_VALUES) return null;
    if (isScalar(node)) return this.#scalar(node.value, node, path);
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    if (target === undefined || this.#open.has(target)) {
      this.#problem(
        `the alias ${String(node)} names ${target ? 'what contains it' : 'nothing before it'}`,
        node,
        path,
      );
      return null;
    }
    this.#open.add(target);
    const value = isMap(target)
      ? this.#map(target.items, path)
      : isSeq(target)
        ? target.items.map((item, index) => this.value(item as Node | null, [...path, index]))
        : this.value(target as Node, path);
    this.#open.delete(target);
    return value;
  }

  #scalar(value: unknown, node: Node, path: Path): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#problem(`${value} is not a number that JSON has`, node, path);
    }
    return value;
  }

  #map(pairs: readonly Pair[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const pair of pairs) {
      const keyNode = pair.key as Node;
      const key = isScalar(keyNode) ? String(keyNode.value ?? '') : String(keyNode);
      if (Object.hasOwn(map, key))
        this.#problem(`the key "${key}" stands here twice`, keyNode, [...path, key]);
      if (key === '__proto__') this.#problem('"__proto__" cannot be a key', keyNode, path);
      if (key === '<<')
        this.#problem('merge keys ("<<") are not YAML 1.2; write the fields out', keyNode, path);
      const value = this.value(pair.value as Node | null, [...path, key]);
      if (key !== '__proto__') map[key] = value;
    }
    return map;
  }
}

/** Where the key of `path`'s last step stands, or as far as the path goes. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: Node | null = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    let next: Node | null | undefined;
    if (isMap(node)) {
      const pair = (node.items as Pair[]).find(
        ({ key }) => isScalar(key) && String(key.value ?? '') === String(step),
      );
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      next = pair.value as Node | null;
    } else if (isSeq(node)) {
      next = node.items[Number(step)] as Node | null | undefined;
      if (next === undefined) break;
      offset = next?.range?.[0] ?? offset;
    } else break;
    node = next;
  }
  return offset;
}

function syntaxProblem(error: YAMLError): string {
  if (error.code === 'TAG_RESOLVE_FAILED') return `${error.message}; only plain YAML values are read`;
  return error.message;
}

function printPath(path: Path): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function byPosition(a: InputError, b: InputError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Zod's issues as problems with a place: one per unknown key, and those of the branch of a union that was meant. */
function flatten(issue: z.core.$ZodIssue, before: Path): Problem[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: messages[index] ?? issue.message,
    }));
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

/** Zod's error map: our words for what zod found. Messages written in a schema come before it. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  const path = issue.path ?? [];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(issue.inst);
      return issue.keys.map(key => `unknown field "${key}"${suggestion(key, known)}`).join('\n');
    }
    case 'invalid_type':
      if (issue.input === undefined) return `is missing; expected ${article(issue.expected)}`;
      return `expected ${article(issue.expected)}, found ${show(issue.input)}`;
    case 'invalid_value':
      if (issue.input === undefined) return `is missing; one of: ${issue.values.map(String).join(', ')}`;
      return unknownValue(path, issue.input, issue.values.map(String));
    case 'invalid_union':
      if (issue.discriminator !== undefined) return unknownBranch(issue);
      return undefined;
    default:
      return undefined;
  }
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
  return `unknown ${noun} "${given}"${suggestion(given, known)}`;
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

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'fields (a mapping)';
  if (value === null) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
