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

/** Custom resources must not be replaced blindly; the API says so under their plural, unlike what else is invalid. */
export function versionNeeded(info: KindInfo, name: string): ApiError {
  const fault = 'metadata.resourceVersion: Invalid value: 0: must be specified for an update';
  return new ApiError('Invalid', 422, `${qualified(info.plural, info)} "${name}" is invalid: ${fault}`);
}

/** The answer for a subresource that a kind does not have. */
export function noResource(): ApiError {
  return new ApiError('NotFound', 404, 'the server could not find the requested resource');
}

/** The answer to a strategic patch of a custom resource. */
export function unknownFormat(): ApiError {
  const types = [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/apply-patch+yaml',
  ];
  const message = `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`;
  return new ApiError('UnsupportedMediaType', 415, message);
}

/** The API calls this a failure of its own, and a version that is no number too. */
export function versionGiven(): ApiError {
  return new ApiError('InternalError', 500, 'resourceVersion should not be set on objects to be created');
}

export function unreadableVersion(text: string): ApiError {
  const message = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
  return new ApiError('InternalError', 500, message);
}

export function expired(asked: number, oldest: number): ApiError {
  return new ApiError('Expired', 410, `too old resource version: ${asked} (${oldest})`);
}

export function unreachable(what: string): ApiError {
  return new ApiError('Unreachable', 0, what);
}
