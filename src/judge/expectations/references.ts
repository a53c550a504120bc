import { suggestion } from '../../runtime/suggest.ts';
import { faultsNamed } from '../faults.ts';
import { faultOfWhen } from '../windows.ts';
import type { ExpectEntry } from './index.ts';
import { NO_POPULATIONS } from './rto-below.ts';

/** The names that a scenario gives to things. */
export interface Names {
  readonly faults: readonly string[];
  readonly centres: readonly string[];
  readonly populations: readonly string[];
  /** Of the application's workflow. */
  readonly steps: readonly string[];
}

export interface Reference {
  readonly kind: keyof Names;
  readonly name: string;
  /** Within the entry as it is written: `['split', 'when']`. */
  readonly path: readonly (string | number)[];
}

const NOUNS: Readonly<Record<keyof Names, string>> = {
  faults: 'fault',
  centres: 'centre',
  populations: 'population',
  steps: 'step of the workflow',
};

/** What an expectation names that the scenario does not have, in words. */
export function unknownReferences(
  entry: ExpectEntry,
  names: Names,
): (Pick<Reference, 'kind' | 'path'> & { message: string })[] {
  return references(entry)
    .filter(reference => !isKnown(reference, names))
    .map(({ kind, name, path }) => ({
      kind,
      path,
      message: `no ${NOUNS[kind]} is named "${name}"${suggestion(name, names[kind])}`,
    }));
}

function isKnown({ kind, name }: Reference, names: Names): boolean {
  if (kind !== 'faults') return names[kind].includes(name);
  const faults = names.faults.map(fault => ({ name: fault, fault: '', targets: [], inject: 0 }));
  return faultsNamed(faults, name).length > 0;
}

/** By the names of the fields, which mean the same in every expectation. */
function references({ name: expectation, params }: ExpectEntry): Reference[] {
  const fields = Object.entries(params as Record<string, unknown>);
  return fields.flatMap(([field, value]): Reference[] => {
    const path = [expectation, field];
    const one = (kind: keyof Names, name: unknown) => [{ kind, name: String(name), path }];
    const keys = (kind: keyof Names) =>
      Object.keys(value as object).map(name => ({ kind, name, path: [...path, name] }));
    const items = (kind: keyof Names) =>
      (value as string[]).map((name, index) => ({ kind, name, path: [...path, index] }));
    if (value === undefined) return [];
    switch (field) {
      case 'when': {
        const fault = faultOfWhen(String(value));
        return fault === undefined ? [] : one('faults', fault);
      }
      case 'fault':
        return one('faults', value);
      case 'step':
        return one('steps', value);
      case 'centre':
        return one('centres', value);
      case 'centres':
        return items('centres');
      case 'between':
      case 'shows':
        return keys('centres');
      case 'populations':
        return items('populations');
      default:
        return expectation === 'rto-below' && !NO_POPULATIONS.includes(field)
          ? [{ kind: 'populations', name: field, path }]
          : [];
    }
  });
}
