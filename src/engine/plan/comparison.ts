import { equal, isObject, type JsonObject, own } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { type FieldSchema, type PatchSchema, patchSchema } from '../../kube/patch-schema.ts';
import { amountOf, isQuantity } from '../../kube/quantity.ts';

/**
 * Paths at which a live object does not carry what is expected, sorted; `missing` for an object that is not there. It
 * may carry more: defaults, status, fields of others. Lists of things with a key are compared by that key.
 */
export function differences(expected: KubeObject, live: KubeObject | undefined): string[] {
  if (live === undefined) return ['missing'];
  return mapDifferences(asKept(expected), live, patchSchema(expected), '').sort();
}

/** A Secret's texts are kept as its data, and read as that alone. */
function asKept(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== 'Secret' || !isObject(stringData)) return object;
  const texts = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...rest, data: { ...object.data, ...Object.fromEntries(texts) } };
}

/** Amounts that an API may write in its own way: `0.5` as `500m`, `1024Mi` as `1Gi`. */
const AMOUNT = /\.(requests|limits)\.[^.]+$|\.sizeLimit$/;

function isSame(expected: unknown, live: unknown, path: string): boolean {
  if (equal(expected, live)) return true;
  return (
    AMOUNT.test(path) && isQuantity(expected) && isQuantity(live) && amountOf(expected) === amountOf(live)
  );
}

function mapDifferences(expected: JsonObject, live: JsonObject, schema: PatchSchema, path: string): string[] {
  return Object.keys(expected).flatMap(field => {
    const at = path === '' ? field : `${path}.${field}`;
    const fieldSchema = Object.hasOwn(schema, field) ? schema[field] : undefined;
    return fieldDifferences(own(expected, field), own(live, field), fieldSchema ?? {}, at);
  });
}

function fieldDifferences(expected: unknown, live: unknown, schema: FieldSchema, path: string): string[] {
  if (expected === undefined || expected === null) return [];
  if (isObject(expected) && isObject(live)) return mapDifferences(expected, live, schema.fields ?? {}, path);
  if (!Array.isArray(expected) || !Array.isArray(live)) return isSame(expected, live, path) ? [] : [path];
  const key = schema.mergeKey;
  if (key === undefined && expected.length !== live.length) return [path];
  return expected.flatMap((item, index) => {
    const id = key !== undefined && isObject(item) ? own(item, key) : undefined;
    if (key === undefined || id === undefined) {
      return fieldDifferences(item, live[index], { ...schema }, `${path}[${index}]`);
    }
    const counterpart = live.find(each => isObject(each) && own(each, key) === id);
    return fieldDifferences(
      item,
      counterpart,
      { fields: schema.fields ?? {} },
      `${path}[${key}=${String(id)}]`,
    );
  });
}
