import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's TypeScript as its tests look at it: files, tokens, imports. */

export const ROOT = join(import.meta.dirname, '..');

export interface Token {
  readonly kind: 'word' | 'mark' | 'text';
  /** Of a text, what stands between its quotes. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Paths of the TypeScript files below `folder`, relative to the project, sorted. */
export function typescriptFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => join(folder, path))
    .sort();
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const SKIPPED = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*/uy;
const TEXT = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/sy;
const TEMPLATE_PART = /((?:\\.|(?!\$\{)[^`\\])*)(`|\$\{)/sy;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const MARK = /\?\.(?!\d)|[\s\S]/y;
/** After these a slash begins a regular expression, elsewhere it divides. */
const BEFORE_REGEX = /^([=([{,;:!&|?+\-*%<>~^}]|return|typeof|case|of|in|=>)$/;

/** Words, marks and texts of a source, without comments and regular expressions. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const braces: ('{' | '${')[] = [];
  let at = 0;
  let line = 1;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) {
      at += match[0].length;
      line += match[0].split('\n').length - 1;
    }
    return match;
  };
  const push = (kind: Token['kind'], text: string) => void tokens.push({ kind, text, line });
  const template = () => {
    const part = take(TEMPLATE_PART);
    push('text', part?.[1] ?? '');
    if (part?.[2] === '${') braces.push('${');
  };

  while (at < source.length) {
    if (take(SKIPPED)) continue;
    if (BEFORE_REGEX.test(tokens.at(-1)?.text ?? ';') && take(REGEX)) continue;
    const text = take(TEXT);
    const word = text ?? take(WORD);
    if (text !== null) push('text', text[1] ?? text[2] ?? '');
    else if (word !== null) push('word', word[0]);
    else {
      const mark = (take(MARK) as RegExpExecArray)[0];
      if (mark === '{') braces.push('{');
      if (mark === '`') template();
      else if (mark === '}' && braces.pop() === '${') template();
      else push('mark', mark === '?.' ? '.' : mark);
    }
  }
  return tokens;
}

/** What a source imports, exports from, or requires. */
export function importsOf(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, index) => {
    if (token.kind !== 'text') return false;
    const before = tokens[index - 1];
    if (before?.kind === 'word') return before.text === 'from' || before.text === 'import';
    const call = tokens[index - 2];
    return before?.text === '(' && call?.kind === 'word' && /^(import|require)$/.test(call.text);
  });
}
