import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listScenarios, loadScenario, recordOf } from '../../src/drill/scenario.ts';
import { faultsOf } from '../../src/drill/timeline.ts';
import { InputError } from '../../src/runtime/input-error.ts';
import { scratch } from '../scratch.ts';

const folder = scratch();

function written(text: string): string {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

const steady = `proves: Nothing happens.
ends: 60s
expect:
  - errors-below: { share: 1% }
`;

const load = (text: string) => () => loadScenario(written(text));

describe('a scenario file', () => {
  test('every shipped scenario reads, and says in one line what it proves', () => {
    const names = listScenarios().map(({ name }) => name);
    expect(names).toContain('beijing-down');
    for (const name of names) expect(loadScenario(name).proves, name).not.toContain('\n');
  });

  test('needs little: the rest is the shipped design', () => {
    const scenario = loadScenario(written(steady));
    expect(scenario).toMatchObject({ name: 'mine', ends: 60_000, timeline: [] });
    expect(scenario.application.objects.map(object => object.kind)).toContain('Application');
  });

  test('one of the project is the same by its name, its path, and a path through a symbolic link', () => {
    const scenarios = join(import.meta.dirname, '../../scenarios');
    symlinkSync(scenarios, join(folder, 'link'));
    const record = recordOf(loadScenario('noop'));
    for (const path of [scenarios, join(folder, 'link')])
      expect(recordOf(loadScenario(join(path, 'noop.yaml')))).toEqual(record);
    writeFileSync(join(folder, 'noop.yaml'), readFileSync(join(scenarios, 'noop.yaml')));
    expect(recordOf(loadScenario(join(folder, 'noop.yaml')))).toEqual({ ...record, file: 'noop.yaml' });
  });

  test('resolves a city to its centres, and writes repetitions out', () => {
    const { timeline } = loadScenario(
      written(`${steady}timeline:
  - { at: 10s, for: 2s, fault: ingress-down, on: beijing, name: blink, repeat: { times: 2, every: 5s } }
`),
    );
    expect(timeline).toEqual([
      {
        at: 10_000,
        for: 2000,
        fault: 'ingress-down',
        name: 'blink.1',
        on: ['cluster1-beijing', 'cluster2-beijing'],
        params: {},
      },
      {
        at: 15_000,
        for: 2000,
        fault: 'ingress-down',
        name: 'blink.2',
        on: ['cluster1-beijing', 'cluster2-beijing'],
        params: {},
      },
    ]);
  });

  const timelineOf = (...entries: readonly string[]) =>
    loadScenario(written(`${steady}timeline:\n${entries.map(entry => `  - ${entry}\n`).join('')}`)).timeline;

  test('may have the entries of its timeline in any order', () => {
    const timeline = timelineOf(
      '{ at: 30s, fault: hub-down, for: 1s }',
      '{ at: 10s, fault: gtm-dns-down, name: blink, for: 5s, repeat: { times: 3, every: 15s } }',
      '{ at: 10s, approve: deploy-cluster2-beijing }',
      '{ at: 0s, deploy: { publishVersion: v9 } }',
    );
    expect(timeline.map(entry => ('name' in entry ? entry.name : Object.keys(entry).at(-1)))).toEqual([
      'deploy',
      'blink.1',
      'approve',
      'blink.2',
      'hub-down',
      'blink.3',
    ]);
    expect(timeline[0]).toEqual({ at: 0, deploy: { publishVersion: 'v9', patches: [] } });
  });

  test('strikes each target once, and of what there is one, needs no target', () => {
    const on = (fault: string) => faultsOf(timelineOf(`{ at: 1s, fault: ${fault} }`))[0]?.on;
    expect(on('ingress-down, on: hangzhou')).toEqual(['cluster1-hangzhou']);
    expect(on('ingress-down, on: [cluster2-beijing, beijing, hangzhou]')).toEqual([
      'cluster2-beijing',
      'cluster1-beijing',
      'cluster1-hangzhou',
    ]);
    expect(on('vantage-loss, on: [beijing-alibaba]')).toEqual(['beijing-alibaba']);
    expect(on('hub-down')).toEqual(['hub']);
    expect(on('gtm-dns-down')).toEqual(['gtm']);
  });

  test('strikes links from everywhere unless it says from where', () => {
    expect(faultsOf(timelineOf('{ at: 1s, fault: partition, on: hangzhou }'))[0]?.params).toMatchObject({
      from: ['*'],
    });
  });

  test('repeats what strikes and passes as often as it likes, without an end to each', () => {
    const kills = timelineOf(
      '{ at: 1s, fault: pod-kill, on: hangzhou, name: kill, repeat: { times: 3, every: 1s } }',
    );
    expect(kills).toMatchObject([1000, 2000, 3000].map((at, i) => ({ at, name: `kill.${i + 1}` })));
    for (const kill of kills) expect(kill).not.toHaveProperty('for');
  });

  test('takes one place or several at the other end of a link', () => {
    const from = (places: string) => {
      const entry = `{ at: 1s, fault: partition, on: hangzhou, from: ${places} }`;
      return faultsOf(loadScenario(written(`${steady}timeline: [${entry}]\n`)).timeline)[0]?.params;
    };
    expect(from('hub')).toMatchObject({ from: ['hub'] });
    expect(from('[vantage, clients/jvm, vantage]')).toMatchObject({ from: ['vantage', 'clients/jvm'] });
  });

  test('may approve a step that it adds to the workflow', () => {
    const steps = '[{ name: again, type: deploy, properties: { policies: [] } }]';
    const target = '{ kind: Workflow, name: deploy-demo }';
    const deploy = `{ publishVersion: v9, patches: [{ target: ${target}, patch: { steps: ${steps} } }] }`;
    expect(
      load(`${steady}timeline: [{ at: 1s, deploy: ${deploy} }, { at: 9s, approve: again }]\n`),
    ).not.toThrow();
  });

  test('changes the GTM by the names of what it changes', () => {
    const { gtm } = loadScenario(
      written(`${steady}gtm:
  Config: { Ttl: 30 }
  AccessStrategies: [{ StrategyName: two-cities, FailoverAddrPool: EMPTY }]
`),
    );
    expect(gtm.Config.Ttl).toBe(30);
    expect(gtm.AccessStrategies[0]).toMatchObject({ FailoverAddrPool: [], DefaultMinAvailableAddrNum: 1 });
  });
});

describe('what is wrong in a scenario file is said with its place', () => {
  test.each([
    [
      'an unknown fault',
      'timeline: [{ at: 1s, fault: aplication-down, on: beijing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.fault: .*did you mean "application-down"/,
    ],
    [
      'an unknown target',
      'timeline: [{ at: 1s, fault: application-down, on: bejing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.on.*did you mean "beijing"/,
    ],
    [
      'a field that the fault does not have',
      'timeline: [{ at: 1s, fault: application-down, on: beijing, shear: 2% }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.shear: unknown field "shear"/,
    ],
    [
      'a missing field',
      'timeline: [{ at: 1s, fault: application-error, on: beijing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.share/,
    ],
    [
      'an entry that is nothing',
      'timeline: [{ at: 1s }]',
      /mine\.yaml:5:\d+: timeline\[0\]: must have one of/,
    ],
    ...['hub-down', '[{ at: 1s }]', 'null'].map((entry): [string, string, RegExp] => [
      `an entry that is no map (${entry})`,
      `timeline: [${entry}]`,
      /mine\.yaml:5:\d+: timeline\[0\]: must be a map with `at` and one of `fault`, `approve`, `deploy`/,
    ]),
    [
      'a timeline that is no list',
      'timeline: { at: 1s, fault: hub-down }',
      /mine\.yaml:5:\d+: timeline: expected a list of entries, each begun with "- "/,
    ],
    [
      'a fault without a target',
      'timeline: [{ at: 1s, fault: ingress-down }]',
      /timeline\[0\]\.on: is missing: one or several of beijing, cluster1-beijing, .*hangzhou, cluster1-hangzhou/,
    ],
    [
      'a fault without a vantage point',
      'timeline: [{ at: 1s, fault: vantage-loss }]',
      /timeline\[0\]\.on: is missing: one or several of .*, beijing-alibaba, /,
    ],
    [
      'a fault on no target',
      'timeline: [{ at: 1s, fault: ingress-down, on: [] }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.on/,
    ],
    [
      'a target for what there is one of',
      'timeline: [{ at: 1s, fault: hub-down, on: beijing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.on: unknown field "on"/,
    ],
    [
      'the other end of a fault that has none',
      'timeline: [{ at: 1s, fault: ingress-down, on: beijing, from: clients }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.from: unknown field "from"/,
    ],
    [
      'how long what strikes and passes lasts',
      'timeline: [{ at: 1s, fault: pod-kill, on: beijing, for: 10s }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.for: unknown field "for"/,
    ],
    [
      'a repetition that never ends',
      'timeline: [{ at: 1s, fault: hub-down, for: 1ms, repeat: { times: 101, every: 1s } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.repeat\.times: 101 is out of range/,
    ],
    [
      'a patch of an object of a kind that is not there',
      'timeline: [{ at: 1s, deploy: { publishVersion: v9, patches: [{ target: { kind: Deploymnt, name: web-demo }, patch: {} }] } }]',
      /timeline\[0\]\.deploy\.patches\[0\]\.target\.kind: .*no Deploymnt "web-demo"; did you mean "Deployment"/,
    ],
    [
      'a deploy without a version',
      'timeline: [{ at: 1s, deploy: { publishVersion: "" } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.deploy\.publishVersion/,
    ],
    [
      'two faults of one name',
      'timeline: [{ at: 1s, fault: hub-down }, { at: 2s, fault: hub-down }]',
      /mine\.yaml:5:\d+: timeline: two faults are named "hub-down"/,
    ],
    [
      'two faults of one name, one of them repeated',
      `timeline:
        - { at: 10s, fault: hub-down, for: 1s, name: x }
        - { at: 1s, fault: hub-down, for: 1s, repeat: { times: 2, every: 2s }, name: x }`,
      /mine\.yaml:5:\d+: timeline: two faults are named "x"/,
    ],
    [
      'a timeline past the end',
      'timeline: [{ at: 90s, fault: hub-down }]',
      /mine\.yaml:2:\d+: ends: the timeline goes on at 90s/,
    ],
    [
      'the approval of an unknown step',
      'timeline: [{ at: 1s, approve: deploy-cluster2-bejing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.approve: no step .*did you mean "deploy-cluster2-beijing"/,
    ],
    [
      'a patch of an object that is not there',
      'timeline: [{ at: 1s, deploy: { publishVersion: v9, patches: [{ target: { kind: Deployment, name: web-dmo }, patch: {} }] } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.deploy\.patches\[0\]\.target\.name: .*no Deployment "web-dmo"; did you mean "web-demo"/,
    ],
    [
      'a link to a place that is not there',
      'timeline: [{ at: 1s, fault: partition, on: beijing, from: [clients, vantge] }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.from\[1\]: no place is named "vantge"; did you mean "vantage"/,
    ],
    [
      'a link to a vantage point that is not there',
      'timeline: [{ at: 1s, fault: latency, latency: 1s, on: beijing, from: vantage/nanjing }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.from\[0\]: no place .*vantage\/nanjing-mobile/,
    ],
    ...['gtm', 'resolver/honest-1', 'hangzhou', 'cluster1-hangzhou'].map(
      (place): [string, string, RegExp] => [
        `a link from a centre to ${place}, which carries nothing`,
        `timeline: [{ at: 1s, fault: partition, on: beijing, from: [${place}] }]`,
        /mine\.yaml:5:\d+: timeline\[0\]\.from\[0\]: nothing goes between ".+" and a centre/,
      ],
    ),
    [
      'a fault of no time',
      'timeline: [{ at: 1s, fault: hub-down, for: 0s }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.for: must be more than 0s/,
    ],
    [
      'a repetition that begins before the last one is over',
      'timeline: [{ at: 1s, fault: hub-down, for: 5s, repeat: { times: 2, every: 5s } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.repeat\.every: must be more than the 5s that each lasts/,
    ],
    [
      'a repetition of what lasts to the end',
      'timeline: [{ at: 1s, fault: hub-down, repeat: { times: 2, every: 5s } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.repeat\.every: what is repeated needs `for`/,
    ],
    [
      'a repetition at one moment',
      'timeline: [{ at: 1s, fault: pod-kill, on: beijing, repeat: { times: 2, every: 0s } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.repeat\.every: must be more than 0s/,
    ],
    [
      'a link to a population that is not there',
      'timeline: [{ at: 1s, fault: loss, share: 5%, on: beijing, from: clients/honst }]',
      /mine\.yaml:5:\d+: timeline: loss: no population .*did you mean "clients\/honest"/,
    ],
    [
      'a centre in the GTM that the topology lacks',
      'gtm: { AddrPools: [{ Name: hangzhou, Addr: [{ Addr: cluster1-hangzou }] }] }',
      /mine\.yaml:5:\d+: gtm\.AddrPools.*no centre "cluster1-hangzou"; did you mean "cluster1-hangzhou"/,
    ],
    [
      'a duration that is none',
      'approveAfter: soon',
      /mine\.yaml:5:\d+: approveAfter: "soon" is not a duration/,
    ],
    [
      'an unknown field',
      'expects: []',
      /mine\.yaml:5:\d+: expects: unknown field "expects"; did you mean "expect"/,
    ],
    [
      'a change of the GTM that does not fit',
      'gtm: { Config: { Ttl: soon } }',
      /mine\.yaml:5:\d+: gtm\.Config\.Ttl/,
    ],
    [
      'a change of one pool, in another order than the file has them',
      `gtm:
  AddrPools:
    - { Name: hangzhou, Monitor: { Interval: 5 } }
    - { Name: beijing, Monitor: { Interval: 30 } }`,
      /mine\.yaml:7:\d+: gtm\.AddrPools\[0\]\.Monitor\.Interval: must be .* from 15/,
    ],
    [
      'a change of a strategy by another name than it has',
      'gtm: { AccessStrategies: [{ StrategyName: two-citys, DefaultMinAvailableAddrNum: 2 }] }',
      /mine\.yaml:5:\d+: gtm\.AccessStrategies\[0\]\.Lines: .*"two-citys" is new in gtm\.yaml; did you mean "two-cities"/,
    ],
    [
      'a second strategy',
      `gtm:
  AccessStrategies: [{ StrategyName: second, Lines: [default], DefaultAddrPool: [{ Name: beijing }], DefaultMinAvailableAddrNum: 1 }]`,
      /mine\.yaml:6:\d+: gtm\.AccessStrategies: expected one strategy, found two-cities, second/,
    ],
    [
      'a file that is not there',
      'files: { gtm: nope.yaml }',
      /mine\.yaml:5:\d+: files\.gtm: there is no such file: .*nope\.yaml/,
    ],
    [
      'a change past the hub of an object that the application does not have',
      `timeline:
  - { at: 1s, fault: config-drift, on: beijing, object: { apiVersion: v1, kind: ConfigMap, name: web }, patch: {} }`,
      /mine\.yaml:5:\d+: timeline: config-drift: the application has no ConfigMap web \(v1\) in cluster1-beijing and cluster2-beijing; did you mean "ConfigMap web-demo \(v1\)"/,
    ],
    [
      'a number without a unit',
      'approveAfter: 20',
      /mine\.yaml:5:\d+: approveAfter: 20 has no unit; write 20s or 20ms/,
    ],
    [
      'a name like that of a repetition',
      'timeline: [{ at: 1s, fault: hub-down, name: outage.1 }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.name: must not end like a repetition/,
    ],
    [
      'a population by a word of rto-below',
      'clients: { populations: [{ name: all, share: 0% }] }',
      /mine\.yaml:5:\d+: clients: no population can be named "all"/,
    ],
    [
      'a count out of range',
      'timeline: [{ at: 1s, fault: hub-down, repeat: { times: 1, every: 1s } }]',
      /mine\.yaml:5:\d+: timeline\[0\]\.repeat\.times: 1 is out of range: must be at least 2/,
    ],
    [
      'a share that does not sum up',
      'clients: { populations: [{ name: jvm, share: 50% }] }',
      /mine\.yaml:5:\d+: clients/,
    ],
    [
      'a fault name in an expectation that nothing bears',
      'timeline: [{ at: 1s, fault: hub-down, name: outage }]\nclients: { rate: 1 }\nexpekt: 1',
      /unknown field/,
    ],
  ])('%s', (_what, line, message) => {
    expect(load(`${steady}${line}\n`)).toThrow(message);
  });

  test('an expectation about a fault that the timeline does not have', () => {
    expect(load(`${steady}  - errors-below: { share: 0%, when: during outage }\n`)).toThrow(
      /mine\.yaml:5:\d+: expect\[1\].*outage/,
    );
  });

  test.each<[string, string, RegExp]>([
    ['an unknown one', 'no-flab: {}', /mine\.yaml:5:5: expect\[1\]\.no-flab: unknown .*"no-flap"/],
    ['an unknown field of one', 'no-flap: { at_most: 1 }', /mine\.yaml:5:16: .*at_most: unknown .*"at-most"/],
    ['a number out of range', 'no-flap: { at-most: -1 }', /mine\.yaml:5:16: expect\[1\]\.no-flap\.at-most/],
    ['a window that is none', 'errors-below: { share: 1%, when: sometimes }', /mine\.yaml:5:32: .*when/],
    [
      'a bound that nothing implies',
      'errors-below: { share: 1%, settle: bound }',
      /mine\.yaml:5:32: expect\[1\]\.errors-below\.settle: a bound has a meaning only with/,
    ],
    ['a name of every object', 'constructor: {}', /mine\.yaml:5:5: .*unknown field "constructor"/],
    ['two in one', 'no-flap: {}\n    converged: {}', /mine\.yaml:5:5: expect\[1\]: one expectation/],
    ['none', '{}', /mine\.yaml:5:5: expect\[1\]: one expectation/],
  ])('an expectation: %s', (_what, entry, message) => {
    expect(load(`${steady}  - ${entry}\n`)).toThrow(message);
  });

  test('an unknown scenario', () => {
    expect(() => loadScenario('beijin-down')).toThrow(/no such scenario; did you mean "beijing-down"/);
  });
});

describe('what is wrong in a file beside it is said with that file', () => {
  const changed = (file: string, from: string, to: string) => {
    const text = readFileSync(join(import.meta.dirname, '../../clusters', file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
    return load(`${steady}files: { ${file.replace('.yaml', '')}: ${file} }\n`);
  };

  test.each<[string, string, string, RegExp]>([
    [
      'a centre of that name',
      'cluster2-beijing',
      'cluster1-beijing',
      /:6:\d+: .*name: "cluster1-beijing" is already/,
    ],
    [
      'a city of that name',
      'name: hangzhou',
      'name: beijing',
      /:7:\d+: cities\[1\]\.name: "beijing" is already/,
    ],
    ['a place of that name', 'cluster1-hangzhou', 'clients', /:9:\d+: .*name: "clients" is already/],
    [
      'an engine that there is not',
      'pod:',
      'engine: vela\npod:',
      /:12:1: engine: unknown engine "vela"; known: liangdi, kubevela/,
    ],
    ['an address of another', '203.0.113.20', '203.0.113.10', /:6:\d+: .*address: 203.* of cluster1-beijing/],
    [
      'a link to nowhere',
      'to: hangzhou',
      'to: hangzou',
      /:18:\d+: links\[2\]\.to: .*did you mean "hangzhou"/,
    ],
  ])('the topology has %s', (_what, from, to, message) => {
    expect(changed('topology.yaml', from, to)).toThrow(new RegExp(`topology\\.yaml${message.source}`));
  });

  test('the GTM has a centre that the topology lacks', () => {
    expect(changed('gtm.yaml', 'Addr: cluster1-hangzhou', 'Addr: cluster9')).toThrow(
      /gtm\.yaml:34:\d+: AddrPools\[1\]\.Addr\[0\]\.Addr: the topology has no centre "cluster9"; known: cluster1-beijing/,
    );
  });

  test('the GTM has a time out of range', () => {
    expect(changed('gtm.yaml', 'Interval: 15', 'Interval: 14')).toThrow(/seconds from 15 to 3600/);
  });

  test.each<[string, string, string, RegExp]>([
    [
      'refers to what is not there',
      'ref: deploy-demo',
      'ref: deploy-dmo',
      /Workflow demo\/deploy-dmo not found/,
    ],
    ['has a step of no known type', 'type: deploy', 'type: deplou', /unknown step type "deplou"/],
    [
      'has a step that is sure to fail',
      'replicas: 1',
      'replicas: one',
      /step deploy-cluster1-hangzhou: .* component=deployment: scaler: replicas: must be a whole number/,
    ],
    ['has a trait of no known type', 'type: scaler', 'type: scalar', /unknown trait type "scalar"/],
  ])('the application %s', (_what, from, to, message) => {
    const clusters = join(import.meta.dirname, '../../clusters/web-demo');
    const text = readFileSync(join(clusters, 'app.yaml'), 'utf8').replace(from, to);
    writeFileSync(join(folder, 'app.yaml'), text);
    const file = `files: { application: [${join(clusters, 'app-meta.yaml')}, app.yaml] }\n`;
    expect(load(`${steady}${file}`)).toThrow(InputError);
    expect(load(`${steady}${file}`)).toThrow(new RegExp(`app\\.yaml: .*${message.source}`));
  });

  test('a group of steps is to be approved: it waits for its sub steps alone', () => {
    const clusters = join(import.meta.dirname, '../../clusters/web-demo');
    const text = readFileSync(join(clusters, 'app.yaml'), 'utf8').replace(
      /^steps:\n(?: .*\n)+/m,
      `steps:
  - name: all
    type: step-group
    subSteps: [{ name: ask, type: suspend }, { type: suspend }]
  - { type: deploy, properties: { policies: [cluster1-beijing, cluster2-beijing, cluster1-hangzhou] } }
`,
    );
    writeFileSync(join(folder, 'app.yaml'), text);
    const file = `files: { application: [${join(clusters, 'app-meta.yaml')}, app.yaml] }\n`;
    const approving = (step: string) => load(`${steady}${file}timeline: [{ at: 1s, approve: ${step} }]\n`);
    expect(approving('ask')).not.toThrow();
    expect(approving('all')).toThrow(/no step of the workflow is named "all"; known: ask, step-0-1, step-1/);
    expect(approving('step-0-1')).not.toThrow();
  });

  test('a centre that no step brings anything to', () => {
    const clusters = join(import.meta.dirname, '../../clusters/web-demo');
    const text = readFileSync(join(clusters, 'app.yaml'), 'utf8').replace(
      /^steps:\n(?: .*\n)+/m,
      'steps: [{ name: all, type: deploy, properties: { policies: [cluster1-beijing] } }]\n',
    );
    writeFileSync(join(folder, 'app.yaml'), text);
    expect(load(`${steady}files: { application: [${join(clusters, 'app-meta.yaml')}, app.yaml] }\n`)).toThrow(
      /app.yaml: Application web-demo: no step brings anything to cluster2-beijing and cluster1-hangzhou, and before/,
    );
  });

  test('a name that the GTM does not answer for', () => {
    const asking = (name: string) => load(`${steady}clients: { name: ${name} }\n`);
    expect(asking('shop.example.com')).toThrow(
      /clients.name: clients ask for shop.example.com \(clients.yaml\), and the GTM answers for web-demo.example.com and /,
    );
    expect(asking('web-demo.gtm.example.com')).not.toThrow();
  });

  test('the timeline deploys what cannot be distributed', () => {
    const patch = '{ spec: { components: [{ name: a, type: b, properties: {} }] } }';
    const target = '{ kind: Application, name: web-demo }';
    const entry = `{ at: 1s, deploy: { publishVersion: v9, patches: [{ target: ${target}, patch: ${patch} }] } }`;
    expect(load(`${steady}timeline: [${entry}]\n`)).toThrow(
      /mine\.yaml:5:1: timeline: deploy of v9: .*unknown component type "b"/,
    );
  });
});
