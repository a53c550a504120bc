import { Command } from 'commander';
import { wallTime } from '../runtime/wall.ts';
import { kubeconfigsOption, namespaceOption, withHub } from './hub.ts';

export function getCommand(): Command {
  return new Command('get')
    .description('applications on the hub, as `kubectl get app` prints them')
    .argument('<kind>', 'app')
    .argument('[name]', 'one application; all without')
    .addOption(namespaceOption())
    .addOption(kubeconfigsOption())
    .addHelpText('after', '\nExample:\n  liangdi get app web-demo -n demo')
    .action(get);
}

async function get(
  kind: string,
  name: string | undefined,
  { namespace, kubeconfigs }: { namespace: string; kubeconfigs: string },
  command: Command,
): Promise<void> {
  if (!['app', 'apps', 'application', 'applications'].includes(kind)) {
    command.error(`error: liangdi get knows app, not ${kind}; \`liangdi amc get\` looks at clusters`);
  }
  const { getApplications } = await import('../engine/kubectl/amc.ts');
  await withHub(kubeconfigs, hub =>
    getApplications(hub, { namespace, ...(name === undefined ? {} : { name }) }, wallTime()),
  );
}
