import { test } from 'vitest';
import { program2 } from './program-2.ts';
import { program3 } from './program-3.ts';
import { KEY } from './rig.ts';
import { Sdk } from './sdk.ts';

/* test/conformance/python-sdk.system.test.ts runs the same programs with the Python SDK. */

test.each([
  ['2.0', program2],
  ['3.0', program3],
])(
  'GTM %s by the TypeScript SDK: the design comes, fails over, fails back, and goes',
  async (_, program) => {
    await program(endpoint => new Sdk({ ...KEY, endpoint }));
  },
  90_000,
);
