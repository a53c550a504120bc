/** The page's words in both languages; {0}, {1}, … are filled in. */
const ENGLISH = {
  title: 'Disaster-recovery drill',
  held: 'held',
  violated: 'VIOLATED',
  unknown: 'UNKNOWN',
  language: '中文',
  dark: 'Dark',
  light: 'Light',
  print: 'Print',
  skip: 'To the expectations',
  ended: 'Ended: {0}',
  'length.ms': '{0} ms',
  'length.s': '{0} s',
  comma: ', ',
  'end.finished': 'finished',
  'end.interrupted': 'interrupted',
  'end.failed': 'failed',
  running: 'The drill goes on.',
  cutShort: 'The journal has no end: it was cut short.',
  requests: 'Requests',
  errors: 'Errors',
  'one.request': '{0} request',
  'many.request': '{0} requests',
  'one.error': '{0} error',
  'many.error': '{0} errors',
  'one.answer': '{0} answer',
  'many.answer': '{0} answers',
  'one.event': '{0} event',
  'many.event': '{0} events',
  worst: 'Longest recovery',
  switches: 'Switches',
  never: 'never',
  none: 'none',
  time: 'Time',
  scrubber: 'Moment of the drill',
  earlier: 'Previous event',
  later: 'Next event',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomAll: 'Whole drill',
  mapTitle: 'Map',
  map: 'At {0}',
  'map.share': '{0} of requests',
  'map.state': 'pods {0}, {1} of {2} vantage points fail',
  mapTable: 'The map as a table',
  clients: 'Clients',
  hub: 'Hub',
  gtm: 'GTM',
  thing: 'What',
  state: 'State',
  share: 'Share of requests',
  errorShare: 'Errors among requests',
  latency: 'Latency of successful requests',
  latencyOf: '{0} of requests within',
  lanes: 'Faults, health, pool set, DNS answers, pods, workflow',
  timeline: 'Timeline',
  timelineHelp:
    'Drag over a chart to zoom, click to move the moment. Counted over {0}; a request counts when it was sent.',
  asTable: 'As a table',
  from: 'From',
  until: 'Until',
  elsewhere: 'none',
  primary: 'primary set',
  backup: 'backup set',
  'lane.fault': 'fault {0}',
  'lane.set': 'answered by GTM',
  'lane.health': 'health {0}',
  'lane.pods': 'pods {0}',
  'lane.workflow': 'workflow {0}',
  'lane.step': 'step {0}',
  'lane.answers': 'DNS answers: {0}',
  lanesHelp:
    'Behind each name its state at the moment. Blue: well; orange: on its way, or the backup set; red: a fault, down or failed. DNS answers: when a resolver got one.',
  inForce: 'in force',
  nothing: '(no address)',
  otherLists: 'others',
  recovery: 'Recovery',
  recoveryOf: 'Recovery from {0}: time to the last error',
  noErrors: 'no client saw an error',
  population: 'Population',
  rto: 'RTO',
  bound: 'bound',
  measured: 'measured',
  over: 'over the bound',
  seconds: 'Seconds: measured / bound that the configuration implies',
  why: 'Why did this request go there?',
  whyHelp: 'Requests nearest to the moment above. The page holds {0} of {1} requests.',
  allPopulations: 'all populations',
  allOutcomes: 'all outcomes',
  onlyErrors: 'errors only',
  outcome: 'Outcome',
  sent: 'Sent',
  wentTo: 'Went to',
  explain: 'Why?',
  explainFull: 'Why did the request of {0} at {1} go there?',
  noRequests: 'No request here.',
  'why.client': 'Client {0} of {1} sent it at {2}; {3} after {4}. (line {5} of the journal)',
  'why.reused': 'It used a connection opened at {0}, {1} before: no name was looked up for it.',
  'why.cached': 'Its own DNS cache had the address, looked up at {0}, {1} before; it keeps addresses {2}.',
  'why.looked': 'It asked its resolver at {0}.',
  'why.noAnswer': 'There was no address to dial: no answer had come from the GTM.',
  'why.resolver':
    'Resolver {0} had asked the GTM at {1} and got “{2}” with a TTL of {3}; the answer was {4} old.',
  'why.stale': 'That is longer than the TTL: this resolver {0}.',
  'why.clamps': 'raises short TTLs to {0}',
  'why.serves': 'answers with what has expired for {0} while it asks again',
  'why.keeps': 'kept it while it asked again',
  'why.failure': 'The answer was a failure: {0}.',
  'why.published': 'The GTM’s name servers served the {0} at that time: “{1}”, since {2}.',
  'why.unpublished': 'The GTM had published nothing yet.',
  'why.since':
    'By the time of the request the GTM had published “{0}” (at {1}); this client did not know yet.',
  'why.health': 'The GTM’s view of {0} then: {1}, {2}.',
  'why.votes': '{0} of {1} vantage points’ last checks had failed',
  'why.noVotes': 'no checks yet',
  'why.vote': '{0}: {1} since the check of {2}',
  'why.centre': '{0} at the time of the request: {1} pods ready; faults: {2}.',
  'why.elsewhere': 'It went to no centre.',
  forever: 'for ever',
  expectations: 'Expectations',
  result: 'Result',
  expectation: 'Expectation',
  evidence: 'Evidence',
  show: 'show {0}',
  line: 'line {0}',
  evidenceHelp: 'The judge’s own words, as in verdict.json.',
  periods: 'Shares by period',
  period: 'Period',
  story: 'What happened',
  drill: 'The drill',
  scenario: 'Scenario',
  lab: 'Lab',
  seed: 'Seed',
  version: 'Version of liangdi',
  timeScale: 'Time scale',
  events: 'Events in the journal',
  again: 'Run it again',
  configuration: 'Scenario and configuration',
  compare: 'Both runs side by side',
  difference: 'Difference',
  points: '{0} percentage points',
  run: 'Run {0}',
  verdict: 'Verdict',
  'say.deploy': '{0} {1} applied to the hub',
  'say.timeline': 'the timeline begins: clients ask from now on',
  'say.timeline-end': 'the timeline ends: clients ask no more',
  'say.inject': 'fault {0} ({1}) strikes {2}',
  'say.injected': 'fault {0} is in force',
  'say.heal': 'fault {0} is being healed',
  'say.healed': 'fault {0} is healed',
  'say.up': '{0} is up again: {1} vantage points see it down',
  'say.down': '{0} is down: {1} vantage points see it down',
  'say.switch': 'GTM switches from {0} to {1}: {2}',
  'say.publish': 'GTM answers {1} ({0})',
  'say.approval': '{0} of {1} approved',
  'say.workflow': 'workflow of {0}: {1}',
  'say.step': 'step {0}: {1}',
  'say.pods': '{0}: {2} of {2} pods ready',
  'say.no-pods': '{0}: no pod ready',
  'say.gone': '{0}: the Deployment is gone',
  'say.different': '{0}: {1} is not as planned: {2}',
  'say.first-error': 'first error: {1} from {2} ({0})',
  'say.last-error': 'last error; {0} in this spell',
  'say.end': 'end: {0} {1}',
  'say.left-out': '{0} more events are in the journal',
};

/** @type {Readonly<Record<keyof typeof ENGLISH, string>>} */
const CHINESE = {
  title: '容灾演练',
  held: '成立',
  violated: '违反',
  unknown: '未知',
  language: 'English',
  dark: '深色',
  light: '浅色',
  print: '打印',
  skip: '跳到预期',
  ended: '结束：{0}',
  'length.ms': '{0} 毫秒',
  'length.s': '{0} 秒',
  comma: '、',
  'end.finished': '按计划完成',
  'end.interrupted': '被中断',
  'end.failed': '失败',
  running: '演练仍在进行。',
  cutShort: '日志没有结尾：它被截断了。',
  requests: '请求数',
  errors: '错误数',
  'one.request': '{0} 个请求',
  'many.request': '{0} 个请求',
  'one.error': '{0} 个错误',
  'many.error': '{0} 个错误',
  'one.answer': '{0} 个应答',
  'many.answer': '{0} 个应答',
  'one.event': '{0} 个事件',
  'many.event': '{0} 个事件',
  worst: '最长恢复时间',
  switches: '切换次数',
  never: '未恢复',
  none: '无',
  time: '时间',
  scrubber: '演练时刻',
  earlier: '上一事件',
  later: '下一事件',
  zoomIn: '放大',
  zoomOut: '缩小',
  zoomAll: '整个演练',
  mapTitle: '拓扑',
  map: '{0} 时',
  'map.share': '请求占比 {0}',
  'map.state': 'Pod {0}，{2} 个探测点中 {1} 个失败',
  mapTable: '以表格显示拓扑',
  clients: '客户端',
  hub: '管控集群',
  gtm: 'GTM',
  thing: '对象',
  state: '状态',
  share: '各中心请求占比',
  errorShare: '请求错误率',
  latency: '成功请求的延迟',
  latencyOf: '{0} 的请求不超过',
  lanes: '故障、健康状态、地址池、DNS 应答、Pod、工作流',
  timeline: '时间线',
  timelineHelp: '在图上拖动可放大，点击可移动时刻。每 {0}统计一次；请求按发出时间计数。',
  asTable: '以表格显示',
  from: '起',
  until: '止',
  elsewhere: '无',
  primary: '主地址池集合',
  backup: '备地址池集合',
  'lane.fault': '故障 {0}',
  'lane.set': 'GTM 的应答',
  'lane.health': '健康 {0}',
  'lane.pods': 'Pod {0}',
  'lane.workflow': '工作流 {0}',
  'lane.step': '步骤 {0}',
  'lane.answers': 'DNS 应答：{0}',
  lanesHelp:
    '名称后面是所选时刻的状态。蓝色：正常；橙色：进行中，或备地址池集合；红色：故障、不可用或失败。DNS 应答：解析器得到应答的时间。',
  inForce: '生效中',
  nothing: '（无地址）',
  otherLists: '其他',
  recovery: '恢复',
  recoveryOf: '从 {0} 恢复：到最后一个错误为止',
  noErrors: '没有客户端遇到错误',
  population: '客户端群体',
  rto: 'RTO',
  bound: '上限',
  measured: '实测',
  over: '超过上限',
  seconds: '单位秒：实测 / 由配置推出的上限',
  why: '这个请求为什么去了那里？',
  whyHelp: '离上面时刻最近的请求。本页保存了 {1} 个请求中的 {0} 个。',
  allPopulations: '全部群体',
  allOutcomes: '全部结果',
  onlyErrors: '仅错误',
  outcome: '结果',
  sent: '发出',
  wentTo: '去向',
  explain: '为什么？',
  explainFull: '{0} 在 {1} 的请求为什么去了那里？',
  noRequests: '这里没有请求。',
  'why.client': '{1} 的客户端 {0} 在 {2} 发出请求；{4}后结果为 {3}。（日志第 {5} 行）',
  'why.reused': '它使用 {0} 打开的连接（{1}之前）：没有为它解析域名。',
  'why.cached': '它自己的 DNS 缓存里有地址，是 {0}（{1}之前）查到的；地址保存 {2}。',
  'why.looked': '它在 {0} 询问了解析器。',
  'why.noAnswer': '没有地址可连接：没有从 GTM 得到应答。',
  'why.resolver': '解析器 {0} 在 {1} 询问过 GTM，得到“{2}”，TTL {3}；此时应答已有 {4}。',
  'why.stale': '这超过了 TTL：该解析器{0}。',
  'why.clamps': '把过短的 TTL 提高到 {0}',
  'why.serves': '在重新询问期间，用过期应答继续服务 {0}',
  'why.keeps': '在重新询问期间保留了它',
  'why.failure': '应答是失败：{0}。',
  'why.published': '当时 GTM 的域名服务器使用{0}：“{1}”，自 {2} 起。',
  'why.unpublished': 'GTM 还没有发布任何应答。',
  'why.since': '请求发出时 GTM 已经发布“{0}”（{1}）；这个客户端还不知道。',
  'why.health': '当时 GTM 对 {0} 的判断：{1}，{2}。',
  'why.votes': '{1} 个探测点中有 {0} 个最近一次检查失败',
  'why.noVotes': '还没有检查',
  'why.vote': '{0}：{1}，自 {2} 的检查起',
  'why.centre': '请求时的 {0}：就绪 Pod {1}；故障：{2}。',
  'why.elsewhere': '它没有去任何中心。',
  forever: '永久',
  expectations: '预期',
  result: '结果',
  expectation: '预期',
  evidence: '证据',
  show: '查看 {0}',
  line: '第 {0} 行',
  evidenceHelp: '判定程序的说明；verdict.json 中是同样内容的英文。',
  periods: '各阶段占比',
  period: '阶段',
  story: '经过',
  drill: '演练',
  scenario: '场景',
  lab: '实验环境',
  seed: '随机种子',
  version: 'liangdi 版本',
  timeScale: '时间倍率',
  events: '日志事件数',
  again: '重新运行',
  configuration: '场景与配置',
  compare: '两次演练对比',
  difference: '差',
  points: '{0} 个百分点',
  run: '演练 {0}',
  verdict: '结论',
  'say.deploy': '{0} {1} 已提交到管控集群',
  'say.timeline': '时间线开始：客户端从现在起发出请求',
  'say.timeline-end': '时间线结束：客户端不再发出请求',
  'say.inject': '故障 {0}（{1}）袭击 {2}',
  'say.injected': '故障 {0} 已生效',
  'say.heal': '故障 {0} 正在解除',
  'say.healed': '故障 {0} 已解除',
  'say.up': '{0} 恢复：{1} 个探测点认为它不可用',
  'say.down': '{0} 不可用：{1} 个探测点认为它不可用',
  'say.switch': 'GTM 从{0}切换到{1}：可用地址主 {3} 个，备 {4} 个',
  'say.publish': 'GTM 应答 {1}（{0}）',
  'say.approval': '{1} 的 {0} 已批准',
  'say.workflow': '{0} 的工作流：{1}',
  'say.step': '步骤 {0}：{1}',
  'say.pods': '{0}：{2} 个 Pod 全部就绪',
  'say.no-pods': '{0}：没有就绪的 Pod',
  'say.gone': '{0}：Deployment 已删除',
  'say.different': '{0}：{1} 与计划不符：{2}',
  'say.first-error': '第一个错误：在 {2} 得到 {1}（{0}）',
  'say.last-error': '最后一个错误；这一段共 {0} 个',
  'say.end': '结束：{0} {1}',
  'say.left-out': '日志中还有 {0} 个事件',
};

/**
 * What a journal calls states, results and differences, where Chinese has a word for it. In English they stand as they
 * are.
 */
const CHINESE_NAMES = new Map([
  ['OK', '正常'],
  ['ALERT', '告警'],
  ['all', '全部就绪'],
  ['some', '部分就绪'],
  ['none', '无就绪'],
  ['gone', '已删除'],
  ['rendering', '渲染中'],
  ['starting', '启动中'],
  ['pending', '等待中'],
  ['running', '运行中'],
  ['runningWorkflow', '工作流运行中'],
  ['suspending', '等待审核'],
  ['workflowSuspending', '工作流等待审核'],
  ['succeeded', '成功'],
  ['workflowFinished', '工作流完成'],
  ['skipped', '已跳过'],
  ['failed', '失败'],
  ['workflowFailed', '工作流失败'],
  ['terminated', '已终止'],
  ['workflowTerminated', '工作流已终止'],
  ['unhealthy', '不健康'],
  ['deleting', '删除中'],
  ['connected', '已连接'],
  ['refused', '连接被拒绝'],
  ['reset', '连接被重置'],
  ['timeout', '超时'],
  ['dns', '没有可用地址'],
  ['missing', '缺失'],
  ['unreachable', '无法访问'],
]);

/** @typedef {keyof typeof ENGLISH} Word */

/** @type {Choice} */
const choice = { language: 'en', theme: 'light', at: 0, from: 0, until: 1 };

/**
 * @param {Word} word
 * @param {...(string | number)} values
 */
function say(word, ...values) {
  const text = (choice.language === 'zh' ? CHINESE : ENGLISH)[word];
  return text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)] ?? ''));
}

/** What is said of the drill, in the reader's language. @param {Texts} texts */
function told(texts) {
  return texts[choice.language];
}

/** The name of a state, a result or a difference. @param {string} name */
function nameOf(name) {
  return choice.language === 'zh' ? (CHINESE_NAMES.get(name) ?? name) : name;
}

/** So many of a thing. @param {number} amount @param {'request' | 'error' | 'answer' | 'event'} thing */
function counted(amount, thing) {
  return say(amount === 1 ? `one.${thing}` : `many.${thing}`, amount);
}

/** `T+06:40.0`, from the timeline's begin. @param {number} ms */
function clock(ms) {
  const tenths = Math.floor(Math.abs(ms) / 100);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const minutes = Math.floor(tenths / 600);
  const hours = minutes < 60 ? '' : `${Math.floor(minutes / 60)}:`;
  const rest = `${two(minutes % 60)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
  return `T${ms < 0 ? '-' : '+'}${hours}${rest}`;
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(1);
}

/** A length of time for people. @param {number} ms */
function span(ms) {
  if (ms < 1000) return say('length.ms', Math.round(ms));
  return say('length.s', ms % 1000 === 0 ? ms / 1000 : seconds(ms));
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)}%`;
}

/** @param {string} set */
function setName(set) {
  return set === 'DEFAULT' ? say('primary') : set === 'FAILOVER' ? say('backup') : set;
}

/** Why a drill ended; a journal may know other reasons. @param {string} reason */
function endName(reason) {
  const word = /** @type {Word} */ (`end.${reason}`);
  return word in ENGLISH ? say(word) : reason;
}

/** @param {Moment} moment */
function momentText({ what, words }) {
  const word = /** @type {Word} */ (`say.${what === 'pods' ? words[1] : what}`);
  if (!(word in ENGLISH)) return what;
  return say(word, ...momentWords(what, words));
}

/** @param {string} what @param {Moment['words']} words */
function momentWords(what, [first = '', second = '', ...others]) {
  switch (what) {
    case 'switch':
      return [setName(first), setName(second), ...others];
    case 'publish':
      return [setName(first), second];
    case 'workflow':
    case 'step':
    case 'first-error':
      return [first, nameOf(second), ...others];
    case 'different':
      return [first, second, others.map(nameOf).join(say('comma'))];
    case 'end':
      return [endName(first), second];
    default:
      return [first, second, ...others];
  }
}
