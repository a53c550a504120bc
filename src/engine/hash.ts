import { hash } from 'node:crypto';
import { isObject } from '../kube/json.ts';

/** A short hash of JSON data, whatever the order of its fields. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter(field => value[field] !== undefined)
    .sort()
    .map(field => `${JSON.stringify(field)}:${canonical(value[field])}`);
  return `{${fields.join(',')}}`;
}
