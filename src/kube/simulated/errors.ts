import { ApiError } from '../client.ts';
import { type KindInfo, qualified } from '../kinds.ts';
import type { Kind } from '../objects.ts';

/** The API's refusals, in its own words. */

export function noMatch(kind: Kind): ApiError {
  return new ApiError('NotFound', 404, `no matches for kind "${kind.kind}" in version "${kind.apiVersion}"`);
}

export function notFound(info: KindInfo, name: string): ApiError {
  return new ApiError('NotFound', 404, `${qualified(info.plural, info)} "${name}" not found`);
}

export function alreadyExists(info: KindInfo, name: string): ApiError {
  return new ApiError('AlreadyExists', 409, `${qualified(info.plural, info)} "${name}" already exists`);
}

export function conflict(info: KindInfo, name: string, why = stale): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(info.plural, info)} "${name}": ${why}`;
  return new ApiError('Conflict', 409, message);
}

const stale = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(info: KindInfo, name: string, why: string): ApiError {
  return new ApiError('Forbidden', 403, `${qualified(info.plural, info)} "${name}" is forbidden: ${why}`);
}

export function badRequest(message: string): ApiError {
  return new ApiError('BadRequest', 400, message);
}

/** Every fault that validation found, each as `spec.replicas: Invalid value: -1: …`. */
export function invalid(info: KindInfo, name: string, faults: readonly string[]): ApiError {
  const list = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
  return new ApiError('Invalid', 422, `${qualified(info.kind, info)} "${name}" is invalid: ${list}`);
}

export function expired(asked: number, oldest: number): ApiError {
  return new ApiError('Expired', 410, `too old resource version: ${asked} (${oldest})`);
}

export function unreachable(what: string): ApiError {
  return new ApiError('Unreachable', 0, what);
}
