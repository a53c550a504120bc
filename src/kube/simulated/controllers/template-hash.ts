import { isObject } from '../../json.ts';

/** The label that tells a ReplicaSet's pods from those of its Deployment's other ReplicaSets. */
export const TEMPLATE_HASH = 'pod-template-hash';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const known = new WeakMap<object, string>();

/** A short name for a pod template: equal templates, whatever the order of their fields, have equal hashes. */
export function templateHash(template: object): string {
  let hash = known.get(template);
  if (hash === undefined) {
    hash = encode(fnv1a(canonical(template)));
    known.set(template, hash);
  }
  return hash;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value).filter(field => value[field] !== undefined);
  return `{${fields
    .sort()
    .map(field => `${JSON.stringify(field)}:${canonical(value[field])}`)
    .join()}}`;
}

/** 32-bit FNV-1a, over UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** In letters that spell no words, as Kubernetes encodes hashes in names. */
function encode(hash: number): string {
  return [...String(hash)].map(digit => ALPHABET[Number(digit) * 2 + 3]).join('');
}
