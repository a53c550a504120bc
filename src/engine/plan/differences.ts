import { equal, isObject, own } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { CLUSTER } from '../model.ts';

/** What two lots of objects do not have in common. */
export interface Difference {
  /** `Deployment demo/web`. */
  readonly object: string;
  /** Where in the object; empty for an object that is in one lot only. */
  readonly path: string;
  /** Absent where there is nothing. */
  readonly left?: unknown;
  readonly right?: unknown;
}

/** `Deployment demo/web`, in the words of messages. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`;
}

export function differencesOf(left: readonly KubeObject[], right: readonly KubeObject[]): Difference[] {
  const rights = new Map(right.map(object => [nameOf(object), object]));
  const lefts = new Set(left.map(nameOf));
  return [
    ...left.flatMap((object): Difference[] => {
      const name = nameOf(object);
      const other = rights.get(name);
      if (other === undefined) return [{ object: name, path: '', left: object }];
      return [...fields(object, other, '')].map(difference => ({ object: name, ...difference }));
    }),
    ...right
      .filter(object => !lefts.has(nameOf(object)))
      .map((object): Difference => ({ object: nameOf(object), path: '', right: object })),
  ];
}

type FieldDifference = Omit<Difference, 'object'>;

function* fields(left: unknown, right: unknown, path: string): Generator<FieldDifference> {
  // The cluster's own label is another in each.
  if (path.endsWith(CLUSTER) || equal(left, right)) return;
  if (isObject(left) && isObject(right)) {
    for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
      yield* fields(own(left, field), own(right, field), path === '' ? field : `${path}.${field}`);
    }
  } else if (isNamed(left) && isNamed(right)) {
    const names = new Set([...left, ...right].map(({ name }) => name));
    const find = (items: readonly Named[], name: string) => items.find(item => item.name === name);
    for (const name of names) yield* fields(find(left, name), find(right, name), `${path}[${name}]`);
  } else {
    yield {
      path,
      ...(left === undefined ? {} : { left }),
      ...(right === undefined ? {} : { right }),
    };
  }
}

type Named = { readonly name: string };

/** A list of things that have names: containers, variables, ports. */
function isNamed(value: unknown): value is readonly Named[] {
  if (!Array.isArray(value)) return false;
  const names = value.map(item => (isObject(item) ? item['name'] : undefined));
  return names.every(name => typeof name === 'string') && new Set(names).size === names.length;
}
