import * as z from 'zod';
import { newInstance, newText } from '../account.ts';
import { type Actions, type Call, write } from '../action.ts';
import { ApiError, invalid } from '../errors.ts';
import { optional, text, whole, word } from '../parameters.ts';
import { instanceOf, logged } from './common.ts';

/* What is no action of GTM, but belongs to an instance's life: BssOpenApi's, and one of the resource manager. */

const DAY_MS = 24 * 3_600_000;
const MONTH_DAYS = 31;

function buy(
  call: Call<{
    ProductType?: string | undefined;
    Period?: number | undefined;
    Parameter: readonly { readonly Code: string; readonly Value: string }[];
  }>,
): object {
  const { account, parameters, now } = call;
  const { ProductType = '', Period = 1 } = parameters;
  if (!ProductType.startsWith('dns_gtm_public'))
    throw invalid('ProductType', 'of all products, dns_gtm_public_cn and dns_gtm_public_intl are sold here');
  const value = (code: string) => parameters.Parameter.find(one => one.Code === code)?.Value;
  const count = (code: string, standard: number) => {
    const text = value(code) ?? String(standard);
    if (!/^\d{1,9}$/.test(text)) throw invalid('Parameter', `${code} must be a whole number`);
    return Number(text);
  };
  const InstanceId = `gtm-cn-${newText(account, 11)}`;
  account.instances[InstanceId] = newInstance({
    InstanceId,
    VersionCode: value('PackageEdition') === 'standard' ? 'standard' : 'ultimate',
    created: now,
    expires: now + Period * MONTH_DAYS * DAY_MS,
    TaskQuota: count('HealthcheckTaskCount', 100),
    SmsQuota: count('SmsNotificationCount', 1000),
  });
  logged(call, {
    InstanceId,
    EntityType: 'INSTANCE',
    EntityId: InstanceId,
    EntityName: InstanceId,
    OperAction: 'add',
    Content: ProductType,
  });
  return {
    Code: 'Success',
    Success: true,
    Message: 'Successful!',
    Data: { InstanceId, OrderId: newText(account, 12) },
  };
}

export const buyingActions: Actions = {
  // Names of BssOpenApi's actions begin with Bss here, for its names are common words.
  BssCreateInstance: write(
    z.object({
      ProductCode: optional(word('dns')),
      ProductType: optional(text),
      Period: optional(whole(1, 120)),
      Parameter: z.array(z.object({ Code: text, Value: text })).default([]),
    }),
    buy,
  ),
  // Of 1.0 by its name, but Terraform's provider calls it for 2.0's instances.
  MoveGtmResourceGroup: write(
    z.object({ ResourceId: text, NewResourceGroupId: text }),
    ({ account, parameters }) => {
      if (account.instances[parameters.ResourceId] === undefined)
        throw new ApiError(
          'UnsupportedOperation',
          'GTM 1.0 is not emulated, and no instance of 2.0 has this id.',
        );
      instanceOf(account, parameters.ResourceId).ResourceGroupId = parameters.NewResourceGroupId;
      return {};
    },
  ),
};
