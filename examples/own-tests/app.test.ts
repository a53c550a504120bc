import fc from 'fast-check';
import { arbitraries, designOf, laws, readDesign } from 'liangdi/testing';
import { describe, expect, it } from 'vitest';

const design = readDesign(['app.yaml']);

describe('the shop, in its three centres', () => {
  for (const law of laws) it(law.name, () => law.check(design));

  it('has one pod in Hangzhou', () => {
    const [, hangzhou] = design.plan.steps;
    const web = hangzhou?.dispatch.find(({ component }) => component === 'web');
    expect(web?.manifests[0]?.spec?.replicas).toBe(1);
  });
});

it('every law holds of any application that only scales', () => {
  fc.assert(
    fc.property(arbitraries.applications, ({ application, clusters }) => {
      const any = designOf([application], { clusters });
      for (const law of laws) law.check(any);
    }),
  );
});
