export interface Place {
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** `timeline[0].fault`. */
  readonly path?: string;
}

/** Something that a person gave us is wrong. The message says where, what, and what would be right. */
export class InputError extends Error {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;

  constructor(file: string, problem: string, place: Place = {}) {
    super(`${where(file, place)}: ${problem}`);
    this.name = 'InputError';
    this.file = file;
    Object.assign(this, place);
  }

  /** Several problems of one file as one error, which stands at the first. */
  static all(problems: readonly InputError[]): InputError {
    const [first] = problems;
    if (first === undefined) throw new Error('InputError.all: no problem');
    const shown = problems.slice(0, 5).map(problem => problem.message);
    if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`);
    first.message = shown.join('\n');
    return first;
  }
}

function where(file: string, { line, column, path }: Place): string {
  const position = [file, line, column].filter(part => part !== undefined).join(':');
  return path ? `${position}: ${path}` : position;
}
