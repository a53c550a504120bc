import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HelmCli } from '../../src/lab/kind/helm-cli.ts';
import { clusterSecret, KubeVela } from '../../src/lab/kind/kubevela.ts';
import { LabError } from '../../src/lab/lab.ts';
import { scratch } from '../scratch.ts';

const folder = scratch();
afterEach(() => vi.unstubAllEnvs());

/** A Helm that writes down what it is asked, and knows no chart named `missing`. */
function fakeHelm(): void {
  const program = join(folder, 'helm');
  const script = `#!/bin/sh
echo "$@" > ${folder}/asked
[ "$1" != upgrade ] || cat > ${folder}/values
env > ${folder}/env
case "$*" in *missing*) echo 'Error: no such chart' >&2; exit 1;; esac
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  vi.stubEnv('LIANGDI_HELM', program);
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('Helm', () => {
  test('that is not there is said with how to get it', async () => {
    vi.stubEnv('LIANGDI_HELM', join(folder, 'none'));
    const failure = await HelmCli.find().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LabError);
    expect(String(failure)).toMatch(
      /"\/.*\/none" does not run\. Get it from https:\/\/helm\.sh .*LIANGDI_HELM/s,
    );
  });

  test("is led by the kubeconfig alone, whatever the user's shell says of another cluster", async () => {
    fakeHelm();
    vi.stubEnv('HELM_KUBEAPISERVER', 'https://production.example.com');
    vi.stubEnv('HELM_KUBECONTEXT', 'production');
    const helm = await HelmCli.find();
    const release = { name: 'r', namespace: 'n', chart: ['./chart'], values: { replicaCount: 0 } };
    await helm.install(release, '/run/kubeconfig');
    expect(read('asked')).toBe(
      'upgrade --install r ./chart --namespace n --create-namespace --kubeconfig /run/kubeconfig --values -\n',
    );
    expect(JSON.parse(read('values'))).toEqual({ replicaCount: 0 });
    expect(read('env')).toMatch(/^HELM_KUBEAPISERVER=$/m);
    expect(read('env')).not.toMatch(/production/);
  });
});

describe("KubeVela's chart", () => {
  test('comes from its repository, at its version', async () => {
    fakeHelm();
    vi.stubEnv('LIANGDI_KUBEVELA_CHART', '');
    await KubeVela.find();
    expect(read('asked')).toBe(
      'show chart vela-core --repo https://kubevela.github.io/charts --version 1.10.6\n',
    );
  });

  test('or from where the environment says, and that it is not there is said', async () => {
    fakeHelm();
    vi.stubEnv('LIANGDI_KUBEVELA_CHART', '/charts/missing');
    const failure = await KubeVela.find().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LabError);
    expect(String(failure)).toMatch(
      /chart cannot be had from \/charts\/missing\. Say in LIANGDI_KUBEVELA_CHART .*Error: no such chart/s,
    );
  });
});

describe('a centre joins', () => {
  const kubeconfig = (user: object) =>
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [
        { name: 'c', cluster: { server: 'https://192.0.2.1:6443', 'certificate-authority-data': 'Y2E=' } },
      ],
      users: [{ name: 'u', user }],
    });

  test('as `vela cluster join` has it: a Secret under its name', () => {
    const user = { 'client-certificate-data': 'Y2VydA==', 'client-key-data': 'a2V5' };
    expect(clusterSecret('cluster1-beijing', kubeconfig(user))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'cluster1-beijing',
        namespace: 'vela-system',
        labels: { 'cluster.core.oam.dev/cluster-credential-type': 'X509Certificate' },
      },
      type: 'Opaque',
      data: {
        endpoint: Buffer.from('https://192.0.2.1:6443').toString('base64'),
        'ca.crt': 'Y2E=',
        'tls.crt': 'Y2VydA==',
        'tls.key': 'a2V5',
      },
    });
  });

  test('with certificates only', () => {
    expect(() => clusterSecret('c1', kubeconfig({ token: 't' }))).toThrow(
      /kubeconfig of c1 has no certificates/,
    );
  });
});
