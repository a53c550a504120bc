import { equal, isObject, own } from '../../kube/json.ts';
import { goRegexp } from './go-regexp.ts';

/**
 * Expressions as steps' `if`, inputs and outputs have them: the part of CUE that they need. References, literals,
 * `!`, `&&`, `||`, comparisons (also with `_|_`: whether something is there), `=~`, arithmetic, lists and `len`.
 */

class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

type Scope = Readonly<Record<string, unknown>>;
type Token = {
  readonly kind: 'number' | 'string' | 'name' | 'operator';
  readonly text: string;
  readonly at: number;
};

const TOKEN =
  /\s+|\/\/[^\n]*|(?<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<name>(?!_\|_)[A-Za-z_$#][\w$#]*)|(?<operator>_\|_|&&|\|\||==|!=|<=|>=|=~|!~|[-+*/<>!()[\].,?:{}])/y;

/** The value of an expression. Throws ExpressionError for what is no expression, refers to nothing, or mixes types. */
export function evaluate(text: string, scope: Scope): unknown {
  return new Evaluation(text, scope).whole();
}

const PRECEDENCE: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', '=~', '!~'],
  ['+', '-'],
  ['*', '/'],
];

/** Nothing is there; only a comparison with `_|_` may see it. */
const NOTHING = Symbol('nothing');

class Evaluation {
  readonly #text: string;
  readonly #scope: Scope;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, scope: Scope) {
    this.#text = text;
    this.#scope = scope;
    this.#tokens = tokensOf(text);
  }

  whole(): unknown {
    const value = this.#value(this.#binary(0));
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw this.#unexpected(rest);
    return value;
  }

  #binary(level: number): unknown {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#peek();
      if (operator?.kind !== 'operator' || !operators.includes(operator.text)) return left;
      this.#next += 1;
      if (this.#accept('_|_')) {
        left = this.#isThere(operator, left);
        continue;
      }
      left = this.#operate(operator.text, left, this.#binary(level + 1));
    }
  }

  #isThere({ text }: Token, value: unknown): boolean {
    if (text === '==') return value === NOTHING;
    if (text === '!=') return value !== NOTHING;
    throw new ExpressionError(`"${this.#text}": only == and != go with _|_`);
  }

  #operate(operator: string, left: unknown, right: unknown): unknown {
    const a = this.#value(left);
    const b = this.#value(right);
    switch (operator) {
      case '||':
        return this.#boolean(a, operator) || this.#boolean(b, operator);
      case '&&':
        return this.#boolean(a, operator) && this.#boolean(b, operator);
      case '==':
      case '!=':
        if (a !== null && b !== null && typeof a !== typeof b) throw this.#mismatch(operator, a, b);
        return equal(a, b) === (operator === '==');
      case '=~':
      case '!~':
        if (typeof a !== 'string' || typeof b !== 'string') throw this.#mismatch(operator, a, b);
        return this.#matches(a, b) === (operator === '=~');
      case '+':
        if (typeof a === 'string' && typeof b === 'string') return a + b;
        if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
        break;
      case '<':
        if (typeof a === 'string' && typeof b === 'string') return a < b;
        break;
      case '<=':
        if (typeof a === 'string' && typeof b === 'string') return a <= b;
        break;
      case '>':
        if (typeof a === 'string' && typeof b === 'string') return a > b;
        break;
      case '>=':
        if (typeof a === 'string' && typeof b === 'string') return a >= b;
        break;
    }
    if (typeof a !== 'number' || typeof b !== 'number') throw this.#mismatch(operator, a, b);
    return calculate(operator, a, b);
  }

  #matches(text: string, source: string): boolean {
    const pattern = goRegexp(source);
    if (pattern !== undefined) return pattern(text);
    throw new ExpressionError(`"${this.#text}": ${JSON.stringify(source)} is no regular expression`);
  }

  #unary(): unknown {
    if (this.#accept('!')) return !this.#boolean(this.#value(this.#unary()), '!');
    if (this.#accept('-')) {
      const value = this.#value(this.#unary());
      if (typeof value !== 'number') throw this.#mismatch('-', 0, value);
      return -value;
    }
    return this.#postfix();
  }

  #postfix(): unknown {
    let value = this.#primary();
    for (;;) {
      if (this.#accept('.')) {
        const token = this.#take();
        if (token.kind !== 'name' && token.kind !== 'string') throw this.#unexpected(token);
        value = member(value, token.kind === 'string' ? textOf(token) : token.text);
      } else if (this.#accept('[')) {
        const index = this.#value(this.#binary(0));
        this.#expect(']');
        value = member(value, index);
      } else {
        return value;
      }
    }
  }

  #primary(): unknown {
    const token = this.#take();
    if (token.kind === 'number') return Number(token.text.replaceAll('_', ''));
    if (token.kind === 'string') return textOf(token);
    if (token.text === '(') {
      const value = this.#binary(0);
      this.#expect(')');
      return value;
    }
    if (token.text === '[') return this.#list();
    if (token.kind !== 'name') throw this.#unexpected(token);
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    if (token.text === 'null') return null;
    if (token.text === 'len' && this.#accept('(')) {
      const value = this.#value(this.#binary(0));
      this.#expect(')');
      if (typeof value === 'string' || Array.isArray(value)) return value.length;
      if (isObject(value)) return Object.keys(value).length;
      throw new ExpressionError(`"${this.#text}": len of ${JSON.stringify(value)}`);
    }
    if (!Object.hasOwn(this.#scope, token.text)) {
      throw new ExpressionError(`"${this.#text}": reference "${token.text}" not found`);
    }
    return this.#scope[token.text];
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    while (!this.#accept(']')) {
      items.push(this.#value(this.#binary(0)));
      if (!this.#accept(',')) {
        this.#expect(']');
        break;
      }
    }
    return items;
  }

  #value(value: unknown): unknown {
    if (value === NOTHING || value === undefined) {
      throw new ExpressionError(`"${this.#text}": refers to something that is not there`);
    }
    return value;
  }

  #boolean(value: unknown, operator: string): boolean {
    if (typeof value === 'boolean') return value;
    throw new ExpressionError(
      `"${this.#text}": ${operator} needs true or false, not ${JSON.stringify(value)}`,
    );
  }

  #mismatch(operator: string, a: unknown, b: unknown): ExpressionError {
    const values = `${JSON.stringify(a)} ${operator} ${JSON.stringify(b)}`;
    return new ExpressionError(`"${this.#text}": ${values} cannot be computed`);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #accept(text: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'operator' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(this.#peek());
  }

  #take(): Token {
    const token = this.#peek();
    if (token === undefined) throw this.#unexpected(token);
    this.#next += 1;
    return token;
  }

  #unexpected(token: Token | undefined): ExpressionError {
    const what = token === undefined ? 'its end' : `"${token.text}"`;
    return new ExpressionError(`"${this.#text}": unexpected ${what}`);
  }
}

function calculate(operator: string, a: number, b: number): unknown {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function member(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) && typeof key === 'number') return key in value ? value[key] : NOTHING;
  if (isObject(value) && typeof key === 'string') return own(value, key) ?? (key in value ? null : NOTHING);
  return NOTHING;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new ExpressionError(`"${text}": unexpected "${text.slice(at, at + 10)}"`);
    for (const kind of ['number', 'string', 'name', 'operator'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, at });
    }
  }
  return tokens;
}

function textOf({ text }: Token): string {
  return JSON.parse(text) as string;
}
