import { Resolver } from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEIJING_1, BEIJING_2, HANGZHOU, Rig } from '../gtm/api/rig.ts';
import { LocalServers } from '../runtime/local-servers.ts';
import { scratch } from '../scratch.ts';
import { Daemon, type Dug, needs, parseDig, run } from './tools.ts';

/*
 * The emulator's DNS before other people's tools and resolvers. Names in `example.com`: www (an alias of a.gtm), many.gtm
 * with 40 addresses, ratio.gtm by weight, alias.gtm of a domain pool, lines.gtm by line; of GTM 3.0, turn.gtm3.
 */

const TTL = 3;
const many = Array.from({ length: 40 }, (_, i) => `{ Addr: 198.51.100.${i} }`).join(', ');
const instance = (id: string, rr: string, pools: string, strategies: string) => `
  - InstanceId: gtm-cn-${id}
    Config: { PublicRr: ${rr}.gtm, PublicZoneName: example.com, Ttl: ${TTL}${id === 'a' ? ', PublicUserDomainName: www.example.com' : ''} }
    AddrPools: [${pools}]
    AccessStrategies: [${strategies}]`;
const strategy = (lines: string, pool: string, more = '') =>
  `{ StrategyName: ${pool}, Lines: [${lines}], DefaultAddrPool: [{ Name: ${pool} }], DefaultMinAvailableAddrNum: 1${more} }`;
const monitor =
  "Monitor: { ProtocolType: HTTP, Interval: 15, Timeout: 10000, EvaluationCount: 2, IspCityNode: [{ CityCode: '503' }] }";

const ACCOUNT = `
emulator: { publishDelay: 0s, recoverySuccesses: 1, holdDown: 0s }
lines: { 192.0.2.0/24: telecom, 192.0.2.128/25: unicom, 2001:db8::/32: telecom }
DnsGtm:${[
  instance(
    'a',
    'a',
    `{ Name: beijing, Type: IPV4, Addr: [{ Addr: ${BEIJING_1} }, { Addr: ${BEIJING_2} }], ${monitor} }, { Name: hangzhou, Type: IPV4, Addr: [{ Addr: ${HANGZHOU} }], ${monitor} }`,
    strategy('default', 'beijing', ', FailoverAddrPool: [{ Name: hangzhou }]'),
  ),
  instance('many', 'many', `{ Name: many, Type: IPV4, Addr: [${many}] }`, strategy('default', 'many')),
  instance(
    'ratio',
    'ratio',
    '{ Name: ratio, Type: IPV4, LbaStrategy: RATIO, Addr: [{ Addr: 192.0.2.1, LbaWeight: 3 }, { Addr: 192.0.2.2, LbaWeight: 1 }] }',
    strategy('default', 'ratio', ', DefaultLbaStrategy: RATIO'),
  ),
  instance(
    'alias',
    'alias',
    '{ Name: alias, Type: DOMAIN, Addr: [{ Addr: www.example.com }] }',
    strategy('default', 'alias', ', DefaultAddrPoolType: DOMAIN'),
  ),
  instance(
    'lines',
    'lines',
    '{ Name: all, Type: IPV4, Addr: [{ Addr: 192.0.2.1 }] }, { Name: telecom, Type: IPV4, Addr: [{ Addr: 192.0.2.2 }] }',
    `${strategy('default', 'all')}, ${strategy('telecom', 'telecom')}`,
  ),
].join('')}
CloudGtm:
  Instances: [{ InstanceId: gtm-cn-three, InstanceName: three }]
  Addresses:
    - { Name: one, Address: 192.0.2.1 }
    - { Name: two, Address: 192.0.2.2 }
    - { Name: three, Address: 192.0.2.3 }
  AddressPools:
    - { AddressPoolName: all, Addresses: [{ Name: one }, { Name: two }, { Name: three }] }
  InstanceConfigs:
    - { InstanceId: gtm-cn-three, ScheduleHostname: turn, ScheduleZoneName: gtm3.example.com, Ttl: ${TTL}, AddressPools: [{ Name: all }] }
`;

let rig: Rig;
let port: string;

beforeAll(async () => {
  rig = await Rig.start({ account: ACCOUNT, timeScale: 20 });
  port = rig.serving.dns.split(':')[1] ?? '';
});
afterAll(() => rig[Symbol.asyncDispose]());

const dig = async (...args: readonly string[]): Promise<Dug> =>
  parseDig(await run('dig', ['@127.0.0.1', '-p', port, '+tries=1', '+time=2', '+norec', ...args]));
const data = (lines: readonly string[]) => lines.map(line => line.split(' ').at(-1));

const withDig = needs('dig');
describe(`dig${withDig.note}`, { skip: withDig.skip, timeout: 30_000 }, () => {
  test.each([
    ['a.gtm.example.com', 'A', 2],
    ['www.example.com', 'A', 3],
    ['www.example.com', 'CNAME', 1],
    ['www.example.com', 'ANY', 1],
    ['example.com', 'SOA', 1],
    ['example.com', 'NS', 1],
    ['ns.example.com', 'A', 1],
    ['alias.gtm.example.com', 'A', 4],
    ['alias.gtm.example.com', 'TXT', 3],
  ])('%s %s: %d records, authoritative, of one TTL an RRset', async (name, type, records) => {
    const { status, flags, answer } = await dig('+notcp', name, type);
    expect(status).toBe('NOERROR');
    expect(flags).toEqual(['qr', 'aa']);
    expect(answer).toHaveLength(records - (type === 'TXT' ? 1 : 0));
    const sets = Map.groupBy(answer, line =>
      line
        .split(' ')
        .slice(0, 1)
        .concat(line.split(' ')[3] ?? '')
        .join(),
    );
    for (const set of sets.values()) expect(new Set(set.map(line => line.split(' ')[1])).size).toBe(1);
  });

  test.each(['AAAA', 'HTTPS', 'TXT', 'TYPE65280', 'SOA'])('no data of type %s, with the SOA', async type => {
    const { status, flags, answer, authority } = await dig('a.gtm.example.com', type);
    expect([status, flags, answer]).toEqual(['NOERROR', ['qr', 'aa'], []]);
    expect(authority).toEqual([
      expect.stringMatching(
        new RegExp(
          `^example\\.com\\. ${TTL} IN SOA ns\\.example\\.com\\. hostmaster\\.example\\.com\\. \\d+ .* ${TTL}$`,
        ),
      ),
    ]);
  });

  test.each([
    ['nosuch.example.com', 'NXDOMAIN', 1],
    ['gtm.example.com', 'NOERROR', 1],
    ['gtm3.example.com', 'NOERROR', 1],
    ['example.org', 'REFUSED', 0],
  ])('%s is %s', async (name, rcode, soas) => {
    const { status, flags, answer, authority } = await dig(name);
    expect([status, flags.includes('aa'), answer, authority.length]).toEqual([rcode, soas === 1, [], soas]);
  });

  test('a name in mixed case comes back so', async () => {
    const { question, answer } = await dig('A.GtM.eXaMpLe.CoM');
    expect(question).toEqual(['A.GtM.eXaMpLe.CoM. IN A']);
    expect(answer).toHaveLength(2);
  });

  test('an NS answer brings its address, an answer to a recursive question no recursion', async () => {
    const { additional } = await dig('example.com', 'NS');
    expect(additional).toEqual(['ns.example.com. 3600 IN A 127.0.0.1']);
    const { flags } = await dig('+rec', 'a.gtm.example.com');
    expect(flags).toEqual(['qr', 'aa', 'rd']);
  });

  test('zone transfers are refused', async () => {
    expect((await dig('example.com', 'AXFR')).text).toContain('Transfer failed.');
    expect((await dig('example.com', 'IXFR=1')).text).toContain('Transfer failed.');
  });

  describe('EDNS compliance, as ISC tests it', () => {
    const soa = ['example.com', 'SOA'];

    test.each([
      ['plain DNS', ['+noedns', '+noad', ...soa], 'NOERROR', /^$/],
      [
        'plain EDNS',
        ['+edns=0', '+nocookie', '+noad', ...soa],
        'NOERROR',
        /^; EDNS: version: 0, flags:; udp: 1232$/,
      ],
      [
        'an unknown version',
        ['+edns=1', '+noednsneg', '+nocookie', '+noad', ...soa],
        'BADVERS',
        /version: 0/,
      ],
      ['an unknown option', ['+edns=0', '+nocookie', '+ednsopt=100', ...soa], 'NOERROR', /^; EDNS: [^\n]*$/],
      ['unknown flags', ['+edns=0', '+nocookie', '+ednsflags=0x40', ...soa], 'NOERROR', /flags:; udp/],
      [
        'unknown version and option',
        ['+edns=1', '+noednsneg', '+nocookie', '+ednsopt=100', ...soa],
        'BADVERS',
        /^; EDNS: [^\n]*$/,
      ],
      ['DNSSEC wanted', ['+edns=0', '+nocookie', '+dnssec', ...soa], 'NOERROR', /flags: do; udp/],
      ['512 bytes', ['+edns=0', '+bufsize=512', '+ignore', '+nocookie', ...soa], 'NOERROR', /version: 0/],
      ['a cookie', ['+edns=0', '+cookie', ...soa], 'NOERROR', /^; EDNS: [^\n]*$/],
    ])('%s', async (_, args, status, opt) => {
      const answer = await dig(...args);
      expect(answer.status).toBe(status);
      expect(answer.opt).toMatch(opt);
      if (status === 'NOERROR') expect(answer.answer).toHaveLength(1);
    });
  });

  test('what does not fit is truncated, and comes over TCP', async () => {
    const name = 'many.gtm.example.com';
    const short = await dig('+noedns', '+ignore', name);
    expect(short.flags).toEqual(['qr', 'aa', 'tc']);
    expect(short.answer).toEqual([]);
    expect((await dig('+noedns', '+tcp', name)).answer).toHaveLength(40);
    expect((await dig('+noedns', name)).answer).toHaveLength(40);
    expect((await dig('+bufsize=1232', '+ignore', name)).answer).toHaveLength(40);
  });

  test.each([
    ['192.0.2.9/32', '192.0.2.2', '192.0.2.9/32/25'],
    ['192.0.2.0/24', '192.0.2.2', '192.0.2.0/24/24'],
    // No network of a line begins with the same six bits.
    ['198.51.100.0/24', '192.0.2.1', '198.51.100.0/24/6'],
    // Unicom has no strategy of its own.
    ['192.0.2.200/32', '192.0.2.1', '192.0.2.200/32/25'],
    ['2001:db8:1::/48', '192.0.2.2', '2001:db8:1::/48/32'],
    ['0.0.0.0/0', '192.0.2.1', '0.0.0.0/0/0'],
  ])('a client of %s gets %s, by %s', async (subnet, address, echoed) => {
    const { answer, opt } = await dig(`+subnet=${subnet}`, 'lines.gtm.example.com');
    expect(data(answer)).toEqual([address]);
    expect(opt).toContain(`CLIENT-SUBNET: ${echoed}`);
  });

  test.each([
    ['a scope in a question', '0001 18 01 c00002'],
    ['bits beyond the prefix', '0001 17 00 c00003'],
    ['too short an address', '0001 18 00 c000'],
    ['too long an address', '0001 18 00 c0000200'],
    ['a prefix longer than addresses are', '0001 21 00 c000020100'],
    ['a family that nobody knows', '0009 00 00'],
    ['half an option', '0001 18'],
  ])('a client that is told of wrongly is a format error: %s', async (_, option) => {
    const args = [`+ednsopt=8:${option.replaceAll(' ', '')}`, '+nocookie', 'lines.gtm.example.com'];
    expect(await dig(...args)).toMatchObject({ status: 'FORMERR', answer: [] });
  });

  test('an answer that no line matters for has scope 0', async () => {
    expect((await dig('+subnet=192.0.2.0/24', 'a.gtm.example.com')).opt).toContain('192.0.2.0/24/0');
  });
});

const withKdig = needs('kdig');
describe(`kdig${withKdig.note}`, { skip: withKdig.skip }, () => {
  test('asks several questions over one TCP connection', async () => {
    const names = ['a.gtm.example.com', 'many.gtm.example.com', 'nosuch.example.com', 'a.gtm.example.com'];
    const text = await run('kdig', ['@127.0.0.1', '-p', port, '+tcp', '+keepopen', '+norec', ...names]);
    const statuses = [...text.matchAll(/status: (\w+)/g)].map(match => match[1]);
    expect(statuses).toEqual(['NOERROR', 'NOERROR', 'NXDOMAIN', 'NOERROR']);
    expect(text.match(/198\.51\.100\.\d+/g)).toHaveLength(40);
  });

  test.each([
    ['192.0.2.9/32', '192.0.2.2', '192.0.2.9/32/25'],
    ['2001:db8:1::/48', '192.0.2.2', '2001:db8:1::/48/32'],
    ['::/0', '192.0.2.1', '::/0/0'],
  ])('tells of a client of %s, who gets %s, by %s', async (subnet, address, echoed) => {
    const args = [`+subnet=${subnet}`, '+norec', 'lines.gtm.example.com'];
    const text = await run('kdig', ['@127.0.0.1', '-p', port, ...args]);
    expect(data(parseDig(text).answer)).toEqual([address]);
    expect(text).toMatch(new RegExp(`^;; CLIENT-SUBNET: ${echoed.replaceAll('.', '\\.')}$`, 'm'));
  });
});

describe('a thousand answers', () => {
  const direct = () => {
    const resolver = new Resolver({ timeout: 5000, tries: 2 });
    resolver.setServers([rig.serving.dns]);
    return resolver;
  };
  const ask = async (name: string, times: number) => {
    const resolver = direct();
    const answers: string[][] = [];
    for (let i = 0; i < times; i += 1) answers.push(await resolver.resolve4(name));
    return answers;
  };

  test('ALL_RR puts each address in front equally often', async () => {
    const first = (await ask('a.gtm.example.com', 1000)).filter(one => one[0] === BEIJING_1).length;
    // Four standard deviations.
    expect(Math.abs(first - 500)).toBeLessThan(4 * Math.sqrt(250));
  });

  test('RATIO answers one, by its weight', async () => {
    const answers = await ask('ratio.gtm.example.com', 1000);
    expect(answers.every(one => one.length === 1)).toBe(true);
    const heavy = answers.filter(one => one[0] === '192.0.2.1').length;
    expect(Math.abs(heavy - 750)).toBeLessThan(4 * Math.sqrt(1000 * 0.75 * 0.25));
  });

  test("3.0's round robin turns by one each time: 123, 312, 231", async () => {
    const orders = (await ask('turn.gtm3.example.com', 9)).map(one => one.map(text => text.at(-1)).join(''));
    const turns = ['123', '312', '231'];
    const begin = turns.indexOf(orders[0] ?? '');
    expect(orders).toEqual(orders.map((_, i) => turns[(begin + i) % 3]));
  });
});

/** A resolver in front of the emulator, on a free port. */
async function inFront<T>(
  start: (own: number, folder: string) => Daemon,
  use: (ask: (name: string, ...args: string[]) => Promise<Dug>, own: number) => Promise<T>,
): Promise<T> {
  await using servers = new LocalServers();
  const own = await servers.closedPort();
  await using daemon = start(own, scratch());
  const ask = async (name: string, ...args: string[]) =>
    parseDig(await run('dig', ['@127.0.0.1', '-p', String(own), '+tries=1', '+time=3', name, ...args]));
  await expect
    .poll(async () => (await ask('ns.example.com')).status, { timeout: 20_000, message: daemon.output })
    .toBe('NOERROR');
  return await use(ask, own);
}

function unbound(more: string): (own: number, folder: string) => Daemon {
  return (own, folder) => {
    const file = join(folder, 'unbound.conf');
    writeFileSync(
      file,
      `server:
  interface: 127.0.0.1@${own}
  username: ""
  chroot: ""
  pidfile: "${folder}/pid"
  directory: "${folder}"
  do-daemonize: no
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "example.com." nodefault
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  cache-min-ttl: 0
  cache-max-negative-ttl: 60
  rrset-roundrobin: no
${more}
remote-control:
  control-enable: no
stub-zone:
  name: "example.com."
  stub-addr: 127.0.0.1@${port}
`,
    );
    return new Daemon('unbound', ['-d', '-c', file]);
  };
}

const ttlOf = (dug: Dug, name: string) =>
  Number(dug.answer.find(line => line.startsWith(name))?.split(' ')[1]);
const both = [BEIJING_1, BEIJING_2];

/** Beijing goes down until the emulator answers Hangzhou; gives back how Beijing is brought up again. */
async function failOver(): Promise<() => Promise<void>> {
  rig.set(503, ...both);
  await expect.poll(() => rig.ask('a.gtm.example.com'), { timeout: 20_000 }).toEqual([HANGZHOU]);
  return async () => {
    rig.set(200, ...both);
    await expect.poll(() => rig.ask('a.gtm.example.com'), { timeout: 20_000 }).toEqual(both);
  };
}

const withUnbound = needs('unbound', 'dig');
describe(`unbound${withUnbound.note}`, { skip: withUnbound.skip, timeout: 90_000 }, () => {
  test('resolves, counts down TTLs, and follows a failover within the TTL', async () => {
    await inFront(unbound(''), async ask => {
      const first = await ask('www.example.com');
      expect(first.answer).toHaveLength(3);
      expect(ttlOf(first, 'a.gtm')).toBe(TTL);
      await expect
        .poll(async () => ttlOf(await ask('www.example.com'), 'a.gtm'), { interval: 200, timeout: 20_000 })
        .toBeLessThan(TTL);
      expect((await ask('gtm.example.com')).status).toBe('NOERROR');
      expect((await ask('nosuch.example.com')).status).toBe('NXDOMAIN');
      const back = await failOver();
      const switched = performance.now();
      // When the last question was begun that was answered from the time before.
      let stale = switched;
      await expect
        .poll(
          async () => {
            const begun = performance.now();
            const heard = data((await ask('www.example.com')).answer).slice(1);
            if (!heard.includes(HANGZHOU)) stale = begun;
            return heard;
          },
          { interval: 100, timeout: 20_000 },
        )
        .toEqual([HANGZHOU]);
      // A second for the resolver's whole seconds.
      expect(stale - switched).toBeLessThan((TTL + 1) * 1000);
      await back();
    });
  });

  test('tells of its clients, and keeps an answer for those whom it is for', async () => {
    const subnets =
      '  module-config: "subnetcache iterator"\n  send-client-subnet: 127.0.0.1\n  client-subnet-always-forward: yes\n  max-client-subnet-ipv4: 32';
    await inFront(unbound(subnets), async ask => {
      for (const [client, address] of [
        ['192.0.2.9/32', '192.0.2.2'],
        ['198.51.100.0/24', '192.0.2.1'],
        // The first one's answer is in the cache for its half of the network; the other half is unicom's.
        ['192.0.2.77/32', '192.0.2.2'],
        ['192.0.2.200/32', '192.0.2.1'],
        ['192.0.2.9/32', '192.0.2.2'],
      ] as const)
        expect(data((await ask('lines.gtm.example.com', `+subnet=${client}`)).answer), client).toEqual([
          address,
        ]);
    });
  });

  test('that serves expired answers goes on without the emulator, and recovers with it', async () => {
    const stale = '  serve-expired: yes\n  serve-expired-ttl: 3600\n  serve-expired-client-timeout: 500';
    await inFront(unbound(stale), async ask => {
      expect((await ask('a.gtm.example.com')).answer).toHaveLength(2);
      await rig.serving.silence();
      try {
        // Longer than the TTL: the answer is stale.
        await expect
          .poll(async () => ttlOf(await ask('a.gtm.example.com'), 'a.gtm'), {
            interval: 300,
            timeout: 20_000,
          })
          .toBeGreaterThan(TTL);
        expect(data((await ask('a.gtm.example.com')).answer).sort()).toEqual(both);
      } finally {
        await rig.serving.answer();
      }
      const back = await failOver();
      await expect
        .poll(async () => data((await ask('a.gtm.example.com')).answer), { interval: 200, timeout: 40_000 })
        .toEqual([HANGZHOU]);
      await back();
    });
  });
});

const withDnsmasq = needs('dnsmasq', 'dig');
describe(`dnsmasq${withDnsmasq.note}`, { skip: withDnsmasq.skip, timeout: 90_000 }, () => {
  const dnsmasq = (...more: string[]) => {
    return (own: number) =>
      new Daemon('dnsmasq', [
        '--keep-in-foreground',
        '--no-resolv',
        '--no-hosts',
        '--bind-interfaces',
        '--listen-address=127.0.0.1',
        `--port=${own}`,
        `--server=/example.com/127.0.0.1#${port}`,
        '--conf-file=/dev/null',
        '--user=',
        '--pid-file=',
        ...more,
      ]);
  };

  test.each([
    ['keeps the TTL', [], TTL],
    ['raises it to its floor', ['--min-cache-ttl=60'], 60],
  ])('%s', async (_, args, ttl) => {
    await inFront(dnsmasq(...args), async ask => {
      await ask('a.gtm.example.com');
      const cached = await ask('a.gtm.example.com');
      expect(cached.answer).toHaveLength(2);
      expect(ttlOf(cached, 'a.gtm')).toBeLessThanOrEqual(ttl);
      expect(ttlOf(cached, 'a.gtm')).toBeGreaterThanOrEqual(ttl - 2);
    });
  });

  test('caches that there is nothing, for the SOA minimum at most', async () => {
    await inFront(dnsmasq(), async ask => {
      expect((await ask('nosuch.example.com')).status).toBe('NXDOMAIN');
      expect((await ask('nosuch.example.com')).status).toBe('NXDOMAIN');
      expect((await ask('a.gtm.example.com', 'AAAA')).status).toBe('NOERROR');
    });
  });

  test('without a negative cache asks each time, and Node hears the same from it', async () => {
    await inFront(dnsmasq('--no-negcache'), async (ask, own) => {
      expect((await ask('nosuch.example.com')).status).toBe('NXDOMAIN');
      const resolver = new Resolver();
      resolver.setServers([`127.0.0.1:${own}`]);
      expect((await resolver.resolve4('www.example.com')).sort()).toEqual(both);
      await expect(resolver.resolve4('nosuch.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    });
  });
});

const withDnsperf = needs('dnsperf');
describe(`dnsperf${withDnsperf.note}`, { skip: withDnsperf.skip, timeout: 120_000 }, () => {
  test.each(['udp', 'tcp'])(
    'hears no lost or failed answer over %s while health goes up and down',
    async mode => {
      const queries = join(scratch(), 'queries');
      writeFileSync(queries, 'a.gtm.example.com A\nwww.example.com A\na.gtm.example.com AAAA\n');
      let over = false;
      const toggling = (async () => {
        let switches = 0;
        while (!over) {
          const back = await failOver();
          await back();
          switches += 2;
        }
        return switches;
      })();
      const args = ['-s', '127.0.0.1', '-p', port, '-d', queries, '-l', '30', '-c', '20', '-m', mode];
      const text = await run('dnsperf', args);
      over = true;
      expect(await toggling).toBeGreaterThan(1);
      expect(text).toMatch(/Queries lost: +0 /);
      expect(/Response codes: +(.*)/.exec(text)?.[1]).toMatch(/^NOERROR \d+ \(100\.00%\)$/);
    },
  );
});
