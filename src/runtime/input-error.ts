export interface Place {
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** `timeline[0].fault`. */
  readonly path?: string;
}

export interface Problem extends Place {
  readonly message: string;
}

const TOLD = 5;

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
    const { line, column, path } = place;
    if (line !== undefined) this.line = line;
    if (column !== undefined) this.column = column;
    if (path !== undefined) this.path = path;
  }

  /** All that is wrong with a file as one error, which stands at the first; a few are told in full. */
  static all(file: string, problems: readonly Problem[]): InputError {
    const inOrder = problems.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const [first, ...others] = inOrder
      .slice(0, TOLD)
      .map(problem => new InputError(file, problem.message, problem));
    if (first === undefined) throw new Error('InputError.all: no problem');
    const lines = [first, ...others].map(error => error.message);
    if (problems.length > TOLD) lines.push(`… and ${problems.length - TOLD} more`);
    first.message = lines.join('\n');
    return first;
  }
}

function where(file: string, { line, column, path }: Place): string {
  const position = [file, line, column].filter(part => part !== undefined).join(':');
  return path ? `${position}: ${path}` : position;
}
