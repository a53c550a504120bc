import * as z from 'zod';
import { addressBytes } from '../../runtime/ip-address.ts';
import { COUNTRY, nodeOf } from '../catalogue.ts';
import { conflict, invalid } from './errors.ts';
import { text } from './parameters.ts';

/* Values that both generations have, and what is right of them. */

export type AddressType = 'IPV4' | 'IPV6' | 'DOMAIN';
export type Edition = 'standard' | 'ultimate';

/** Codes of where checks come from. */
export interface IspCityNode {
  CityCode: string;
  IspCode: string;
}

export const TTL_SECONDS = { least: 1, most: 86_400, standard: 60 } as const;

const label = /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/i;

export function isDomain(name: string): boolean {
  return name.length <= 253 && name.includes('.') && name.split('.').every(part => label.test(part));
}

/** In lower case, without the final dot. */
export const domain = z
  .string()
  .transform(name => name.replace(/\.$/, '').toLowerCase())
  .refine(isDomain, 'it must be a domain name');

/** In lower case, else as it was written: clients compare. @throws ApiError unless `address` is of the type. */
export function checkedAddress(address: string, type: AddressType, parameter: string): string {
  const length = addressBytes(address)?.length;
  const fits =
    type === 'DOMAIN' ? length === undefined && isDomain(address) : length === (type === 'IPV4' ? 4 : 16);
  if (!fits) throw invalid(parameter, `"${address}" is not of type ${type}`);
  return address.toLowerCase();
}

export const cityNodes = z
  .array(z.object({ CityCode: text, IspCode: text }))
  .min(1)
  .max(20);

export function checkedNodes(nodes: readonly IspCityNode[], parameter: string): IspCityNode[] {
  for (const { CityCode, IspCode } of nodes)
    if (nodeOf(CityCode, IspCode) === undefined)
      throw invalid(parameter, `there is no node with CityCode ${CityCode} and IspCode ${IspCode}`);
  const codes = nodes.map(({ CityCode, IspCode }) => `${CityCode}/${IspCode}`);
  if (new Set(codes).size < codes.length) throw invalid(parameter, 'a node stands in it twice');
  return nodes.map(({ CityCode, IspCode }) => ({ CityCode, IspCode }));
}

export function nodeDetails({ CityCode, IspCode }: IspCityNode) {
  const node = nodeOf(CityCode, IspCode);
  return {
    CityCode,
    CityName: node?.city ?? CityCode,
    CountryCode: COUNTRY.code,
    CountryName: COUNTRY.name,
    IspCode,
    IspName: node?.isp ?? IspCode,
  };
}

export function quota(
  call: { readonly settings: { readonly quotas: boolean } },
  count: number,
  most: number,
  what: string,
): void {
  if (call.settings.quotas && count > most)
    throw conflict('QuotaExceeded', `There may be ${most} ${what} at most.`);
}
