/** What distributes the application from the hub: liangdi's own engine, or the real KubeVela. */
export const ENGINES = ['liangdi', 'kubevela'] as const;
export type EngineName = (typeof ENGINES)[number];
