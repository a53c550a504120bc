import { Argument, Command } from 'commander';
import type { WorkflowOperation } from '../engine/kubectl/operators.ts';
import { wallTime } from '../runtime/wall.ts';
import { kubeconfigsOption, namespaceOption, withHub } from './hub.ts';

export function amcCommand(): Command {
  return new Command('amc')
    .description('what `kubectl amc` does: all managed clusters at once, and workflows')
    .addCommand(getCommand())
    .addCommand(workflowCommand())
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  liangdi amc get managedcluster
  liangdi amc get deployment web-demo -n demo -m all
  liangdi amc workflow resume web-demo -n demo

With bin on the PATH, kubectl has it too: kubectl amc get managedcluster`,
    );
}

function getCommand(): Command {
  return new Command('get')
    .description('objects of a kind in each managed cluster')
    .argument('<kind>', 'managedcluster, deployment, ingress, …')
    .argument('[name]', 'one object; all without')
    .addOption(namespaceOption())
    .option('-m, --managed-cluster <name>', 'one cluster, by name or alias, or all', 'all')
    .addOption(kubeconfigsOption())
    .action(get);
}

interface GetOptions {
  readonly namespace: string;
  readonly managedCluster: string;
  readonly kubeconfigs: string;
}

async function get(kind: string, name: string | undefined, options: GetOptions): Promise<void> {
  const { namespace, managedCluster: cluster, kubeconfigs } = options;
  const { getFrom, managedClusters } = await import('../engine/kubectl/amc.ts');
  await withHub(kubeconfigs, async hub => {
    if (/^managedclusters?$/i.test(kind)) return managedClusters(hub);
    return getFrom(
      hub,
      { resource: kind, namespace, cluster, ...(name === undefined ? {} : { name }) },
      wallTime(),
    );
  });
}

const OPERATIONS = [
  'resume',
  'suspend',
  'terminate',
  'restart',
  'rollback',
] as const satisfies readonly WorkflowOperation[];

function workflowCommand(): Command {
  return new Command('workflow')
    .description("handle an application's workflow")
    .addArgument(new Argument('<operation>', 'what to do').choices(OPERATIONS))
    .argument('<application>')
    .addOption(namespaceOption())
    .option('--step <name>', 'only this step: of resume and suspend')
    .addOption(kubeconfigsOption())
    .action(workflow);
}

async function workflow(
  operation: WorkflowOperation,
  name: string,
  { namespace, step, kubeconfigs }: { namespace: string; step?: string; kubeconfigs: string },
): Promise<void> {
  const { operate } = await import('../engine/kubectl/operators.ts');
  const { APPLICATION } = await import('../engine/model.ts');
  const ref = { ...APPLICATION, namespace, name };
  await withHub(kubeconfigs, async ({ client }) => `${await operate(client, ref, operation, step)}\n`);
}
