import type { Subnet } from './subnet.ts';

/** Types of records and questions by their names (RFC 1035, 3596, 6891, 8482; IANA's registry). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  AAAA: 28,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** The class of the Internet. */
export const IN = 1;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type Rcode = keyof typeof RCODE;

/** Records of one name and type: they share a TTL (RFC 2181 §5.2), in seconds. Names are in lower case, without a final dot. */
export type RecordSet = { readonly owner: string; readonly ttl: number } & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS'; readonly data: readonly string[] }
  | { readonly type: 'SOA'; readonly minimum: number; readonly serial: number }
);

export interface Question {
  /** In lower case, without the final dot; what is not a letter, digit, hyphen or underscore is escaped as `\DDD`. */
  readonly name: string;
  /** A number of `TYPE`, or any other. */
  readonly type: number;
  /** IP address of the asking resolver. */
  readonly from: string;
  /**
   * The resolver's client, as EDNS Client Subnet tells of it: apart from `from`, because the answer's scope must then be
   * told too (RFC 7871 §7.2.1).
   */
  readonly client?: Subnet;
}

/** What an authoritative name server answers. */
export interface Finding {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly RecordSet[];
  readonly authorities: readonly RecordSet[];
  readonly additionals: readonly RecordSet[];
  /** How many bits of the client's network the answer depends on. */
  readonly scope: number;
}

/** What name servers serve. */
export interface Authority {
  find(question: Question): Finding;
}
