import { ApiError } from './client.ts';
import { equal, isObject, type JsonObject, own, put } from './json.ts';

/**
 * JSON Patch (RFC 6902). The target is not changed; the result shares with it what did not change. Throws ApiError:
 * BadRequest for what is no patch, Invalid for an operation that fails (all or nothing).
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw malformed('a JSON patch must be an array of operations');
  return patch.reduce((document: unknown, operation, index) => {
    if (!isObject(operation)) throw malformed(`operation ${index} is not an object`);
    return apply(document, operation, `operation ${index} (${String(operation['op'])})`);
  }, target);
}

function apply(document: unknown, operation: JsonObject, where: string): unknown {
  const path = pointer(operation, 'path', where);
  switch (operation['op']) {
    case 'add':
      return add(document, path, given(operation, where), where);
    case 'remove':
      return remove(document, path, where);
    case 'replace':
      return replace(document, path, given(operation, where), where);
    case 'move':
      return move(document, pointer(operation, 'from', where), path, where);
    case 'copy':
      return add(document, path, read(document, pointer(operation, 'from', where), where), where);
    case 'test':
      if (equal(read(document, path, where), given(operation, where))) return document;
      throw failed(where, `the value at ${text(path)} is another one`);
    default:
      throw malformed(`${where}: "op" must be add, remove, replace, move, copy or test`);
  }
}

function move(document: unknown, from: Path, to: Path, where: string): unknown {
  const value = read(document, from, where);
  if (from.length < to.length && from.every((token, index) => token === to[index])) {
    throw failed(where, `${text(from)} cannot be moved into itself`);
  }
  if (from.length === 0) return document;
  return add(remove(document, from, where), to, value, where);
}

function read(document: unknown, path: Path, where: string): unknown {
  return path.reduce((value: unknown, token, depth) => {
    const inner = Array.isArray(value)
      ? value[element(token, value.length - 1, path, where)]
      : field(value, token);
    if (inner === undefined) throw missing(path.slice(0, depth + 1), where);
    return inner;
  }, document);
}

function field(value: unknown, token: string): unknown {
  return isObject(value) ? own(value, token) : undefined;
}

function add(document: unknown, path: Path, value: unknown, where: string): unknown {
  return edit(
    document,
    path,
    where,
    (parent, token) => {
      if (!Array.isArray(parent)) return withField(parent, token, value);
      const index = token === '-' ? parent.length : element(token, parent.length, path, where);
      return parent.toSpliced(index, 0, value);
    },
    value,
  );
}

function replace(document: unknown, path: Path, value: unknown, where: string): unknown {
  return edit(
    document,
    path,
    where,
    (parent, token) => {
      if (Array.isArray(parent)) return parent.with(element(token, parent.length - 1, path, where), value);
      if (own(parent, token) === undefined) throw missing(path, where);
      return withField(parent, token, value);
    },
    value,
  );
}

function remove(document: unknown, path: Path, where: string): unknown {
  return edit(
    document,
    path,
    where,
    (parent, token) => {
      if (Array.isArray(parent)) return parent.toSpliced(element(token, parent.length - 1, path, where), 1);
      if (own(parent, token) === undefined) throw missing(path, where);
      const { [token]: _, ...rest } = parent;
      return rest;
    },
    null,
  );
}

type Container = unknown[] | JsonObject;

/** Copies the containers on the way to the last one and lets `change` make that one anew. `whole` replaces the root. */
function edit(
  document: unknown,
  path: Path,
  where: string,
  change: (parent: Container, token: string) => Container,
  whole: unknown,
): unknown {
  const descend = (node: unknown, depth: number): unknown => {
    const token = path[depth] ?? '';
    if (!Array.isArray(node) && !isObject(node)) throw missing(path.slice(0, depth), where);
    if (depth === path.length - 1) return change(node, token);
    if (Array.isArray(node)) {
      const index = element(token, node.length - 1, path, where);
      return node.with(index, descend(node[index], depth + 1));
    }
    const inner = own(node, token);
    if (inner === undefined) throw missing(path.slice(0, depth + 1), where);
    return withField(node, token, descend(inner, depth + 1));
  };
  return path.length === 0 ? whole : descend(document, 0);
}

function withField(object: JsonObject, name: string, value: unknown): JsonObject {
  const result = { ...object };
  put(result, name, value);
  return result;
}

type Path = readonly string[];

/** A JSON Pointer (RFC 6901) as its reference tokens. */
function pointer(operation: JsonObject, name: 'path' | 'from', where: string): Path {
  const value = own(operation, name);
  if (typeof value !== 'string' || !/^(\/([^~]|~[01])*)?$/.test(value)) {
    throw malformed(`${where}: "${name}" must be a JSON pointer such as /metadata/labels/a~1b`);
  }
  return value
    .split('/')
    .slice(1)
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function given(operation: JsonObject, where: string): unknown {
  const value = own(operation, 'value');
  if (value === undefined) throw malformed(`${where}: "value" is missing`);
  return value;
}

/** An array index of at most `last`, written as the RFC wants it: decimal, no leading zero. */
function element(token: string, last: number, path: Path, where: string): number {
  if (!/^(0|[1-9]\d*)$/.test(token)) throw failed(where, `"${token}" in ${text(path)} is no array index`);
  if (Number(token) > last) throw missing(path, where);
  return Number(token);
}

function text(path: Path): string {
  return path.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || 'the root';
}

function missing(path: Path, where: string): ApiError {
  return failed(where, `there is nothing at ${text(path)}`);
}

function failed(where: string, message: string): ApiError {
  return new ApiError('Invalid', 422, `${where}: ${message}`);
}

function malformed(message: string): ApiError {
  return new ApiError('BadRequest', 400, message);
}
