import * as z from 'zod';
import { isObject, own } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { jsonPatch as patched } from '../../../kube/patch.ts';
import { decode } from '../../model.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.object({ operations: z.array(z.looseObject({})).default([]) });

/** Its operations are a JSON patch (RFC 6902) of the object: all or nothing. */
export const jsonPatch: TraitDefinition = {
  json: true,

  apply(workload, properties) {
    const { operations } = decode(schema, properties ?? {}, 'json-patch');
    const result = operations.reduce(
      (document: unknown, operation) =>
        patched(document, [tolerant(document, { value: null, ...operation })]),
      workload,
    );
    if (!isObject(result)) throw new Error('json-patch: the operations leave no object');
    return result as unknown as KubeObject;
  },
};

/**
 * KubeVela's library is laxer than RFC 6902: a value that is not given is null, and so is a member that is not there
 * when it is tested or copied; one can be replaced.
 */
function tolerant(document: unknown, operation: Readonly<Record<string, unknown>>): unknown {
  const { op, path, from, value } = operation;
  if (op === 'copy') return isAbsentMember(document, from) ? { op: 'add', path, value: null } : operation;
  if (!isAbsentMember(document, path)) return operation;
  if (op === 'replace') return { op: 'add', path, value };
  return op === 'test' && value === null ? { op: 'test', path: '', value: document } : operation;
}

/** Whether a pointer leads to a member that an object does not have. */
function isAbsentMember(document: unknown, path: unknown): boolean {
  if (typeof path !== 'string') return false;
  const names = path
    .split('/')
    .slice(1)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop();
  const parent = names.reduce((value: unknown, name) => {
    if (Array.isArray(value)) return value[Number(name)];
    return isObject(value) ? own(value, name) : undefined;
  }, document);
  return last !== undefined && isObject(parent) && own(parent, last) === undefined;
}
