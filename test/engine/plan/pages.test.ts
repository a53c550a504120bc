import { describe, expect, it } from 'vitest';
import { planManifests } from '../../../src/engine/plan/manifests.ts';
import { expectedPages } from '../../../src/engine/plan/pages.ts';

const variable = (value: string) => ({ name: 'ENV_NAME', value });

function pages(...components: object[]) {
  const application = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app' },
    spec: { components, policies: [{ name: 'c', type: 'topology', properties: { clusters: ['c1'] } }] },
  };
  return expectedPages(planManifests([application], [{ name: 'c1' }])).map(({ env }) => env);
}

const component = (name: string, type: string, image: string, env?: object[]) => ({
  name,
  type,
  properties: { image, ...(env === undefined ? {} : { env }) },
});

describe('the pages that a centre will show', () => {
  it('are those of web-demo, whatever else has an ENV_NAME', () => {
    const job = component('job', 'worker', 'job:1', [variable('job')]);
    const sidecar = {
      type: 'sidecar',
      properties: { name: 'log', image: 'log:1', env: [variable('log')] },
    };
    const web = component('web', 'webservice', 'registry.example.com/shop/web-demo:2', [variable('web')]);
    expect(pages(job, { ...web, traits: [sidecar] })).toEqual(['web']);
  });

  it('are one for each Deployment that shows another', () => {
    const web = (name: string, env: string) => component(name, 'webservice', 'web-demo', [variable(env)]);
    expect(pages(web('blue', 'blue'), web('green', 'green'), web('more', 'blue'))).toEqual(['blue', 'green']);
  });

  it('show the last of two values, nothing where there is none, and are not known where it comes from elsewhere', () => {
    const web = (env?: object[]) => component('web', 'webservice', 'web-demo', env);
    expect(pages(web([variable('first'), variable('last')]))).toEqual(['last']);
    expect(pages(web())).toEqual(['']);
    const valueFrom = { configMapKeyRef: { name: 'conf', key: 'env' } };
    expect(pages(web([{ name: 'ENV_NAME', valueFrom }]))).toEqual([]);
  });

  it('are those of the first container with an ENV_NAME, where no image is called so', () => {
    expect(pages(component('web', 'webservice', 'shop:1', [variable('shop')]))).toEqual(['shop']);
  });
});
