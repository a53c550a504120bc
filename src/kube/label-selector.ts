import { ApiError } from './client.ts';
import { own } from './json.ts';

export type Labels = Readonly<Record<string, string>>;

/** One condition on the labels, as in `LabelSelector.matchExpressions`, with the comparisons of the query syntax. */
export type Requirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }
  | { readonly key: string; readonly operator: 'Gt' | 'Lt'; readonly bound: number };

/** All requirements must hold; none: everything matches. */
export type Selector = readonly Requirement[];

/** `LabelSelector` of the API, as a Deployment's `spec.selector`. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

export function matches(selector: Selector, labels: Labels | undefined): boolean {
  return selector.every(requirement => holds(requirement, labels));
}

function holds(requirement: Requirement, labels: Labels | undefined): boolean {
  const value = labels === undefined ? undefined : (own(labels, requirement.key) as string | undefined);
  switch (requirement.operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Gt':
      return integer(value) > requirement.bound;
    case 'Lt':
      return integer(value) < requirement.bound;
  }
}

/** NaN, which no comparison accepts, for what is not a whole number. */
function integer(text: string | undefined): number {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * Reads the API's query syntax: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`, joined by
 * commas. Throws ApiError BadRequest.
 */
export function parseSelector(text: string): Selector {
  let selector = parsed.get(text);
  if (selector === undefined) {
    selector = new Parser(text).selector();
    if (parsed.size >= 1000) parsed.clear();
    parsed.set(text, selector);
  }
  return selector;
}

const parsed = new Map<string, Selector>();

/** The selector of a `LabelSelector`; an absent one matches nothing, an empty one everything. */
export function selectorOf(object: LabelSelectorObject | undefined): Selector {
  if (object === undefined) return nothing;
  const equalities = Object.entries(object.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  return [...equalities, ...(object.matchExpressions ?? []).map(requirement)];
}

const nothing: Selector = [{ key: '', operator: 'In', values: [] }];

function requirement(expression: { key: string; operator: string; values?: readonly string[] }): Requirement {
  const { key, operator, values = [] } = expression;
  if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
  if (operator === 'In' || operator === 'NotIn') return { key, operator, values };
  throw bad(`"${operator}" is not a valid label selector operator`);
}

function bad(message: string): ApiError {
  return new ApiError('BadRequest', 400, `unable to parse requirement: ${message}`);
}

const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

export function isLabelKey(text: string): boolean {
  return labelKey.test(text);
}

export function isLabelValue(text: string): boolean {
  return labelValue.test(text);
}

class Parser {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = text.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
  }

  selector(): Selector {
    const requirements: Requirement[] = [];
    if (this.#peek() === undefined) return requirements;
    do {
      requirements.push(this.#requirement());
    } while (this.#accept(','));
    if (this.#peek() !== undefined) throw bad(`found '${this.#peek()}', expected: ',' or 'end of string'`);
    return requirements;
  }

  #requirement(): Requirement {
    const negated = this.#accept('!');
    const key = this.#take();
    if (!isLabelKey(key)) throw bad(`found '${key}', expected: a label's key`);
    if (negated) return { key, operator: 'DoesNotExist' };
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return { key, operator: 'Exists' };
    this.#next++;
    switch (operator) {
      case '=':
      case '==':
        return { key, operator: 'In', values: [this.#value()] };
      case '!=':
        return { key, operator: 'NotIn', values: [this.#value()] };
      case 'in':
        return { key, operator: 'In', values: this.#values() };
      case 'notin':
        return { key, operator: 'NotIn', values: this.#values() };
      case '>':
        return { key, operator: 'Gt', bound: this.#bound(operator) };
      case '<':
        return { key, operator: 'Lt', bound: this.#bound(operator) };
      default:
        throw bad(`found '${operator}', expected: in, notin, =, ==, !=, >, <`);
    }
  }

  #values(): string[] {
    if (!this.#accept('(')) throw bad(`found '${this.#peek() ?? ''}', expected: '('`);
    const values: string[] = [];
    do {
      values.push(this.#value());
    } while (this.#accept(','));
    if (!this.#accept(')')) throw bad(`found '${this.#peek() ?? ''}', expected: ',' or ')'`);
    return values;
  }

  /** A label's value; nothing where one is expected is the empty value. */
  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ',' || token === ')') return '';
    this.#next++;
    if (!isLabelValue(token)) throw bad(`found '${token}', expected: a label's value`);
    return token;
  }

  #bound(operator: string): number {
    const bound = integer(this.#value());
    if (Number.isNaN(bound)) throw bad(`for '${operator}' the value must be an integer`);
    return bound;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next++;
    return true;
  }

  #take(): string {
    return this.#tokens[this.#next++] ?? '';
  }
}
