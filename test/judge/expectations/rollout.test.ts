import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

const plan = (at: number, centre: string, env: string, config = 'db', version = 'v1') =>
  ({ at, kind: 'plan', centre, env, config, publishVersion: version }) as const;
const body = (at: number, id: number, env: string, config = 'db\n') =>
  ({ at, kind: 'body', id, status: 200, text: '', env, config }) as const;
const phase = (at: number, name: string, publishVersion: string) =>
  ({ at, kind: 'workflow', application: 'web-demo', publishVersion, phase: name, steps: {} }) as const;

describe('configuration-matches-centre', () => {
  const story = (params: object = {}) =>
    new Story({ 'configuration-matches-centre': params })
      .add(plan(0, 'cluster1-beijing', 'one'), plan(0, 'cluster2-beijing', 'two'))
      .add(phase(1000, 'runningWorkflow', 'v1'), phase(2000, 'running', 'v1'))
      .timeline(3000)
      .add(body(3000, 1, 'one'), body(3000, 2, 'two'))
      .end(300_000);
  const pages = (to: string, id: number, from = 10_000, until = 20_000) =>
    ({ from, until, to, fields: { body: id } }) as const;

  it('holds when every centre shows what the plan has for it', () => {
    const right = story().requests(pages('cluster1-beijing', 1)).requests(pages('cluster2-beijing', 2));
    expect(judged(right)).toMatchObject({ result: 'held', evidence: { text: 'All of 20 pages showed it.' } });
  });

  it("is violated by another centre's page, another configuration, or another page", () => {
    const wrong = story().requests(pages('cluster1-beijing', 2));
    expect(judged(wrong)).toMatchObject({
      result: 'violated',
      evidence: {
        text: '10 pages of 10 were wrong; the first, from cluster1-beijing at T+00:07.1, showed env two, config db.',
      },
    });
    const drifted = story()
      .add(body(4000, 3, 'one', 'other'))
      .requests(pages('cluster1-beijing', 3));
    expect(resultOf(drifted)).toBe('violated');
    const foreign = story()
      .add({ at: 4000, kind: 'body', id: 3, status: 200, text: 'welcome' })
      .requests(pages('cluster1-beijing', 3));
    expect(resultOf(foreign)).toBe('violated');
    expect(resultOf(story().requests(pages(HANGZHOU, 1)))).toBe('violated');
  });

  it('accepts any page that the plan has for a centre of several Deployments, and no other', () => {
    const several = (params: object = {}) =>
      story(params)
        .add(plan(0, 'cluster1-beijing', 'canary'), body(4000, 3, 'canary'))
        .requests(pages('cluster1-beijing', 1))
        .requests(pages('cluster1-beijing', 3));
    expect(resultOf(several())).toBe('held');
    expect(resultOf(several().requests(pages('cluster1-beijing', 2)))).toBe('violated');
    // The plan has it, and a page that was seen is another.
    expect(judged(several({ shows: { 'cluster1-beijing': { env: 'one' } } }))).toMatchObject({
      result: 'violated',
      evidence: { text: expect.stringMatching(/^10 pages of 20 were wrong; .* env canary/) },
    });
    expect(judged(several({ shows: { 'cluster1-beijing': { env: 'two' } } }))).toMatchObject({
      result: 'violated',
      evidence: { text: expect.stringMatching(/plan/) },
    });
  });

  it('accepts the old page while the new version is rolled out, and no longer', () => {
    const rollout = () =>
      story()
        .add(plan(100_000, 'cluster1-beijing', 'new', 'db', 'v2'), body(100_000, 3, 'new'))
        // Right after the deployment the status is still the old one.
        .add(phase(100_000, 'running', 'v2'), phase(101_000, 'runningWorkflow', 'v2'))
        .add(phase(150_000, 'running', 'v2'))
        .requests(pages('cluster1-beijing', 3, 120_000, 200_000));
    expect(resultOf(rollout().requests(pages('cluster1-beijing', 1, 120_000, 150_000)))).toBe('held');
    expect(resultOf(rollout().requests(pages('cluster1-beijing', 1, 120_000, 151_000)))).toBe('violated');
    expect(
      resultOf(
        story()
          .add(body(4000, 3, 'new'))
          .requests(pages('cluster1-beijing', 3, 50_000, 51_000)),
      ),
    ).toBe('violated');
  });

  it('is unknown when the old page is shown and nothing was seen of how far the rollout was', () => {
    const unseen = () =>
      story()
        .add(plan(100_000, 'cluster1-beijing', 'new', 'db', 'v2'), body(100_000, 3, 'new'))
        .requests(pages('cluster1-beijing', 3, 150_000, 200_000));
    expect(resultOf(unseen())).toBe('held');
    const old = unseen().requests(pages('cluster1-beijing', 1, 120_000, 121_000));
    expect(judged(old)).toMatchObject({
      result: 'unknown',
      evidence: {
        text: 'The journal does not hold what 1 of 51 pages showed, or how far the rollout was then.',
      },
    });
    // It never ends, as when nobody approves it: the old page stays right.
    expect(resultOf(old.add(phase(101_000, 'workflowSuspending', 'v2')))).toBe('held');
  });

  it('is unknown when the journal does not hold what a page showed, and no other was wrong', () => {
    const lost = () => story().requests(pages('cluster1-beijing', 3));
    expect(resultOf(lost())).toBe('unknown');
    expect(resultOf(lost().requests(pages('cluster2-beijing', 2)))).toBe('unknown');
    expect(resultOf(lost().requests(pages('cluster2-beijing', 1)))).toBe('violated');
  });

  it('is violated by a plan that is wrong for the centre, whatever the pages show', () => {
    const shows = { 'cluster1-beijing': { env: 'one', contains: 'beijing-db' } };
    const right = story().requests(pages('cluster1-beijing', 1));
    expect(resultOf(right)).toBe('held');
    const wrongPlan = story({ shows }).requests(pages('cluster1-beijing', 1));
    expect(judged(wrongPlan)).toMatchObject({
      result: 'violated',
      evidence: {
        text: 'The plan for cluster1-beijing is not what the centre must show: env one, config db.',
      },
    });
  });

  it('is unknown without pages, without a plan, and without a page of a centre that must be seen', () => {
    expect(resultOf(story())).toBe('unknown');
    const planless = new Story({ 'configuration-matches-centre': {} })
      .timeline()
      .add(body(0, 1, 'one'))
      .requests(pages('cluster1-beijing', 1))
      .end(300_000);
    expect(resultOf(planless)).toBe('unknown');
    const shows = { [HANGZHOU]: { env: 'three' } };
    expect(judged(story({ shows }).requests(pages('cluster1-beijing', 1)))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'No page came from cluster1-hangzhou.' },
    });
  });
});

describe('approved-before', () => {
  const story = () =>
    new Story({ 'approved-before': { centre: 'cluster2-beijing', step: 'deploy2' } })
      .timeline(5000)
      .end(300_000);
  const approval = (at: number, publishVersion: string, step = 'deploy2') =>
    ({ at, kind: 'approval', application: 'web-demo', step, publishVersion }) as const;
  const object = (at: number, publishVersion: string, centre = 'cluster2-beijing') =>
    ({
      at,
      kind: 'object',
      centre,
      verb: 'ADDED',
      object: 'Deployment demo/web-demo',
      publishVersion,
    }) as const;

  it('holds when every version arrives after its approval, at the same moment too', () => {
    const approved = story().add(
      approval(1000, 'v1'),
      object(1000, 'v1'),
      approval(100_000, 'v2'),
      object(100_001, 'v2'),
    );
    expect(resultOf(approved)).toBe('held');
  });

  it('holds when a version waits, and what other centres get does not matter', () => {
    expect(
      resultOf(story().add(approval(1000, 'v1'), object(1001, 'v1'), object(2000, 'v2', HANGZHOU))),
    ).toBe('held');
  });

  it('is violated by a version that arrives before its approval, or on the approval of another', () => {
    expect(resultOf(story().add(object(999, 'v1'), approval(1000, 'v1')))).toBe('violated');
    expect(judged(story().add(approval(1000, 'v1'), object(1001, 'v1'), object(9000, 'v2')))).toMatchObject({
      result: 'violated',
      evidence: {
        text: 'In cluster2-beijing without approval: v2 (Deployment demo/web-demo at T+00:04.0).',
        lines: [5],
      },
    });
    expect(resultOf(story().add(approval(1000, 'v1', 'deploy1'), object(1001, 'v1')))).toBe('violated');
  });

  it('is unknown when a version was rolled out and did not show in the centre', () => {
    const rollout = (step: string, name: string) =>
      story()
        .add(approval(1000, 'v1'), object(1001, 'v1'))
        .add({ ...phase(9000, name, 'v2'), steps: { deploy2: step } });
    expect(resultOf(rollout('suspending', 'workflowSuspending'))).toBe('held');
    expect(judged(rollout('succeeded', 'running'))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'v2 was rolled out, and nothing was seen of it in cluster2-beijing.' },
    });
    const seen = rollout('succeeded', 'running').add(approval(8000, 'v2'), object(8500, 'v2'));
    expect(resultOf(seen)).toBe('held');
  });

  it('is unknown when nothing was seen in the centre', () => {
    expect(resultOf(story())).toBe('unknown');
    expect(resultOf(story().add(approval(1000, 'v1')))).toBe('unknown');
  });
});

describe('converged', () => {
  const story = () =>
    new Story({ converged: {} })
      .add(plan(0, 'cluster1-beijing', 'one'), plan(0, HANGZHOU, 'three'))
      .timeline()
      .end(300_000);
  const compare = (at: number, centre: string, ...differences: string[]) =>
    ({ at, kind: 'compare', centre, object: 'Deployment demo/web-demo', differences }) as const;

  it('holds when the last comparison of each object in every planned centre finds no difference', () => {
    const repaired = story().add(
      compare(100_000, HANGZHOU, 'spec.replicas'),
      compare(300_000, HANGZHOU),
      compare(300_000, 'cluster1-beijing'),
    );
    expect(judged(repaired)).toMatchObject({
      result: 'held',
      evidence: { text: '2 objects in 2 centres are as planned.' },
    });
  });

  it('is violated by a difference, also beside a centre that did not answer', () => {
    const drifted = story().add(
      compare(9000, HANGZHOU, 'spec.replicas'),
      compare(9000, 'cluster1-beijing', 'unreachable'),
    );
    expect(judged(drifted)).toMatchObject({
      result: 'violated',
      evidence: { text: 'Not as planned: Deployment demo/web-demo in cluster1-hangzhou (spec.replicas).' },
    });
  });

  it('counts what is compared after the timeline as its end', () => {
    const outage = (when: string) =>
      new Story({ converged: { when } })
        .add(plan(0, HANGZHOU, 'three'))
        .timeline()
        .fault('outage', BEIJING, { inject: 1000, injected: 1000, heal: 2000, healed: 2000 })
        .add({ at: 9000, kind: 'timeline-end' }, compare(29_000, HANGZHOU))
        .end(30_000);
    expect(resultOf(outage('always'))).toBe('held');
    expect(resultOf(outage('after outage'))).toBe('held');
    expect(resultOf(outage('during outage'))).toBe('unknown');
  });

  it('is unknown when a centre was compared with an earlier plan alone', () => {
    const planned = story()
      .add(compare(9000, HANGZHOU), compare(9000, 'cluster1-beijing'))
      .add(plan(100_000, HANGZHOU, 'three', 'db', 'v2'));
    expect(resultOf(planned)).toBe('unknown');
    expect(resultOf(planned.add(compare(100_000, HANGZHOU)))).toBe('held');
  });

  it('is unknown when a centre did not answer, was not compared, or nothing was', () => {
    expect(
      resultOf(story().add(compare(9000, HANGZHOU), compare(9000, 'cluster1-beijing', 'unreachable'))),
    ).toBe('unknown');
    expect(resultOf(story().add(compare(9000, HANGZHOU)))).toBe('unknown');
    expect(resultOf(story())).toBe('unknown');
    expect(resultOf(new Story({ converged: {} }).timeline().end(9000))).toBe('unknown');
  });

  it('needs the three centres of the topology where no plan was written down', () => {
    const all = [...BEIJING, HANGZHOU].map(centre => compare(9000, centre));
    expect(
      resultOf(
        new Story({ converged: {} })
          .timeline()
          .add(...all)
          .end(9000),
      ),
    ).toBe('held');
  });
});
