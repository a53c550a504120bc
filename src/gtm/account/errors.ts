/** Why a call is refused, in the cloud's words: a code, an HTTP status, and a message for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function missing(parameter: string): ApiError {
  return new ApiError('MissingParameter', `The parameter ${parameter} is required and was not given.`);
}

export function invalid(parameter: string, why: string): ApiError {
  return new ApiError('InvalidParameter', `The parameter ${parameter} is not valid: ${why}.`);
}

/** `kind` as in `DnsGtmAddrPool`; the message says NotFound because clients look for that word. */
export function notExists(kind: string, id: string): ApiError {
  return new ApiError(`${kind}.NotExists`, `NotFound: there is no ${kind} "${id}" in this account.`, 404);
}

export function conflict(code: string, message: string): ApiError {
  return new ApiError(code, message);
}
