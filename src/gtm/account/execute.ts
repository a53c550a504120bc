import { type Account, copyOf } from './account.ts';
import type { Action, Actions, ApiSettings, View } from './action.ts';
import { ApiError } from './errors.ts';
import { buyingActions } from './gtm2/buying.ts';
import { instanceActions } from './gtm2/instances.ts';
import { monitorActions } from './gtm2/monitors.ts';
import { poolActions } from './gtm2/pools.ts';
import { strategyActions } from './gtm2/strategies.ts';
import { addressActions } from './gtm3/addresses.ts';
import { alertActions } from './gtm3/alerts.ts';
import { configActions } from './gtm3/configs.ts';
import { cloudInstanceActions } from './gtm3/instances.ts';
import { cloudPoolActions } from './gtm3/pools.ts';
import { templateActions } from './gtm3/templates.ts';
import { type Flat, readParameters } from './parameters.ts';

/** Everything that the emulator can be asked: GTM 2.0's 28 actions and 3.0's 51. */
const ACTIONS: Actions = {
  ...instanceActions,
  ...poolActions,
  ...monitorActions,
  ...strategyActions,
  ...templateActions,
  ...addressActions,
  ...cloudPoolActions,
  ...configActions,
  ...cloudInstanceActions,
  ...alertActions,
};

const ALL: Actions = { ...ACTIONS, ...buyingActions };

/** GTM 1.0's actions: its instances cannot be bought any more. */
const LEGACY =
  /^(Add|Copy|Delete|Describe|Execute|Move|Preview|Rollback|Set|Update)Gtm(AccessMode|AccessStrateg(y|ies)|AccessStrategyAvailableConfig|AddressPool|AvailableAlertGroup|Config|Instance\w*|Logs|Monitor\w*|RecoveryPlan\w*|ResourceGroup)$/;

/** Of GTM 3.0, and of BssOpenApi: nobody buys twice because an answer was lost. */
const TAKES_TOKEN = /CloudGtm|^BssCreateInstance$/;
/** ASCII characters of a ClientToken. */
const LONGEST_TOKEN = 64;
/** Answers to repeat, at most. */
const MOST_TOKENS = 1000;

export interface Outcome {
  /** The account from now on: the one that was given, unless a write succeeded. */
  readonly account: Account;
  /** The answer, but for its RequestId. */
  readonly body: object;
}

export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly view: View;
  readonly settings: ApiSettings;
}

/**
 * What a call makes of an account. Pure: the account that is given stays as it is.
 *
 * @throws ApiError in the cloud's words.
 */
export function execute(account: Account, name: string, flat: Flat, surroundings: Surroundings): Outcome {
  const action = actionOf(name);
  const parameters = readParameters(action.parameters, flat);
  if (action.kind === 'read') return { account, body: action.run({ account, parameters, ...surroundings }) };
  const token = TAKES_TOKEN.test(name) ? tokenOf(name, flat) : undefined;
  const before = token === undefined ? undefined : account.cloud.tokens[token];
  if (before !== undefined) return { account, body: before };
  const changed = copyOf(account);
  const body = action.run({ account: changed, parameters, ...surroundings });
  if (token !== undefined) remember(changed, token, body);
  return { account: changed, body };
}

function actionOf(name: string): Action {
  const action = Object.hasOwn(ALL, name) ? ALL[name] : undefined;
  if (action) return action;
  if (LEGACY.test(name))
    throw new ApiError(
      'UnsupportedOperation',
      `${name} is of GTM 1.0, which is not emulated; 2.0 (DnsGtm) and 3.0 (CloudGtm) are.`,
    );
  throw new ApiError('InvalidApi.NotFound', `There is no action "${name}" of GTM.`, 404);
}

/** A call that is made again with its token changes nothing again. */
function tokenOf(name: string, { ClientToken = '' }: Flat): string | undefined {
  if (ClientToken === '') return undefined;
  if (ClientToken.length > LONGEST_TOKEN || !/^[\x20-\x7e]+$/.test(ClientToken))
    throw new ApiError(
      'InvalidParameter',
      `The parameter ClientToken is not valid: at most ${LONGEST_TOKEN} ASCII characters.`,
    );
  return `${name} ${ClientToken}`;
}

function remember({ cloud }: Account, token: string, body: object): void {
  cloud.tokens[token] = body;
  const [oldest] = Object.keys(cloud.tokens);
  if (Object.keys(cloud.tokens).length > MOST_TOKENS && oldest !== undefined) delete cloud.tokens[oldest];
}
