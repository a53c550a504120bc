import { createRequire } from 'node:module';

/*
 * Alibaba Cloud's own TypeScript client, as its users call it. It comes by `require`, for its declarations do not pass
 * our compiler's options.
 */

type Model = new (fields: Readonly<Record<string, unknown>>) => object;
interface Answer {
  readonly statusCode: number;
  readonly body: object;
}
interface SdkClient {
  [method: string]: (request?: object) => Promise<Answer>;
}

const require = createRequire(import.meta.url);
const sdk = require('@alicloud/alidns20150109') as Record<string, unknown> & {
  readonly default: new (config: object) => SdkClient;
};
const { $OpenApiUtil } = require('@alicloud/openapi-core') as {
  readonly $OpenApiUtil: { readonly Config: Model };
};

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

export interface SdkOptions extends Key {
  /** `ip:port`. */
  readonly endpoint: string;
  /** `v2`: RPC signatures in place of ACS3. */
  readonly signatureAlgorithm?: 'v2';
}

/** One of Alibaba Cloud's own clients. */
export interface Client {
  /** Calls an action with the TypeScript SDK's names of parameters (`addrPoolId`). Bodies come back with these names too. */
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's models say what is in it; a test says what should be.
  call(action: string, parameters?: Readonly<Record<string, unknown>>): Promise<any>;
}

export class Sdk implements Client {
  readonly #client: SdkClient;

  constructor(options: SdkOptions) {
    this.#client = new sdk.default(new $OpenApiUtil.Config({ ...options, protocol: 'http' }));
  }

  // biome-ignore lint/suspicious/noExplicitAny: as in Client.
  async call(action: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<any> {
    const method = action[0]?.toLowerCase() + action.slice(1);
    const Request = sdk[`${action}Request`] as Model | undefined;
    const { body } = (await (Request
      ? this.#client[method]?.(new Request(nested(action, parameters)))
      : this.#client[method]?.())) ?? { body: {} };
    return body;
  }

  static actions(): readonly string[] {
    return Object.keys(sdk)
      .filter(name => /Gtm\w+Request$/.test(name))
      .map(name => name.replace(/Request$/, ''));
  }
}

/** The SDK has a model for each list's elements: `AddDnsGtmAddressPoolRequestAddr`. */
function nested(action: string, parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const Element = sdk[`${action}Request${name[0]?.toUpperCase()}${name.slice(1)}`] as Model | undefined;
      return [name, Element && Array.isArray(value) ? value.map(one => new Element(one)) : value];
    }),
  );
}
