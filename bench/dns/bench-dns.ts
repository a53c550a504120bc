import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { executable } from '../../src/runtime/executable.ts';

/*
 * Queries per second of the emulator's name server and of CoreDNS, both asked by dnsperf for the same names, each server
 * on the same one core, in turns; then once more while the health of what it answers goes up and down all the time.
 *
 * `COREDNS` names the binary; by default it is looked for in PATH and in ~/.cache/kind-images/bin.
 */

const ROOT = resolve(import.meta.dirname, '../..');
const ROUNDS = 3;
const SECONDS = 5;
const NAMES = [
  'web-demo.gtm.example.com A',
  'web-demo.example.com A',
  'web-demo.gtm.example.com AAAA',
  'nosuch.example.com A',
];
/** The server's core, and the other one for dnsperf. */
const [SERVER_CORE, CLIENT_CORE] = ['0', '1'];

function find(name: string, ...more: string[]): string {
  const path = executable(name, '/usr/sbin', ...more);
  if (path !== undefined) return path;
  process.stderr.write(`bench-dns needs ${name}, which this machine does not have\n`);
  process.exit(3);
}

const dnsperf = find('dnsperf');
const coredns = process.env['COREDNS'] ?? find('coredns', join(homedir(), '.cache/kind-images/bin'));
const folder = mkdtempSync(join(tmpdir(), 'liangdi-bench-dns-'));
const queries = join(folder, 'queries');
writeFileSync(queries, `${NAMES.join('\n')}\n`);

interface Measured {
  readonly perSecond: number;
  /** Per second that the server was on its core: what else the machine does does not count. */
  readonly perCpuSecond: number;
  readonly lost: number;
  readonly failed: number;
}

/** Seconds that a process has been on a core (proc(5), in ticks of a hundredth). */
function cpuSeconds(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Runs dnsperf in a process of its own, without waiting for it. */
async function measure({
  child: server,
  port,
}: {
  readonly child: ChildProcess;
  readonly port: number;
}): Promise<Measured> {
  const before = cpuSeconds(server);
  const args = ['-c', CLIENT_CORE, dnsperf, '-s', '127.0.0.1', '-p', String(port), '-d', queries];
  const child = spawn('taskset', [...args, '-l', String(SECONDS), '-c', '4', '-q', '100']);
  let text = '';
  child.stdout.on('data', chunk => {
    text += chunk;
  });
  await once(child, 'close');
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const codes = /Response codes: +(.*)/.exec(text)?.[1] ?? '';
  const failed = [...codes.matchAll(/(SERVFAIL|REFUSED|FORMERR) (\d+)/g)].reduce(
    (sum, one) => sum + Number(one[2]),
    0,
  );
  const completed = number(/Queries completed: +(\d+)/);
  return {
    perSecond: number(/Queries per second: +([\d.]+)/),
    perCpuSecond: completed / (cpuSeconds(server) - before),
    lost: number(/Queries lost: +(\d+)/),
    failed,
  };
}

const servers = new Set<ChildProcess>();

function onServerCore(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn('taskset', ['-c', SERVER_CORE, command, ...args], { env: { ...process.env, ...env } });
  servers.add(child);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  servers.delete(child);
}

async function startCoreDns(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const zone = join(folder, 'zone');
  writeFileSync(
    zone,
    `$ORIGIN example.com.
@ 3600 IN SOA ns hostmaster 1 3600 600 86400 10
@ 3600 IN NS ns
ns 3600 IN A 127.0.0.1
web-demo 60 IN CNAME web-demo.gtm
web-demo.gtm 60 IN A 203.0.113.10
web-demo.gtm 60 IN A 203.0.113.20
`,
  );
  const port = 5397;
  writeFileSync(join(folder, 'Corefile'), `.:${port} {\n  bind 127.0.0.1\n  file ${zone} example.com\n}\n`);
  const child = onServerCore(coredns, ['-conf', join(folder, 'Corefile')], { GOMAXPROCS: '1' });
  for (let tries = 0; tries < 50; tries += 1) {
    const probe = spawnSync(dnsperf, [
      '-s',
      '127.0.0.1',
      '-p',
      String(port),
      '-d',
      queries,
      '-n',
      '1',
      '-l',
      '1',
    ]);
    if (/Queries completed: +[1-9]/.test(String(probe.stdout))) break;
  }
  return { child, port };
}

async function startEmulator(): Promise<{
  readonly child: ChildProcess;
  readonly port: number;
  setHealth(up: boolean): void;
}> {
  let status = 200;
  const web = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>(done => web.listen(0, '127.0.0.1', done));
  web.unref();
  const target = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  const monitor =
    "Monitor: { ProtocolType: HTTP, Interval: 15, Timeout: 10000, EvaluationCount: 1, IspCityNode: [{ CityCode: '503' }] }";
  const account = join(folder, 'account.yaml');
  writeFileSync(
    account,
    `emulator: { publishDelay: 0s, recoverySuccesses: 1, holdDown: 0s }
reach: { 203.0.113.10: '${target}', 203.0.113.20: '${target}', 203.0.113.30: '${target}' }
DnsGtm:
  - InstanceId: gtm-cn-bench
    Config: { PublicRr: web-demo.gtm, PublicZoneName: example.com, PublicUserDomainName: web-demo.example.com, Ttl: 60 }
    AddrPools:
      - { Name: beijing, Type: IPV4, Addr: [{ Addr: 203.0.113.10 }, { Addr: 203.0.113.20 }], ${monitor} }
      - { Name: hangzhou, Type: IPV4, Addr: [{ Addr: 203.0.113.30 }] }
    AccessStrategies:
      - { StrategyName: main, Lines: [default], DefaultAddrPool: [{ Name: beijing }], DefaultMinAvailableAddrNum: 1, FailoverAddrPool: [{ Name: hangzhou }] }
`,
  );
  const args = [
    'gtm',
    'serve',
    '--config',
    account,
    '--dns',
    '127.0.0.1:0',
    '--api',
    '127.0.0.1:0',
    '--time-scale',
    '50',
  ];
  const child = onServerCore(join(ROOT, 'bin/liangdi'), args);
  if (!child.stdout) throw new Error('the emulator has no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const port = Number(/dns \S+:(\d+)/.exec(line)?.[1]);
  return {
    child,
    port,
    setHealth(up) {
      status = up ? 200 : 503;
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

try {
  const [ours, theirs] = [await startEmulator(), await startCoreDns()];
  // Both are asked in turns, so that what else the machine does meets both alike.
  const rounds: { ours: Measured; theirs: Measured }[] = [];
  await measure(ours);
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ theirs: await measure(theirs), ours: await measure(ours) });
  let toggles = 0;
  const toggling = setInterval(() => {
    toggles += 1;
    ours.setHealth(toggles % 2 === 0);
  }, 700);
  const toggled = await measure(ours);
  clearInterval(toggling);
  const [own, other] = (['ours', 'theirs'] as const).map(who => ({
    perSecond: median(rounds.map(round => round[who].perSecond)),
    perCpuSecond: median(rounds.map(round => round[who].perCpuSecond)),
  })) as [Pick<Measured, 'perSecond' | 'perCpuSecond'>, Pick<Measured, 'perSecond' | 'perCpuSecond'>];
  const all = [...rounds.map(round => round.ours), toggled];
  const lost = all.reduce((sum, one) => sum + one.lost + one.failed, 0);
  const row = (name: string, one: Pick<Measured, 'perSecond' | 'perCpuSecond'>) =>
    `  ${name.padEnd(18)} ${whole(one.perSecond).padStart(8)} ${whole(one.perCpuSecond).padStart(12)}\n`;
  process.stdout.write(
    `queries on one core, median of ${ROUNDS} rounds of ${SECONDS} s
  ${' '.repeat(18)} a second  a CPU second
${row('liangdi gtm serve', own)}${row('CoreDNS', other)}ratio of queries a CPU second: ${(own.perCpuSecond / other.perCpuSecond).toFixed(2)}
while health goes up and down (${toggles} times in ${SECONDS} s)
${row('liangdi gtm serve', toggled)}lost or failed answers of ours: ${lost}
`,
  );
  process.exitCode = own.perCpuSecond >= other.perCpuSecond && lost === 0 ? 0 : 1;
  await Promise.all([stop(ours.child), stop(theirs.child)]);
} finally {
  for (const child of servers) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
