import { isObject, own, put } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { RefusedError } from './refused-error.ts';

/*
 * Fields that policies name by a path such as `spec.template.spec.containers[0].image`, in the syntax of KubeVela, which
 * is Crossplane's: a name in brackets may hold periods, with quotes or without. RefusedError is thrown for what is none.
 */

/** A field's name, or an item's index. */
type Segment = string | number;

const PATH = /^(?!\.)(?:[^.[\]]+|\[[^[\]]+\]|\.(?=[^.[\]]))*$/;
const SEGMENT = /\[([^[\]]+)\]|[^.[\]]+/g;
/** As in Crossplane: a path must not make a list of any length. */
const MOST_INDEX = 1024;

/** `undefined` when there is none. */
export function fieldAt(object: KubeObject, path: string): unknown {
  return segmentsOf(path).reduce((value: unknown, segment) => {
    if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined;
    return isObject(value) ? own(value, segment) : undefined;
  }, object);
}

/** Maps and lists on the way are made, lists as long as they must be. */
export function withField(object: KubeObject, path: string, value: unknown): KubeObject {
  const segments = segmentsOf(path);
  return segments.length === 0 ? object : (withValue(object, segments, value, path) as KubeObject);
}

function withValue(data: unknown, segments: readonly Segment[], value: unknown, path: string): unknown {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (typeof segment === 'number') {
    if (data != null && !Array.isArray(data))
      throw new RefusedError(`${path}: [${segment}] of what is no list`);
    if (segment > MOST_INDEX) throw new RefusedError(`${path}: [${segment}] is more than ${MOST_INDEX}`);
    const items: unknown[] = [...(data ?? [])];
    while (items.length < segment) items.push(null);
    items[segment] = withValue(items[segment], rest, value, path);
    return items;
  }
  if (data != null && !isObject(data)) throw new RefusedError(`${path}: "${segment}" of what is no map`);
  const fields = { ...data };
  put(fields, segment, withValue(own(fields, segment), rest, value, path));
  return fields;
}

function segmentsOf(path: string): Segment[] {
  if (!PATH.test(path)) throw new RefusedError(`"${path}" is no path of a field`);
  return [...path.matchAll(SEGMENT)].map(([plain, bracketed]): Segment => {
    if (bracketed !== undefined && /^\d{1,9}$/.test(bracketed)) return Number(bracketed);
    return (bracketed ?? plain).replace(/^['"]+|['"]+$/g, '');
  });
}
