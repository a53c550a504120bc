import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Hub } from '../engine/kubectl/amc.ts';
import { ApiError } from '../kube/client.ts';
import { LabError } from '../lab/lab.ts';
import { InputError } from '../runtime/input-error.ts';

/** Longer, and a person thinks that nothing happens. */
const TIMEOUT_MS = 10_000;

const FILE = /^kubeconfig-(.+)\.yaml$/;

export function kubeconfigsOption(): Option {
  return new Option(
    '--kubeconfigs <folder>',
    'where the kubeconfigs are: kubeconfig-hub.yaml, and one a cluster, kubeconfig-NAME.yaml',
  ).default('runs/lab');
}

export function namespaceOption(): Option {
  return new Option('-n, --namespace <name>', 'whose objects').default('default');
}

/** Asks the hub and clusters whose kubeconfigs are in a folder, as `liangdi up` leaves them. */
export async function withHub(folder: string, ask: (hub: Hub) => Promise<string>): Promise<void> {
  const [{ realClient }, { readText }, { WorkflowError }, { PlanError }] = await Promise.all([
    import('../kube/client-real.ts'),
    import('../runtime/read-text.ts'),
    import('../engine/kubectl/operators.ts'),
    import('../engine/model.ts'),
  ]);
  const names = namesIn(folder);
  if (!names.includes('hub')) {
    throw new InputError(folder, 'no kubeconfig-hub.yaml in there; `liangdi up` leaves one in runs/lab', {});
  }
  const clients = names.map(name => {
    const kubeconfig = readText(join(folder, `kubeconfig-${name}.yaml`));
    return { name, alias: name, client: realClient({ kubeconfig, timeoutMs: TIMEOUT_MS }) };
  });
  const hub = clients.find(({ name }) => name === 'hub');
  if (hub === undefined) return;
  try {
    process.stdout.write(await ask({ client: hub.client, clusters: clients.filter(each => each !== hub) }));
  } catch (error) {
    if (error instanceof ApiError || error instanceof WorkflowError) throw new LabError(error.message);
    if (error instanceof PlanError) throw new InputError(folder, error.message, {});
    throw error;
  } finally {
    for (const { client } of clients) client.close();
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .flatMap(file => FILE.exec(file)?.[1] ?? [])
      .sort();
  } catch {
    return [];
  }
}
