import { ApiError } from '../account/errors.ts';
import type { Flat } from '../account/parameters.ts';

/** An HTTP request, as far as it matters. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** In lower case; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a request asks for, and how it is signed. */
export interface ApiCall {
  readonly action: string;
  readonly version: string;
  /** The action's parameters, without those that belong to the signature. */
  readonly parameters: Flat;
  /** ACS3-HMAC-SHA256 signs headers; the RPC style of "signature version 1.0" signs parameters. */
  readonly style: 'acs3' | 'rpc';
  /** Of the query, decoded. */
  readonly query: Flat;
  /** Of query and form together, decoded. */
  readonly all: Flat;
}

const RPC_PARAMETERS = new Set([
  'Action',
  'Version',
  'Format',
  'Timestamp',
  'SignatureNonce',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureType',
  'AccessKeyId',
  'Signature',
  'SecurityToken',
  'RegionId',
]);
/** More are no call of anybody. */
const MOST_PARAMETERS = 5000;

/** @throws ApiError when it is no call of the API. */
export function readCall(request: ApiRequest): ApiCall {
  const { method, url, headers, body } = request;
  if (method !== 'POST' && method !== 'GET')
    throw new ApiError(
      'UnsupportedHTTPMethod',
      `The method ${method} is not supported; POST and GET are.`,
      405,
    );
  const path = pathOf(url);
  if (path !== '/')
    throw new ApiError('InvalidApi.NotFound', `There is nothing at ${path}; calls go to /.`, 404);
  const query = readPairs(url.slice(path.length + 1), false);
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const all = { ...query, ...(isForm && readPairs(body.toString('utf8'), true)) };
  const named = headers['x-acs-action'];
  const action = named ?? all['Action'] ?? '';
  const version = headers['x-acs-version'] ?? all['Version'] ?? '';
  if (action === '')
    throw new ApiError('MissingParameter', 'The parameter Action is required and was not given.');
  if (version === '')
    throw new ApiError('MissingParameter', 'The parameter Version is required and was not given.');
  const isSigned = headers['authorization'] !== undefined || all['Signature'] === undefined;
  return {
    action,
    version,
    parameters: Object.fromEntries(Object.entries(all).filter(([name]) => !RPC_PARAMETERS.has(name))),
    style: named !== undefined && isSigned ? 'acs3' : 'rpc',
    query,
    all,
  };
}

/** What is before the query, as it came: not everything that a client sends is a URL. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

function readPairs(text: string, isForm: boolean): Flat {
  const pairs = text.split('&').filter(pair => pair !== '');
  if (pairs.length > MOST_PARAMETERS)
    throw new ApiError('InvalidParameter', `There are more than ${MOST_PARAMETERS} parameters.`);
  const decode = (part: string) => {
    try {
      return decodeURIComponent(isForm ? part.replaceAll('+', ' ') : part);
    } catch {
      throw new ApiError('InvalidParameter', 'The parameters are not percent-encoded UTF-8.');
    }
  };
  const read = pairs.map(pair => {
    const equals = pair.indexOf('=');
    return equals < 0
      ? ([decode(pair), ''] as const)
      : ([decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))] as const);
  });
  return Object.assign(Object.create(null), Object.fromEntries(read)) as Flat;
}
