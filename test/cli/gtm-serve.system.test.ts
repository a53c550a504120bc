import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { Sdk } from '../gtm/api/sdk.ts';
import { scratch } from '../scratch.ts';
import { here, liangdi, root } from './liangdi.ts';

const KEY = { accessKeyId: 'test-key', accessKeySecret: 'test-secret' };
const instanceId = 'gtm-cn-x';
const ACCOUNT = `
accessKeys: { ${KEY.accessKeyId}: ${KEY.accessKeySecret} }
DnsGtm:
  - InstanceId: ${instanceId}
    AddrPools: [{ Name: first, Type: IPV4, Addr: [{ Addr: 127.0.0.9 }] }]
`;

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** `liangdi gtm serve` in a process of its own, once it is ready. */
class Server {
  readonly child: ChildProcess;
  readonly sdk: Sdk;
  readonly stderr: () => string;

  static async start(args: readonly string[]): Promise<Server> {
    const free = ['--dns', '127.0.0.1:0', '--api', '127.0.0.1:0'];
    const child = spawn(join(root, 'bin/liangdi'), ['gtm', 'serve', ...free, ...args]);
    running.add(child);
    let stderr = '';
    child.stderr.on('data', chunk => {
      stderr += chunk;
    });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const [, , api] = /^gtm ready: dns (\S+) \(udp, tcp\), api http:\/\/(\S+)$/.exec(line) ?? [];
    expect(api, line).toBeDefined();
    return new Server(child, api ?? '', () => stderr);
  }

  private constructor(child: ChildProcess, api: string, stderr: () => string) {
    this.child = child;
    this.stderr = stderr;
    this.sdk = new Sdk({ ...KEY, endpoint: api });
  }

  /** The exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const [code, killed] = await ended;
    running.delete(this.child);
    return code ?? killed;
  }

  async pools(): Promise<string[]> {
    const { addrPools } = await this.sdk.call('DescribeDnsGtmInstanceAddressPools', {
      instanceId,
      pageSize: 100,
    });
    return addrPools.addrPool.map((pool: { name: string }) => pool.name);
  }

  addPool(name: string): Promise<unknown> {
    const addr = [{ addr: '127.0.0.9', mode: 'SMART', attributeInfo: '{}' }];
    return this.sdk.call('AddDnsGtmAddressPool', {
      instanceId,
      name,
      type: 'IPV4',
      lbaStrategy: 'ALL_RR',
      addr,
    });
  }
}

function account(text = ACCOUNT): string {
  const file = join(scratch(), 'account.yaml');
  writeFileSync(file, text);
  return file;
}

describe('liangdi gtm serve', { timeout: 60_000 }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'is ready when it says so, and ends with 0 at %s',
    async signal => {
      const server = await Server.start(['--config', account(), '--auth', 'strict']);
      expect(await server.pools()).toEqual(['first']);
      expect(await server.end(signal)).toBe(0);
      expect(server.stderr()).toBe('');
    },
  );

  test('starts with the shipped design', async () => {
    const server = await Server.start([]);
    expect(await server.sdk.call('DescribeDnsGtmInstances')).toMatchObject({ totalItems: 1 });
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('takes the configuration again at SIGHUP; a wrong one changes nothing', async () => {
    const file = account();
    const server = await Server.start(['--config', file]);
    await server.addPool('by-api');
    writeFileSync(file, ACCOUNT.replace('Type: IPV4', 'Type: IPV5'));
    server.child.kill('SIGHUP');
    await expect.poll(server.stderr).toContain('the configuration stays as it was');
    expect(await server.pools()).toEqual(['first', 'by-api']);
    writeFileSync(file, ACCOUNT.replace('Name: first', 'Name: again'));
    server.child.kill('SIGHUP');
    await expect.poll(() => server.pools()).toEqual(['again']);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('keeps what it acknowledged, whenever it is killed', async () => {
    const state = join(scratch(), 'gtm.json');
    const args = ['--config', account(), '--state', state];
    const acknowledged = ['first'];
    for (let round = 0; round < 3; round += 1) {
      const server = await Server.start(args);
      expect(await server.pools()).toEqual(expect.arrayContaining(acknowledged));
      const calls = [0, 1, 2, 3].map(async i => {
        const name = `${round}-${i}`;
        await server.addPool(name);
        acknowledged.push(name);
      });
      // In the middle of the calls: some are acknowledged, some are not.
      await Promise.race(calls);
      expect(await server.end('SIGKILL')).toBe('SIGKILL');
      await Promise.allSettled(calls);
    }
    const server = await Server.start(args);
    expect(await server.pools()).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged.length).toBeGreaterThan(3);
    expect(server.stderr()).toContain(`the account comes from ${state}, where it was kept, and not from`);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('writes what happens into a journal', async () => {
    const journal = join(scratch(), 'journal.ndjson');
    const server = await Server.start(['--journal', journal]);
    await server.end('SIGTERM');
    expect(existsSync(journal)).toBe(true);
    const kinds = readFileSync(journal, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).kind);
    expect(kinds.slice(0, 4)).toEqual(['route', 'publish', 'route', 'publish']);
  });

  test.each([
    [['--dns', 'nowhere'], 64, 'It must look like 127.0.0.1:5300'],
    [['--time-scale', '0'], 64, 'It must be a number from 1 to 100.'],
    [['--auth', 'none'], 64, 'Allowed choices are strict, lenient, off.'],
    [['--config', '/nosuch.yaml'], 64, '/nosuch.yaml'],
    [['--journal', '/nosuch/journal'], 64, '/nosuch/journal: the journal cannot be written'],
    [['--dns', '192.0.2.222:0'], 3, 'this machine does not have the address'],
    [
      ['--dns', ':0', '--api', '192.0.2.222:80'],
      3,
      'cannot serve the API on 192.0.2.222:80: this machine does not have the address',
    ],
  ])('%j ends with %d', async (args, code, message) => {
    const outcome = await here(['gtm', 'serve', ...args]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(message);
  });

  test('that cannot keep its state ends, with nothing left that goes on', async () => {
    const outcome = await liangdi(['gtm', 'serve', '--config', account(), '--state', '/nosuch/gtm.json']);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain('the state cannot be kept in /nosuch/gtm.json');
  });

  test.each([
    [
      { replaced: 'Type: IPV4', by: 'Type: IPV5' },
      'DnsGtm[0].AddrPools[0]: The parameter Type is not valid: it must be one of IPV4, IPV6, DOMAIN.',
    ],
    [
      { replaced: '127.0.0.9', by: 'nowhere' },
      'DnsGtm[0].AddrPools[0]: The parameter Addr.1.Addr is not valid: "nowhere" is not of type IPV4.',
    ],
    [{ replaced: 'AddrPools:', by: 'AddrPool:' }, 'AddrPool'],
    [
      { replaced: 'DnsGtm:', by: 'reach: { 192.0.2.1: 127.0.0.1:65536 }\nDnsGtm:' },
      'must be an IP address and a port',
    ],
    [{ replaced: 'DnsGtm:', by: 'networks: [192.0.2.0/33]\nDnsGtm:' }, '"192.0.2.0/33" is not a network'],
  ])('names what is wrong in the configuration: %j', async ({ replaced, by }, message) => {
    const outcome = await here(['gtm', 'serve', '--config', account(ACCOUNT.replace(replaced, by))]);
    expect(outcome.code).toBe(64);
    expect(outcome.stderr).toContain(message);
  });

  test.each(['{"format":1}', '{"format":1,"account":{"sequence":1,"cloud":{}},"alerts":[]}'])(
    'a state file that is none is told, and not overwritten: %s',
    async text => {
      const state = join(scratch(), 'gtm.json');
      writeFileSync(state, text);
      const outcome = await here(['gtm', 'serve', '--config', account(), '--state', state]);
      expect(outcome.code).toBe(64);
      expect(outcome.stderr).toContain('this is not a state file');
      expect(readFileSync(state, 'utf8')).toBe(text);
    },
  );
});
