import {
  type Alias,
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
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type * as z from 'zod';
import { InputError, type Problem } from './input-error.ts';
import { writtenByHand } from './quantities.ts';
import { explain, flatten, type Path, printPath, shorten, show } from './schema-problems.ts';

export { InputError } from './input-error.ts';
export { duration, load, share } from './quantities.ts';
export { readText } from './read-text.ts';
export { explain, type SchemaProblem, tellProblems } from './schema-problems.ts';

/** Deeper nesting is refused: no file of ours or of Kubernetes comes near it. */
const MAX_DEPTH = 100;
/** About 20,000 lines: parsing them takes a third of a second. */
const MAX_LEXEMES = 100_000;
/** Values when aliases are followed. */
const MAX_VALUES = 100_000;
/** More are not worth finding the place of. */
const MAX_PROBLEMS = 100;
/** V8 copies a piece of a text that is shorter than the first; what is longer than the second is hardly a name. */
const NAME_LENGTHS = [13, 64] as const;

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
  const result = writtenByHand(() => schema.safeParse(document.value, { error: explain, reportInput: true }));
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, MAX_PROBLEMS)
    .flatMap(issue => flatten(issue))
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => ({ message, path: printPath(path), ...document.locate(path) }));
  throw InputError.all(file, problems);
}

/**
 * The documents of `text` (separated by `---`; empty ones are left out), as plain data.
 *
 * @param asKubectl Read as kubectl reads them, by YAML 1.1: `0644` is 420, `yes` is true. Otherwise such numbers are refused.
 */
export function parseYamlDocuments(text: string, file: string, asKubectl = false): YamlDocument[] {
  if (text.includes('\0'))
    throw new InputError(file, 'binary data: YAML text has no NUL bytes', position(text, text.indexOf('\0')));
  refuseExcess(text, file);
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
  const problems: Problem[] = [];
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed: YamlDocument[] = [];
  for (const document of documents) {
    for (const error of [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS)) {
      const opened = openedQuote(document, error);
      const message = opened === undefined ? syntaxProblem(error) : 'the quote that begins here has no end';
      problems.push({ message, ...at(opened ?? error.pos[0]) });
    }
    const contents = document.contents as Node | null;
    if (document.errors.length > 0 || isEmpty(contents)) continue;
    const converter = new Converter(asKubectl, (message, node, path) => {
      if (problems.length < MAX_PROBLEMS)
        problems.push({ message, path: printPath(path), ...at(node.range?.[0] ?? 0) });
    });
    parsed.push({ value: converter.value(contents, []), locate: path => at(offsetOf(document, path)) });
  }
  if (problems.length > 0) throw InputError.all(file, problems);
  return parsed;
}

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

/** Depth and size are looked at without recursion and before anything is built, so that later code may do both. */
function refuseExcess(text: string, file: string): void {
  const parser = new Parser();
  let offset = 0;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    lexemes += 1;
    if (parser.stack.length > MAX_DEPTH)
      throw new InputError(file, `nested deeper than ${MAX_DEPTH} levels`, position(text, offset));
    if (lexemes > MAX_LEXEMES)
      throw new InputError(file, 'too much YAML for one file: split it', position(text, offset));
    offset += lexeme.length;
  }
}

function position(text: string, offset: number): Position {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return { line: text.slice(0, start).split('\n').length, column: offset - start + 1 };
}

/** Turns nodes into plain data: aliases become copies; what JSON has no form for is a problem. */
class Converter {
  readonly #asKubectl: boolean;
  readonly #problem: (message: string, node: Node, path: Path) => void;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;
  #refused = false;

  constructor(asKubectl: boolean, problem: (message: string, node: Node, path: Path) => void) {
    this.#asKubectl = asKubectl;
    this.#problem = problem;
  }

  value(node: Node | null, path: Path): unknown {
    if (node === null || this.#refused) return null;
    this.#values += 1;
    if (this.#values > MAX_VALUES) return this.#refuse('aliases make the document too big', node, path);
    if (path.length > MAX_DEPTH)
      return this.#refuse(`aliases nest deeper than ${MAX_DEPTH} levels`, node, path);
    if (isAlias(node)) return this.#alias(node, path);
    const { anchor } = node as Scalar | YAMLMap | YAMLSeq;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    if (isScalar(node)) return this.#scalar(node, path);
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node.items, path) : this.#list(node as YAMLSeq, path);
    this.#open.delete(node);
    return value;
  }

  #refuse(message: string, node: Node, path: Path): null {
    this.#refused = true;
    this.#problem(message, node, path);
    return null;
  }

  #alias(alias: Alias, path: Path): unknown {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && !this.#open.has(target)) return this.value(target, path);
    const names = target === undefined ? 'nothing before it' : 'what contains it';
    this.#problem(`the alias *${alias.source} names ${names}`, alias, path);
    return null;
  }

  #list(list: YAMLSeq, path: Path): unknown[] {
    return list.items.map((item, index) => this.value(item as Node | null, [...path, index]));
  }

  #scalar(node: Scalar, path: Path): unknown {
    const { value, source = '', type } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#problem(`${value} is not a number that JSON has`, node, path);
    }
    const older = type === 'PLAIN' ? inYaml11(source) : undefined;
    if (older !== undefined && older !== value) {
      if (this.#asKubectl) return older;
      if (typeof older === 'number') this.#problem(twoReadings(source, older, value), node, path);
    }
    return typeof value === 'string' && isLikeName(value) ? nameOf(value) : value;
  }

  #map(pairs: readonly Pair[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const pair of pairs) {
      const keyNode = pair.key as Node;
      const key = isScalar(keyNode) ? String(keyNode.value ?? '') : String(keyNode);
      if (Object.hasOwn(map, key))
        this.#problem(`the key ${show(key)} stands here twice`, keyNode, [...path, key]);
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

/** The number or boolean that YAML 1.1 makes of a plain scalar, as kubectl reads it; undefined for any other text. */
function inYaml11(source: string): number | boolean | undefined {
  if (/^(?:[yY]|yes|Yes|YES|on|On|ON)$/.test(source)) return true;
  if (/^(?:[nN]|no|No|NO|off|Off|OFF)$/.test(source)) return false;
  if (!/^[-+]?\d/.test(source)) return undefined;
  const digits = source.replaceAll('_', '');
  const [, sign, base, whole = ''] = /^([-+]?)0(b?)([0-7]+)$/.exec(digits) ?? [];
  if (base === 'b' && /[2-7]/.test(whole)) return undefined;
  if (base !== undefined) return Number.parseInt(`${sign}${whole}`, base === 'b' ? 2 : 8);
  return /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(digits) ? Number(digits) : undefined;
}

/** A number that is one thing in a manifest and another here is not what somebody meant in one of them. */
function twoReadings(source: string, older: number, value: unknown): string {
  const [newer, write] =
    typeof value === 'number' ? [value, `${older} or ${value}`] : ['a text', String(older)];
  return (
    `${source} is ${older} in YAML 1.1, as kubectl reads it, and ${newer} in YAML 1.2: ` +
    `write ${write}, or "${source}" for a text`
  );
}

function isLikeName({ length }: string): boolean {
  return length >= NAME_LENGTHS[0] && length <= NAME_LENGTHS[1];
}

/**
 * The same text as the name of a field, which V8 keeps once. A piece of a file, which the parser gives, is compared with
 * others letter by letter in V8's runtime, a hundred times slower; drills compare places and hosts all the time.
 */
function nameOf(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}

/** Where the quoted text begins that an error says is not closed: the error itself stands at its end, often the file's. */
function openedQuote(document: Document.Parsed, { code, pos }: YAMLError): number | undefined {
  let opened: number | undefined;
  if (code !== 'MISSING_CHAR') return undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith('QUOTE') && range?.[1] === pos[0]) opened = range[0];
    },
  });
  return opened;
}

function syntaxProblem(error: YAMLError): string {
  const message = shorten(error.message, 200);
  return error.code === 'TAG_RESOLVE_FAILED' ? `${message}; only plain YAML values are read` : message;
}
