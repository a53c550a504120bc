import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../cli/liangdi.ts';
import { scratch } from '../scratch.ts';

interface Action {
  inputs: Record<string, { default: string }>;
  runs: { using: string; steps: { shell: string; env: Record<string, string>; run: string }[] };
}

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;

test('the action for GitHub runs the gate in the workspace, as its runner would', async () => {
  const [step] = action.runs.steps;
  const workspace = scratch();
  writeFileSync(join(workspace, 'gates.yaml'), 'seeds: 1\nscenarios: [noop]\n');
  const context: Record<string, string> = {
    'github.action_path': root,
    'github.workspace': workspace,
    'inputs.config': action.inputs['config']?.default ?? '',
    'inputs.out': action.inputs['out']?.default ?? '',
  };
  const filled = Object.entries(step?.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ (.*?) \}\}/g, (_, key: string) => context[key] ?? `no ${key}`),
  ]);
  const files = { GITHUB_OUTPUT: join(workspace, 'output'), GITHUB_STEP_SUMMARY: join(workspace, 'summary') };
  const env = { ...process.env, ...Object.fromEntries(filled), ...files };
  const code = await new Promise(resolve => {
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''];
    execFile('bash', args, { cwd: workspace, env }, error => resolve(error?.code ?? 0));
  });
  expect(action.runs.using).toBe('composite');
  expect(code).toBe(0);
  expect(readFileSync(files.GITHUB_OUTPUT, 'utf8')).toBe('junit=liangdi-gate/junit.xml\n');
  expect(readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')).toContain('HELD');
  expect(readFileSync(join(workspace, 'liangdi-gate/junit.xml'), 'utf8')).toContain('testsuite name="noop"');
}, 60_000);

test('no text of a caller becomes part of the script', () => {
  for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
});
