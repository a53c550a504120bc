import * as z from 'zod';
import { ApiError, invalid, missing } from './errors.ts';

/** A call's parameters as the client sent them, each a text. */
export type Flat = Readonly<Record<string, string>>;

/** More elements in a list than any parameter takes. */
const LONGEST_LIST = 1000;

type Nested = { [key: string]: Nested | string };

/**
 * `Addr.1.Addr=192.0.2.1&Addr.1.Mode=SMART` as `{ Addr: [{ Addr: '192.0.2.1', Mode: 'SMART' }] }`. Lists keep the order of
 * their numbers; holes close.
 */
export function unflatten(flat: Flat): Record<string, unknown> {
  const root: Nested = Object.create(null) as Nested;
  for (const [key, value] of Object.entries(flat)) {
    const path = key.split('.');
    let at = root;
    for (const part of path.slice(0, -1)) {
      const next = at[part];
      const inner = typeof next === 'object' ? next : (Object.create(null) as Nested);
      at[part] = inner;
      at = inner;
    }
    const last = path.at(-1) as string;
    // `FailoverAddrPool=EMPTY` beside `FailoverAddrPool.1.Id=…`: the list says more.
    if (typeof at[last] !== 'object') at[last] = value;
  }
  return listed(root) as Record<string, unknown>;
}

function listed(value: Nested | string): unknown {
  if (typeof value === 'string') return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every(key => /^\d{1,9}$/.test(key))) {
    const order = keys.sort((a, b) => Number(a) - Number(b));
    return order.slice(0, LONGEST_LIST).map(key => listed(value[key] as Nested));
  }
  return Object.fromEntries(keys.map(key => [key, listed(value[key] as Nested)]));
}

/** @throws ApiError MissingParameter or InvalidParameter, about the first parameter that is not right. */
export function readParameters<S extends z.ZodType>(schema: S, flat: Flat): z.output<S> {
  return checkedParameters(schema, unflatten(flat));
}

/** The same of parameters that are read already. */
export function checkedParameters<S extends z.ZodType>(schema: S, values: object): z.output<S> {
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue ? errorOf(issue) : new ApiError('InvalidParameter', 'The parameters are not valid.');
}

function errorOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[] = []): ApiError {
  const path = [...at, ...issue.path];
  // Of several forms, the full one comes last: what is wrong with it says more than that it is none of them.
  const inner = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined;
  if (inner !== undefined && inner.path.length > 0) return errorOf(inner, path);
  const parameter = path.map(part => (typeof part === 'number' ? part + 1 : String(part))).join('.');
  const absent = issue.input === undefined || issue.input === '';
  const wanted = ['invalid_type', 'invalid_union', 'invalid_value', 'too_small'].includes(issue.code);
  if (absent && wanted) return missing(parameter);
  if (issue.code === 'invalid_value') {
    const most = issue.values.map(String).join(', ');
    return invalid(parameter, `it must be one of ${most}`);
  }
  if (issue.code === 'too_small') return invalid(parameter, `it must be at least ${issue.minimum}`);
  if (issue.code === 'too_big') return invalid(parameter, `it must be at most ${issue.maximum}`);
  return invalid(parameter, issue.message.replace(/\.$/, ''));
}

/** A text that must be there. */
export const text = z.string().min(1).max(4000);

/** A whole number, in digits. */
export const whole = (least = 0, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .union([z.string().regex(/^-?\d{1,16}$/, 'it must be a whole number'), z.int()], {
      error: issue => (issue.input === undefined ? undefined : 'it must be a whole number'),
    })
    .transform(Number)
    .pipe(z.int().min(least).max(most));

/** One of these numbers. */
export const oneOf = <const N extends readonly number[]>(...numbers: N) =>
  z
    .union([z.string(), z.number()])
    .transform(value => (value === '' ? undefined : Number(value)))
    .pipe(z.literal(numbers));

/** One of these words, in whatever case: the documentation itself mixes them. */
export const word = <const W extends readonly [string, ...string[]]>(...words: W) =>
  z
    .string()
    .transform(given => words.find(one => one.toLowerCase() === given.toLowerCase()) ?? given)
    .pipe(z.enum(words));

export const truth = z
  .union([z.boolean(), z.string()])
  .transform(value => (typeof value === 'string' ? value.toLowerCase() : String(value)))
  .pipe(z.enum(['true', 'false']))
  .transform(value => value === 'true');

/** A parameter whose text is JSON. */
export const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .min(1)
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.issues.push({ code: 'custom', input: value, message: 'it must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A JSON list of texts; a text that is no JSON stands for itself, and commas part several. */
export const textList = z.string().transform((value, context): string[] => {
  if (!value.trim().startsWith('['))
    return value
      .split(',')
      .map(one => one.trim())
      .filter(Boolean);
  try {
    const list: unknown = JSON.parse(value);
    if (Array.isArray(list) && list.every(one => typeof one === 'string')) return list;
  } catch {
    // Told below.
  }
  context.issues.push({ code: 'custom', input: value, message: 'it must be a JSON list of texts' });
  return z.NEVER;
});

/** An empty text counts as absent. */
export const optional = <S extends z.ZodType>(schema: S) =>
  z.preprocess(value => (value === '' ? undefined : value), schema.optional());

export const paging = {
  PageNumber: optional(whole(1)),
  PageSize: optional(whole(1, 100)),
};

export interface Page {
  readonly PageNumber?: number | undefined;
  readonly PageSize?: number | undefined;
}

/** One page of `items`, and what the API says with it. */
export function pageOf<T>(
  items: readonly T[],
  { PageNumber = 1, PageSize = 20 }: Page,
): {
  readonly items: readonly T[];
  readonly PageNumber: number;
  readonly PageSize: number;
  readonly TotalItems: number;
  readonly TotalPages: number;
} {
  return {
    items: items.slice((PageNumber - 1) * PageSize, PageNumber * PageSize),
    PageNumber,
    PageSize,
    TotalItems: items.length,
    TotalPages: Math.ceil(items.length / PageSize),
  };
}

/** Fields that were given: nothing is set to `undefined`. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
