/*
 * Lines and check nodes that the emulator knows. The cloud has more; these are the ones that its documentation and its
 * clients' tests name. A line code of a known shape (`cn_telecom_beijing`) is accepted without being listed.
 */

export interface Line {
  readonly code: string;
  readonly name: string;
  /** The line that it is a part of. */
  readonly parent: string;
}

export const LINES: readonly Line[] = [
  { code: 'default', name: 'Global', parent: '' },
  { code: 'telecom', name: 'China Telecom', parent: 'default' },
  { code: 'unicom', name: 'China Unicom', parent: 'default' },
  { code: 'mobile', name: 'China Mobile', parent: 'default' },
  { code: 'edu', name: 'CERNET', parent: 'default' },
  { code: 'drpeng', name: 'Dr. Peng', parent: 'default' },
  { code: 'btvn', name: 'China Broadcasting', parent: 'default' },
  { code: 'oversea', name: 'Outside China', parent: 'default' },
  { code: 'cn_region_huabei', name: 'North China', parent: 'default' },
  { code: 'cn_region_huadong', name: 'East China', parent: 'default' },
  { code: 'cn_region_beijing', name: 'Beijing', parent: 'cn_region_huabei' },
  { code: 'cn_region_zhejiang', name: 'Zhejiang', parent: 'cn_region_huadong' },
  { code: 'cn_telecom_beijing', name: 'China Telecom, Beijing', parent: 'telecom' },
  { code: 'cn_unicom_beijing', name: 'China Unicom, Beijing', parent: 'unicom' },
  { code: 'cn_mobile_beijing', name: 'China Mobile, Beijing', parent: 'mobile' },
  { code: 'cn_telecom_zhejiang', name: 'China Telecom, Zhejiang', parent: 'telecom' },
  { code: 'cn_unicom_zhejiang', name: 'China Unicom, Zhejiang', parent: 'unicom' },
  { code: 'cn_mobile_zhejiang', name: 'China Mobile, Zhejiang', parent: 'mobile' },
  { code: 'os_asia', name: 'Asia', parent: 'oversea' },
  { code: 'os_euro', name: 'Europe', parent: 'oversea' },
  { code: 'os_namerica', name: 'North America', parent: 'oversea' },
  { code: 'aliyun_r_cn-beijing', name: 'Alibaba Cloud, Beijing', parent: 'default' },
  { code: 'aliyun_r_cn-hangzhou', name: 'Alibaba Cloud, Hangzhou', parent: 'default' },
];

const BY_CODE = new Map(LINES.map(line => [line.code, line]));
const SHAPE =
  /^(cn_(telecom|unicom|mobile|edu|drpeng|btvn|region)_[a-z]+|os_[a-z]+(_[a-z]+)?|aliyun_r_[a-z0-9-]+|(google|baidu|biying|youdao|yahoo|sogou|so))$/;

export function isLine(code: string): boolean {
  return BY_CODE.has(code) || SHAPE.test(code);
}

/** The lines that a client of `code` belongs to, most specific first; the global one last. */
export function lineChain(code: string): readonly string[] {
  const chain: string[] = [];
  for (let at = code; at !== '' && !chain.includes(at); at = parentOf(at)) chain.push(at);
  return chain.at(-1) === 'default' ? chain : [...chain, 'default'];
}

function parentOf(code: string): string {
  const known = BY_CODE.get(code);
  if (known) return known.parent;
  const [first = '', second = '', third] = code.split('_');
  if (first === 'cn' && second !== 'region') return second;
  if (first === 'os') return third === undefined ? 'oversea' : `os_${second}`;
  return 'default';
}

export interface Node {
  readonly cityCode: string;
  readonly city: string;
  readonly ispCode: string;
  readonly isp: string;
  readonly group: 'BGP' | 'OVERSEAS' | 'ISP';
}

/** Where checks come from. Cities of the last four are not told by any document: they bear their codes. */
export const NODES: readonly Node[] = [
  { cityCode: '503', city: 'Beijing', ispCode: '465', isp: 'Alibaba', group: 'BGP' },
  { cityCode: '357', city: 'Shanghai', ispCode: '465', isp: 'Alibaba', group: 'BGP' },
  { cityCode: '738', city: 'City 738', ispCode: '465', isp: 'Alibaba', group: 'BGP' },
  { cityCode: '569', city: 'City 569', ispCode: '465', isp: 'Alibaba', group: 'BGP' },
  { cityCode: '718', city: 'Nanjing', ispCode: '5', isp: 'China Mobile', group: 'ISP' },
  { cityCode: '491', city: 'City 491', ispCode: '232', isp: 'China Unicom', group: 'ISP' },
  { cityCode: '304', city: 'City 304', ispCode: '5', isp: 'China Mobile', group: 'ISP' },
];

export const COUNTRY = { code: '629', name: 'China' } as const;

export function nodeOf(cityCode: string, ispCode: string): Node | undefined {
  return NODES.find(node => node.cityCode === cityCode && node.ispCode === ispCode);
}

/** A vantage point's name in places and in the journal. */
export function nodeName({
  CityCode,
  IspCode,
}: {
  readonly CityCode: string;
  readonly IspCode: string;
}): string {
  return `node-${CityCode}-${IspCode}`;
}
