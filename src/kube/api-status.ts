import { ApiError, type ApiReason } from './client.ts';
import { isObject } from './json.ts';

/** HTTP statuses and what the API calls them (k8s.io/apimachinery, metav1.StatusReason). */
const REASONS: readonly (readonly [code: number, reason: ApiReason])[] = [
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [406, 'NotAcceptable'],
  [409, 'Conflict'],
  [409, 'AlreadyExists'],
  [410, 'Expired'],
  [413, 'RequestEntityTooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [500, 'ServerTimeout'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
];

/** How much of an answer that is not the API's a message repeats. */
const TOLD_CHARACTERS = 200;

/** The failure that an answer with this HTTP status and body tells. */
export function errorOfAnswer(code: number, body: string): ApiError {
  const status = jsonOf(body);
  if (isStatus(status)) return errorOfStatus(status, code);
  const told = body.trim().slice(0, TOLD_CHARACTERS);
  return new ApiError(reasonOf(code, ''), code, `HTTP ${code}${told === '' ? '' : `: ${told}`}`);
}

/** The failure that a `Status` object tells: the body of a refusal, or the last event of a watch. */
export function errorOfStatus(status: Record<string, unknown>, httpCode = 500): ApiError {
  const { code: told, reason, message } = status;
  const code = typeof told === 'number' && told >= 400 ? told : httpCode;
  const text = typeof message === 'string' && message !== '' ? message : `HTTP ${code}`;
  return new ApiError(reasonOf(code, reason), code, text);
}

/** Whether the API says that it has no such resource, rather than no object of that name. */
export function isUnknownResource(code: number, body: string): boolean {
  if (code !== 404) return false;
  const status = jsonOf(body);
  return !isStatus(status) || !isObject(status['details']) || status['details']['name'] === undefined;
}

function isStatus(value: unknown): value is Record<string, unknown> {
  return isObject(value) && value['kind'] === 'Status';
}

function reasonOf(code: number, told: unknown): ApiReason {
  const known = REASONS.find(([, reason]) => reason === told);
  return known?.[1] ?? REASONS.find(([status]) => status === code)?.[1] ?? 'InternalError';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
