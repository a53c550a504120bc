import type { Phase } from '../verdict.ts';
import { faultOfWhen } from '../windows.ts';
import { length as inUnits, percent, type Units } from '../words.ts';
import type { Language } from './statement.ts';
import type { Observed, Page, Recovered, When } from './values.ts';

/** What the judge says, for readers of the Chinese page. */
export const chinese: Language = {
  // Any expectation.
  asWritten: text => text,
  noSuchExpectation: () => '本版本没有这项预期。',
  readsOtherwise: why => `本版本对其字段的要求不同：${why}。`,
  noEnd: () => '日志没有结尾：它被截断了。',
  interrupted: detail => `演练被中断${detail && `：${detail}`}。`,
  failed: detail => `演练失败${detail && `：${detail}`}。`,
  noRequest: () => '没有发出任何请求。',

  // Windows and bounds.
  neverBegan: () => '时间线没有开始。',
  neverEnded: () => '演练没有进行到结束。',
  noSuchWindow: when => `本版本没有 ${when} 这个时段。`,
  noFault: () => '没有故障生效。',
  noEffect: fault => `故障 ${fault} 没有生效。`,
  neverHealed: fault => `故障 ${fault} 没有解除。`,
  neverSettled: () => '时段在稳定之前就结束了。',
  noBound: () => '由配置推不出相应的上限。',
  lastedOnly: (lasted, wanted) => `故障只持续了 ${length(lasted)}，不到 ${length(wanted)}。`,

  // Periods.
  wholeDrill: () => '整个演练',
  beforeFault: fault => `${fault} 之前`,
  duringFaults: faults =>
    `${list(faults.map(({ name, recovered }) => (recovered ? `${name}（已恢复）` : name)))} 期间`,
  afterFault: fault => `${fault} 之后`,

  // observed
  sawAll: () => '演练看到了客户端发出请求、GTM 在工作，也看到了故障生效',
  sawNothing: ({ clients, gtm }) => {
    const what = [...(clients ? ['没有客户端发出请求'] : []), ...(gtm ? ['没有看到 GTM 的任何活动'] : [])];
    return `没有可供判定的内容：${what.join('，')}。`;
  },

  sawNoEffect: faults => `没有看到故障 ${list(faults)} 生效。`,
  sawGaps: gaps => {
    const each = gaps.map(({ of, from, until }) => `${of}（从 ${from} 到 ${until}）`);
    return `有一段时间没有看到 ${list(each)} 的任何请求或检查，而本应有。`;
  },

  phase: phase => PHASES[phase],

  // phases-within-bounds
  phasesWithin: () => '每次恢复的每个阶段都在由配置推出的上限之内',
  phasesOver: over => {
    const each = over.map(
      ({ phase, of, fault, ms, bound }) =>
        `${fault} 之后 ${of} 的${PHASES[phase]}阶段：${length(ms)}（上限 ${length(bound)}）`,
    );
    return `${each.join('；')}。`;
  },
  phasesMeasured: measured => `实测的 ${measured} 个阶段全部如此。`,

  // approved-before
  approvedBefore: ({ centre, step }) => `${step} 获得批准之前，任何版本的任何内容都不进入 ${centre}`,
  nothingSeenIn: centre => `在 ${centre} 没有看到该应用的任何对象。`,
  unapproved: (centre, early) => {
    const what = early.map(({ version, object, time }) => `${version || '该应用'}（${time} 的 ${object}）`);
    return `未经批准就进入 ${centre}：${list(what)}。`;
  },
  unseenArrivals: (versions, centre) => `${list(versions)} 已发布完成，但没有看到它到达 ${centre}。`,
  approved: (versions, centre) => `${versions} 个版本进入 ${centre}，每个都在获得批准之后。`,

  // configuration-matches-centre
  showsConfiguration: (wanted, when) => {
    const each = wanted.map(({ centre, texts }) => `${centre}：${texts.join('、')}`);
    const besides = each.length > 0 ? `（${each.join('；')}）` : '';
    return `每个页面都显示提供它的那个中心的配置${besides}（${during(when)}）`;
  },
  wrongPlan: (centre, shown) => `${centre} 的计划不是该中心必须显示的内容：${page(shown)}。`,
  noPage: () => '没有客户端得到页面。',
  noPlan: () => '日志中没有计划。',
  wrongPages: (wrong, pages, { from, time, shown }) =>
    `${pages} 个页面中 ${wrong} 个有误；第一个于 ${time} 来自 ${from}，显示的内容：${page(shown)}。`,
  pagesUnseen: (unseen, pages) =>
    `${pages} 个页面中有 ${unseen} 个，日志中没有它们显示的内容，或者没有当时的发布进度。`,
  noPageFrom: centres => `没有来自 ${list(centres)} 的页面。`,
  allPages: pages => `${pages} 个页面全部如此。`,

  // converged
  converged: when => `每个中心的对象都与计划一致（${during(when)}）`,
  differing: objects => {
    const what = objects.map(
      ({ object, centre, differences }) =>
        `${centre} 的 ${object}（${differences.map(path => (path === 'missing' ? '缺失' : path)).join('、')}）`,
    );
    return `与计划不符：${list(what)}。`;
  },
  silentApis: centres => `${list(centres)} 的 API 没有应答。`,
  notCompared: centres => `在${centres.length > 0 ? ` ${list(centres)} ` : '任何中心都'}没有做过比较。`,
  asPlanned: (objects, centres) => `${centres} 个中心的 ${objects} 个对象与计划一致。`,

  // errors-below
  errorsBelow: (share, centres, when) => {
    const requests = `${centres ? `发往 ${list(centres)} 的` : ''}请求`;
    const amount = share === 0 ? `没有${requests}失败` : `${requests}中失败的不到 ${percent(share)}`;
    return `${amount}（${during(when)}）`;
  },
  errorRate: (errors, requests, rate) =>
    `${requests} 个请求中 ${errors} 个错误（${percent(errors / requests)}），每秒 ${rate} 个请求。`,

  // no-flap
  noFlap: (most, when) => `地址池集合之间最多切换 ${most} 次，之后不再切换（${during(when)}）`,
  blind: () => '没有看到 GTM 的任何活动：没有检查和应答，或者没有决策。',
  noSwitch: () => '没有切换。',
  switched: (times, last) => `切换 ${times} 次，最后一次在 ${last}。`,

  // noticed
  noticed: (centre, within, when) =>
    `GTM 在${limit(within)}内发现 ${centre} 不可用（${when === undefined ? '第一个故障期间' : moment(when)}）`,
  unchecked: centre => `没有任何检查针对 ${centre}。`,
  downBefore: centre => `故障之前 ${centre} 已被判为不可用。`,
  noticedWhileInjected: (centre, took) =>
    `故障开始注入 ${length(took)}后 ${centre} 被判为不可用；该中心何时受到影响不得而知。`,
  noticedAfter: took => `${length(took)}后发现。`,
  nobodyChecked: centre => `故障期间没有对 ${centre} 的检查。`,
  notNoticedWhile: lasted => `故障只持续了 ${length(lasted)}，到那时还没有被发现。`,
  notNoticed: (deadline, passed, checks) =>
    `到 ${deadline} 仍未发现：其间 ${checks} 次检查中 ${passed} 次通过。`,

  // recovered-within
  recoveredWithin: (within, fault, populations) =>
    `从${fault === undefined ? '第一个故障' : ` ${fault} `}之后${limit(within)}起不再有错误` +
    `${populations ? `，仅 ${list(populations)}` : ''}`,
  errorsAfter: (errors, requests, first, last) =>
    `此后 ${requests} 个请求中有 ${errors} 个错误，第一个在 ${first}，最后一个在 ${last}。`,
  nobodyAfter: () => '此后没有客户端发出请求。',
  silentAfter: populations => `此后 ${list(populations)} 没有客户端发出请求。`,
  succeededAfter: requests => `此后 ${requests} 个请求全部成功。`,

  // resolves
  resolves: when => `域名总能解析出地址（${during(when)}）`,
  withoutAddresses: (empty, answers, kinds, requests) => {
    const named = kinds.map(kind => ANSWERS[kind] ?? kind).join('、');
    return `${answers} 个应答中 ${empty} 个没有地址${named && `（${named}）`}，${requests} 个请求没有可去的地址。`;
  },
  noResolver: () => '没有解析器发出查询。',
  allAddresses: answers => `${answers} 个应答全部含有地址。`,

  // rto-below
  rtoBelow: (fault, limits) => {
    const others = limits.length > 1 ? '其余群体' : '全部群体';
    const each = limits.map(
      ({ of, most }) =>
        `${of === null ? others : `${of} `}不超过${most === 'bound' ? '其上限' : ` ${length(most)}`}`,
    );
    return `${fault === undefined ? '第一个故障' : `${fault} `}之后的 RTO：${each.join('，')}`;
  },
  noPopulation: () => '没有任何客户端群体。',
  recovered: found => `${found.map(recovered).join('，')}。`,

  // split
  split: (between, margin, when) => {
    const shares = between.map(({ centre, share }) => `${centre} ${percent(share)}`);
    return `成功的请求按 ${list(shares)} 分配，偏差在 ${percent(margin)} 以内（${during(when)}）`;
  },
  noSuccess: () => '没有请求成功。',
  splitAs: found => observed(found),
  splitBeyond: (beyond, margin, found) =>
    `${list(beyond.map(place))}：已证明超出 ${percent(margin)} 的偏差。${observed(found)}`,
  splitUnclear: (requests, independent, found) =>
    `独立的请求太少，无法判定：需要大约 ${requests} 个这样的请求（独立的 ${independent} 个）。${observed(found)}`,

  // no-traffic-to, only-traffic-to
  noTrafficTo: (centres, when) => `没有请求去往 ${list(centres)}（${during(when)}）`,
  onlyTrafficTo: (centres, when) => `请求只去往 ${list(centres)}（${during(when)}）`,
  noneAnywhere: () => '没有请求发往任何中心。',
  noneWent: requests => `${requests} 个请求都没有去那里。`,
  allWent: requests => `${requests} 个请求全部去了那里。`,
  strays: (strays, requests, places, first, last) =>
    `${requests} 个请求中 ${strays} 个去了 ${list(places)}：第一个发出于 ${first}，最后一个发出于 ${last}。`,

  // unaffected
  unaffected: (errors, most, alerts, when) =>
    `错误不超过 ${percent(errors)}，切换不超过 ${most} 次` +
    `${alerts === undefined ? '' : `，告警不超过 ${alerts} 次`}（${during(when)}）`,
  effects: ({ requests, errors, switches, alerts }, blind) =>
    `${requests} 个请求中 ${errors} 个错误，切换 ${switches} 次，告警 ${alerts} 次。` +
    `${blind ? '没有看到 GTM 的任何活动。' : ''}`,
  neverChecked: centres => `没有对 ${list(centres)} 的检查：不可能发现它是否故障。`,
  nobodyAsked: () => '没有客户端发出请求：谁也不可能察觉。',
};

const PHASES: Readonly<Record<Phase, string>> = {
  detect: '检测',
  decide: '决策',
  publish: '发布',
  resolver: '解析器',
  client: '客户端缓存',
  connection: '连接',
};

/** What an answer was; rcodes have no other name. */
const ANSWERS: Readonly<Record<string, string>> = {
  empty: '空应答',
  refused: '连接被拒绝',
  reset: '连接被重置',
  timeout: '超时',
};

const UNITS: Units = { ms: '毫秒', s: '秒', min: '分钟', h: '小时' };

/** `850 毫秒`, `12.3 秒`, `2 分钟 5 秒`. */
const length = (ms: number) => inUnits(ms, UNITS);

function list(names: readonly string[]): string {
  return names.join('、');
}

const MOMENTS = [
  ['before', '之前'],
  ['during', '期间'],
  ['after', '之后'],
] as const;

/** `during outage` as `outage 期间`. */
function moment(when: string): string {
  const [, word] = MOMENTS.find(([english]) => when.startsWith(`${english} `)) ?? [];
  return word === undefined ? '始终' : `${faultOfWhen(when)} ${word}`;
}

/** `outage 期间，30 秒之后起`. */
function during({ when, settle, populations }: When): string {
  const later = settle === 'bound' ? '，过了上限之后起' : settle > 0 ? `，${length(settle)}之后起` : '';
  return `${moment(when)}${later}${populations ? `，仅 ${list(populations)}` : ''}`;
}

function limit(within: number | 'bound'): string {
  return within === 'bound' ? '上限时间' : ` ${length(within)}`;
}

function page(shown: Page): string {
  return shown === null ? '不是 web-demo 的页面' : `环境 ${shown.env}，配置 ${shown.config}`;
}

function recovered(found: Recovered): string {
  switch (found.was) {
    case 'silent':
      return `${found.of} ${found.fault === undefined ? '' : `在 ${found.fault} 生效期间`}没有客户端发出请求`;
    case 'unbounded':
      return `${found.of} 没有上限`;
    case 'unseen':
      return `看不出 ${found.of} 是否从 ${found.fault} 恢复`;
    case 'lasting':
      return `${found.of} 在 ${length(found.atLeast)} 后仍没有从 ${found.fault} 恢复（不超过 ${length(found.most)}）`;
    case 'measured':
      return `${found.of} ${measured(found)}（不超过 ${length(found.most)}）`;
  }
}

function measured({ atLeast, rto }: { atLeast: number; rto: number | null }): string {
  if (rto === null) return `至少 ${length(atLeast)}`;
  return atLeast < rto ? `${length(atLeast)} 到 ${length(rto)}` : length(rto);
}

function place(name: string | null): string {
  return name ?? '其他地方';
}

function observed({ shares, requests, effective, alpha, power }: Observed): string {
  const each = shares.map(
    ({ name, observed, from, until }) =>
      `${place(name)} ${percent(observed)}（${percent(from)} 到 ${percent(until)}）`,
  );
  return (
    `${each.join('，')}；共 ${requests} 个请求，相当于 ${Math.floor(effective)} 个独立请求；` +
    `显著性水平 ${percent(alpha)}，检验功效 ${percent(power)}。`
  );
}
