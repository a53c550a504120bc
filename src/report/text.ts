import { stripVTControlCharacters, styleText } from 'node:util';
import type { Result } from '../judge/verdict.ts';

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'magenta' | 'dim' | 'bold';

export const COLOURS: Readonly<Record<Result, Colour>> = {
  held: 'green',
  violated: 'red',
  unknown: 'yellow',
};

/** Upper case where a reader must look, so that it stands out without colour too. */
export function mark(result: Result): string {
  return result === 'held' ? result : result.toUpperCase();
}

/** Gives text a colour, or leaves it as it is. Colour never carries a meaning of its own: a word stands beside it. */
export type Paint = (colour: Colour, text: string) => string;

export function paint(color: boolean): Paint {
  return color ? (colour, text) => styleText(colour, text, { validateStream: false }) : (_, text) => text;
}

/** Chinese, Japanese and Korean letters and full-width forms, which take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/gu;

/** Columns that a text takes on a terminal. */
export function columns(text: string): number {
  const plain = stripVTControlCharacters(text);
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columns(text))) + text;
}

/** Control characters, and those that turn the direction of writing: what follows would read as something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g;

/** What a name or a message may bring to the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ');
}

/** Breaks a text into lines of at most `width` columns: at spaces, and inside a word only where it fills a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text)
    .split(' ')
    .flatMap(part => pieces(part, width))) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** A word that is wider than a line (Chinese has no spaces), cut at the line's width. */
function pieces(word: string, width: number): string[] {
  if (word === '') return [];
  if (columns(word) <= width) return [word];
  const result: string[] = [];
  let piece = '';
  for (const character of word) {
    if (columns(piece) + columns(character) > width) {
      result.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...result, piece];
}

/** The text behind a first column, with its further lines under its first. */
export function hanging(first: string, text: string, width: number): string[] {
  const indent = columns(first);
  return wrap(text, Math.max(20, width - indent)).map((line, index) =>
    index === 0 ? first + line : ' '.repeat(indent) + line,
  );
}

/** Seconds with one decimal, or as many as are asked for. */
export function seconds(ms: number, decimals = 1): string {
  return (ms / 1000).toFixed(decimals);
}

export function percent(share: number, decimals = 1): string {
  return `${(share * 100).toFixed(decimals)}%`;
}
