import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Daemon, needs, run } from './tools.ts';

/*
 * What programs see that ask the machine's own resolver, which knows port 53 only: the emulator serves there in a network
 * of its own, whose /etc/resolv.conf names it, and so do the centres' web servers, on port 80.
 */

const LIANGDI = resolve(import.meta.dirname, '../../bin/liangdi');
const NAME = 'www.example.com';
const CENTRES = { 'beijing-1': '127.0.1.1', 'beijing-2': '127.0.1.2', hangzhou: '127.0.2.1' };
const both = [CENTRES['beijing-1'], CENTRES['beijing-2']];
const monitor =
  "Monitor: { ProtocolType: HTTP, Interval: 15, Timeout: 10000, EvaluationCount: 2, IspCityNode: [{ CityCode: '503' }] }";
const ACCOUNT = `
emulator: { publishDelay: 0s, recoverySuccesses: 1, holdDown: 0s }
DnsGtm:
  - InstanceId: gtm-cn-a
    Config: { PublicRr: a.gtm, PublicZoneName: example.com, PublicUserDomainName: ${NAME} }
    AddrPools:
      - { Name: beijing, Type: IPV4, Addr: [{ Addr: ${both[0]} }, { Addr: ${both[1]} }], ${monitor} }
      - { Name: hangzhou, Type: IPV4, Addr: [{ Addr: ${CENTRES.hangzhou} }], ${monitor} }
    AccessStrategies:
      - { StrategyName: main, Lines: [default], DefaultAddrPool: [{ Name: beijing }], DefaultMinAvailableAddrNum: 1, FailoverAddrPool: [{ Name: hangzhou }] }
`;

/** Says which centre it is to whoever asks. */
const WEB =
  'const [name, host] = process.argv.slice(1); require("node:http").createServer((_, response) => response.end(name)).listen(80, host, () => console.log("ready"))';
/** Both of Node's ways to an address: the machine's resolver, and its own. */
const NODE_ASKS = `const dns = require('node:dns').promises;
  const both = [dns.lookup('${NAME}', { all: true }), dns.resolve4('${NAME}')];
  Promise.all(both).then(([system, own]) => console.log(JSON.stringify([system.map(one => one.address).sort(), own.sort()])))`;

/** Asks for ever, and tells what it hears: a line of addresses each time. */
const JAVA_ASKS = `import java.net.*;
class Ask {
  public static void main(String[] names) throws InterruptedException {
    for (;; Thread.sleep(100)) {
      var heard = new java.util.TreeSet<String>();
      try {
        for (var one : InetAddress.getAllByName(names[0])) heard.add(one.getHostAddress());
      } catch (UnknownHostException error) {
        heard.add("unknown");
      }
      System.out.println(String.join(" ", heard));
    }
  }
}`;

const tools = needs('unshare', 'nsenter', 'mount', 'ip', 'getent', 'curl');
const own = ['--user', '--map-root-user', '--mount', '--net'];
/** Empty where a network of one's own may be had. */
const refusal = tools.skip ? '' : await run('unshare', [...own, 'ip', 'link', 'set', 'lo', 'up']);
const note = tools.skip || refusal === '' ? tools.note : ` (skipped: ${refusal.trim()})`;

describe(`programs that ask the system${note}`, { skip: note !== '', timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-resolver-'));
  const webs = new Map<string, Daemon>();
  /** Holds the network; the others enter it. */
  let network: Daemon;
  let emulator: Daemon | undefined;

  const inside = (...command: readonly string[]) => [
    ...['-t', String(network.pid), '-U', '-m', '-n', '--preserve-credentials', '--'],
    ...command,
  ];
  const ask = (...command: readonly string[]) => run('nsenter', inside(...command));
  const curl = () => ask('curl', '-sS', '--max-time', '10', `http://${NAME}/`);

  async function ready(daemon: Daemon): Promise<void> {
    await vi.waitFor(() => expect(daemon.output).toContain('ready'), { timeout: 20_000 });
  }

  async function startWeb(name: keyof typeof CENTRES): Promise<void> {
    const web = new Daemon('nsenter', inside(process.execPath, '-e', WEB, name, CENTRES[name]));
    webs.set(name, web);
    await ready(web);
  }

  async function stopWeb(name: keyof typeof CENTRES): Promise<void> {
    await webs.get(name)?.[Symbol.asyncDispose]();
    webs.delete(name);
  }

  beforeAll(async () => {
    writeFileSync(join(folder, 'account.yaml'), ACCOUNT);
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:5 attempts:1\n');
    const script =
      'ip link set lo up && mount --bind "$0" /etc/resolv.conf && echo ready && exec sleep infinity';
    network = new Daemon('unshare', [...own, 'sh', '-c', script, join(folder, 'resolv.conf')]);
    await ready(network);
    // Before the emulator, which would find them down.
    await Promise.all([startWeb('beijing-1'), startWeb('beijing-2'), startWeb('hangzhou')]);
    const options = ['--config', join(folder, 'account.yaml'), '--dns', '127.0.0.1:53', '--api', ':0'];
    const serve = [LIANGDI, 'gtm', 'serve', ...options, '--time-scale', '50'];
    emulator = new Daemon('nsenter', inside(...serve));
    await ready(emulator);
  }, 60_000);

  afterAll(async () => {
    for (const web of webs.values()) await web[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const addresses = (text: string) => [...new Set(text.match(/^[\d.]+/gm))].sort();

  test('getent, and Node by the system and by itself, hear both addresses of Beijing', async () => {
    expect(addresses(await ask('getent', 'ahosts', NAME))).toEqual(both);
    expect(JSON.parse(await ask(process.execPath, '-e', NODE_ASKS))).toEqual([both, both]);
    expect(await ask('getent', 'ahosts', 'nosuch.example.com')).toBe('');
  });

  test('a loop of curls goes on with the other address, then in Hangzhou, then in Beijing again', async () => {
    expect(await curl()).toMatch(/^beijing-[12]$/);
    await stopWeb('beijing-1');
    for (let i = 0; i < 10; i += 1) expect(await curl()).toBe('beijing-2');
    await stopWeb('beijing-2');
    const heard: string[] = [];
    const next = async () => {
      heard.push(await curl());
      return heard.at(-1);
    };
    await expect.poll(next, { timeout: 20_000 }).toBe('hangzhou');
    expect(addresses(await ask('getent', 'ahosts', NAME))).toEqual([CENTRES.hangzhou]);
    await startWeb('beijing-1');
    await expect.poll(next, { timeout: 20_000 }).toBe('beijing-1');
    // Nobody was ever told that there is no such name.
    expect(heard.filter(one => /resolve/i.test(one))).toEqual([]);
  });

  const java = needs('java', 'javac');
  test.skipIf(java.skip)(`Java goes on with what it heard; told not to, it follows${java.note}`, async () => {
    writeFileSync(join(folder, 'Ask.java'), JAVA_ASKS);
    const start = (...options: readonly string[]) =>
      new Daemon('nsenter', inside('java', ...options, join(folder, 'Ask.java'), NAME));
    const heardBy = ({ output }: Daemon) => output.split('\n').at(-2);
    // By itself it keeps an answer for 30 seconds, whatever its TTL.
    await using keeping = start();
    await using following = start('-Dsun.net.inetaddr.ttl=0');
    for (const one of [keeping, following])
      await expect.poll(() => heardBy(one), { timeout: 30_000 }).toBe(CENTRES['beijing-1']);
    await stopWeb('beijing-1');
    await expect.poll(() => heardBy(following), { timeout: 20_000 }).toBe(CENTRES.hangzhou);
    expect(heardBy(keeping)).toBe(CENTRES['beijing-1']);
    expect(keeping.output + following.output).not.toContain('unknown');
  });
});
