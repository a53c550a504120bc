import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../scratch.ts';
import { here, root } from './liangdi.ts';

const SHIPPED = join(root, 'clusters/web-demo');

/** A folder of one's own with the shipped manifests. */
function manifests(change: (app: string) => string = app => app): string {
  const folder = scratch();
  cpSync(SHIPPED, folder, { recursive: true });
  const file = join(folder, 'app.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

describe('liangdi plan', () => {
  it('says what each centre will get, step by step', async () => {
    const { code, stdout } = await here(['plan', '-f', SHIPPED]);
    expect(code).toBeUndefined();
    expect(stdout).toMatch('Application demo/web-demo, version version8: 3 steps, one after the other');
    expect(stdout).toMatch(
      '2 deploy-cluster2-beijing (deploy; waits for approval)\n    policies: override-env-cluster2-beijing, cluster2-beijing\n',
    );
    expect(stdout.split('\n').filter(line => line.length > 100)).toEqual([]);
    expect(stdout).toMatch(
      / {4}cluster1-hangzhou\n {8}Deployment demo\/web-demo +component deployment; env, scaler/,
    );
  });

  it('prints the manifests of one cluster', async () => {
    const { stdout } = await here(['plan', '-f', SHIPPED, '--cluster', 'cluster1-hangzhou']);
    expect(stdout).toMatch('app.oam.dev/cluster: cluster1-hangzhou');
    expect(stdout).toMatch('replicas: 1');
    expect(stdout).toMatch('hangzhou-db.pg.aliyun.com');
    expect(stdout).not.toMatch('beijing-db');
  });

  it('quotes the texts that kubectl would take for something else', async () => {
    const folder = manifests(app =>
      app
        .replace(/^( +)database-address: .*$/m, '$1x')
        .replace(/^( +)config\.json: \|$/m, '$1texts: { answer: "yes", mode: "0644", port: "1_000" }\n$&'),
    );
    const { stdout, stderr } = await here(['plan', '-f', folder, '--cluster', 'cluster1-hangzhou']);
    expect(stderr).toBe('');
    expect(stdout).toMatch('answer: "yes"\n    mode: "0644"\n    port: "1_000"\n');
  });

  it('compares the centres', async () => {
    const { stdout } = await here(['plan', '-f', SHIPPED, '--diff']);
    expect(stdout).toMatch('--- cluster1-beijing\n+++ cluster1-hangzhou\n');
    expect(stdout).toMatch('    spec.replicas\n    - 5\n    + 1\n');
    expect(stdout).toMatch('-   database-host: "beijing-db.pg.aliyun.com"\n    +   database-address:');
  });

  it.each(['', 'clusters/shop'])('compares with a git revision (manifests in "%s")', async place => {
    const checkout = scratch();
    const folder = join(checkout, place);
    cpSync(SHIPPED, folder, { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: checkout });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    const file = join(folder, 'app.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/replicas: 1\b/, 'replicas: 3'));
    const { code, stdout } = await here(['plan', '-f', folder, '--diff', 'HEAD']);
    expect(code).toBeUndefined();
    expect(stdout).toMatch('cluster1-beijing at HEAD and cluster1-beijing now get the same.');
    expect(stdout).toMatch(
      '+++ cluster1-hangzhou now\n  Deployment demo/web-demo\n    spec.replicas\n    - 1\n    + 3\n',
    );
  });

  it('says what is wrong, and exits with 64', async () => {
    const unknown = await here(['plan', '-f', manifests(app => app.replace('type: scaler', 'type: scalar'))]);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toMatch('unknown trait type "scalar"; built in:');
    const empty = scratch();
    expect((await here(['plan', '-f', empty])).stderr).toBe(`${empty}: no Application in there\n`);
    const nowhere = await here(['plan', '-f', SHIPPED, '--cluster', 'x']);
    expect(nowhere.code).toBe(64);
    expect(nowhere.stderr).toMatch('nothing goes to "x"; clusters: "cluster1-beijing"');
    expect((await here(['plan', '-f', join(SHIPPED, 'ghost.yaml')])).code).toBe(64);
  });
});
