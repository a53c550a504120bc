import { suggestion } from '../runtime/suggest.ts';
import type { ExpectEntry } from './expectations/index.ts';
import { faultOfWhen } from './windows.ts';

/** The names that a scenario's expectations may refer to. */
export interface Known {
  readonly faults: readonly string[];
  readonly centres: readonly string[];
  readonly populations: readonly string[];
  readonly steps: readonly string[];
}

export interface DanglingReference {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Fields that hold names, whatever the expectation: as a text, a list, or the keys of a map. */
const FIELDS: Readonly<Record<string, keyof Known>> = {
  fault: 'faults',
  centre: 'centres',
  centres: 'centres',
  between: 'centres',
  shows: 'centres',
  populations: 'populations',
  step: 'steps',
};

const NOUNS: Readonly<Record<keyof Known, string>> = {
  faults: 'the timeline has no fault',
  centres: 'the topology has no centre',
  populations: 'there is no population',
  steps: "the application's workflow has no step",
};

/** Names in expectations that nothing bears: they would be judged unknown after the drill, so say it before. */
export function danglingReferences(expect: readonly ExpectEntry[], known: Known): DanglingReference[] {
  // Of a repeated fault, the name without its number stands for all of them.
  const faults = [...new Set(known.faults.flatMap(name => [name.replace(/\.\d+$/, ''), name]))];
  const names: Known = { ...known, faults };
  return expect.flatMap(({ name: expectation, params }, index) =>
    Object.entries(params as Record<string, unknown>).flatMap(([field, value]) =>
      referencesIn(expectation, field, value).flatMap(([kind, name]) =>
        names[kind].includes(name)
          ? []
          : [
              {
                path: ['expect', index, expectation, field],
                message: `${NOUNS[kind]} "${name}"${suggestion(name, names[kind])}`,
              },
            ],
      ),
    ),
  );
}

function referencesIn(expectation: string, field: string, value: unknown): [keyof Known, string][] {
  if (field === 'when') {
    const fault = faultOfWhen(String(value));
    return fault === undefined ? [] : [['faults', fault]];
  }
  const kind = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (kind !== undefined) return namesOf(value).map(name => [kind, name]);
  return expectation === 'rto-below' && field !== 'all' ? [['populations', field]] : [];
}

function namesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null) return Object.keys(value);
  return value === undefined ? [] : [String(value)];
}
