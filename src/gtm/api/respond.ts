import type { Random } from '../../runtime/random.ts';
import { ApiError } from '../account/errors.ts';
import type { Emulator } from '../emulator.ts';
import { type ApiRequest, readCall } from './request.ts';
import type { Authenticator } from './signature.ts';

export interface ApiResponse {
  readonly status: number;
  readonly body: object;
}

export interface ApiPorts {
  readonly emulator: Emulator;
  readonly authenticator: Authenticator;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what is our own fault; the caller hears InternalError. */
  readonly onError: (error: unknown) => void;
}

const ALIDNS = '2015-01-09';
/** BssOpenApi, where instances are bought. */
const BSS = '2017-12-14';
const HOST = 'alidns.aliyuncs.com';

/** The answer to a request for the API. It is always JSON, for clients fail on anything else. */
export function respondToApi(request: ApiRequest, ports: ApiPorts): ApiResponse {
  const RequestId = requestId(ports.random);
  try {
    const call = readCall(request);
    ports.authenticator.check(request, call, ports.now());
    if (call.version !== ALIDNS && call.version !== BSS)
      throw new ApiError(
        'NoSuchVersion',
        `There is no version ${call.version} of the API; there is ${ALIDNS}.`,
      );
    const action = call.version === BSS ? `Bss${call.action}` : call.action;
    return { status: 200, body: { RequestId, ...ports.emulator.call(action, call.parameters) } };
  } catch (error) {
    if (error instanceof ApiError) return failure(RequestId, error);
    ports.onError(error);
    return failure(RequestId, new ApiError('InternalError', 'The emulator failed.', 500));
  }
}

function failure(RequestId: string, { code, message, status }: ApiError): ApiResponse {
  const Recommend = `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=Alidns`;
  return { status, body: { RequestId, HostId: HOST, Code: code, Message: message, Recommend } };
}

/** A UUID of version 4 (RFC 9562 §5.4), in upper case as the cloud writes them. */
function requestId(random: Random): string {
  const hex = Array.from({ length: 8 }, () => random.below(0x10000).toString(16).padStart(4, '0'));
  hex[3] = `4${hex[3]?.slice(1)}`;
  hex[4] = `${'89ab'[random.below(4)]}${hex[4]?.slice(1)}`;
  const [a, b, c, d, e, f, g, h] = hex;
  return `${a}${b}-${c}-${d}-${e}-${f}${g}${h}`.toUpperCase();
}
