/** For the tests of one's own application: `liangdi/testing`. */
export { applyOverride } from '../engine/plan/policies/override.ts';
export * as arbitraries from './arbitraries.ts';
export { type Design, type DesignOptions, designOf, readDesign } from './design.ts';
export {
  commuting,
  exactNames,
  idempotent,
  type Law,
  LawError,
  laws,
  onlyWhatItNames,
  placed,
  sameConfigurationKeys,
} from './laws.ts';
