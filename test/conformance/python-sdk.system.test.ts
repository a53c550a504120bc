import { describe, expect, test } from 'vitest';
import { program2 } from '../gtm/api/program-2.ts';
import { program3 } from '../gtm/api/program-3.ts';
import { KEY, Rig } from '../gtm/api/rig.ts';
import { PythonSdk, whyNoPythonSdk } from './python-sdk.ts';

const note = whyNoPythonSdk === undefined ? '' : ` (skipped: ${whyNoPythonSdk})`;

describe(`Alibaba Cloud's Python SDK${note}`, { skip: note !== '', timeout: 120_000 }, () => {
  test.each([
    ['2.0', program2],
    ['3.0', program3],
  ])('GTM %s: the design comes, fails over, fails back, and goes', async (_, program) => {
    using clients = new DisposableStack();
    await program(endpoint => clients.use(new PythonSdk(endpoint, KEY)));
  });

  test('takes the ConfigId that the TypeScript SDK throws on', async () => {
    await using rig = await Rig.start();
    using sdk = new PythonSdk(rig.serving.api, KEY);
    const { configId, instanceId } = await sdk.call('CreateCloudGtmInstanceConfig', {
      chargeType: 'postpay',
      scheduleZoneMode: 'custom',
      scheduleZoneName: 'example.com',
      scheduleHostname: 'web',
      scheduleRrType: 'A',
      ttl: 60,
    });
    const info = await sdk.call('DescribeCloudGtmInstanceConfigFullInfo', { configId, instanceId });
    expect(info).toMatchObject({ configId, scheduleDomainName: 'web.example.com' });
  });

  test('is refused with a wrong secret', async () => {
    await using rig = await Rig.start();
    using sdk = new PythonSdk(rig.serving.api, { ...KEY, accessKeySecret: 'wrong' });
    await expect(sdk.call('DescribeDnsGtmInstances')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      statusCode: 403,
    });
  });
});
