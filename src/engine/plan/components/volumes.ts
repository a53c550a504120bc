import * as z from 'zod';

/** The volumes of KubeVela's own workloads, and where containers mount them. */

const text = z.string();
const mode = z.int().default(420);
const items = z.array(z.looseObject({ key: text, path: text, mode: z.int().default(511) })).optional();
const mounted = { name: text, mountPath: text, subPath: text.optional() };
const medium = z.enum(['', 'Memory']).default('');
// What a volume cannot do without is checked where it is used: of two with one name, the second is not.
const needed = text.optional();
const configMap = { defaultMode: mode, cmName: needed, items };
const secret = { defaultMode: mode, secretName: needed, items };

export const volumeMountsSchema = z.object({
  pvc: z.array(z.object({ ...mounted, claimName: needed })).optional(),
  configMap: z.array(z.object({ ...mounted, ...configMap })).optional(),
  secret: z.array(z.object({ ...mounted, ...secret })).optional(),
  emptyDir: z.array(z.object({ ...mounted, medium })).optional(),
  hostPath: z.array(z.object({ ...mounted, path: needed })).optional(),
});

const placed = { name: text, mountPath: text };

/** KubeVela's old way. */
export const volumesSchema = z.preprocess(
  value =>
    Array.isArray(value)
      ? value.map(each =>
          typeof each === 'object' && each !== null && !('type' in each)
            ? { ...each, type: 'emptyDir' }
            : each,
        )
      : value,
  z.array(
    z.discriminatedUnion('type', [
      z.object({ ...placed, type: z.literal('pvc'), claimName: needed }),
      z.object({ ...placed, type: z.literal('configMap'), ...configMap }),
      z.object({ ...placed, type: z.literal('secret'), ...secret }),
      z.object({ ...placed, type: z.literal('emptyDir'), medium }),
    ]),
  ),
);

type VolumeMounts = z.output<typeof volumeMountsSchema>;
type Volumes = z.output<typeof volumesSchema>;

interface Named {
  readonly name: string;
}

const ofConfigMap = ({ defaultMode, cmName, items: chosen }: z.output<z.ZodObject<typeof configMap>>) => ({
  configMap: { defaultMode, name: required(cmName, 'cmName'), ...(chosen && { items: chosen }) },
});
const ofSecret = ({ defaultMode, secretName, items: chosen }: z.output<z.ZodObject<typeof secret>>) => ({
  secret: { defaultMode, secretName: required(secretName, 'secretName'), ...(chosen && { items: chosen }) },
});
const ofClaim = ({ claimName }: { claimName?: string | undefined }) => ({
  persistentVolumeClaim: { claimName: required(claimName, 'claimName') },
});

function required(value: string | undefined, field: string): string {
  if (value === undefined) throw new Error(`a volume needs ${field}, a text`);
  return value;
}

/** What a pod spec and its container say of `volumeMounts`; of two volumes with one name, the first counts. */
export function ofVolumeMounts(given: VolumeMounts): { volumes: Named[]; volumeMounts: Named[] } {
  const { pvc = [], configMap: maps = [], secret: secrets = [], emptyDir = [], hostPath = [] } = given;
  const all = [...pvc, ...maps, ...secrets, ...emptyDir, ...hostPath];
  const volumes = [
    ...pvc.map(each => ({ name: each.name, source: () => ofClaim(each) })),
    ...maps.map(each => ({ name: each.name, source: () => ofConfigMap(each) })),
    ...secrets.map(each => ({ name: each.name, source: () => ofSecret(each) })),
    ...emptyDir.map(each => ({ name: each.name, source: () => ({ emptyDir: { medium: each.medium } }) })),
    ...hostPath.map(each => ({
      name: each.name,
      source: () => ({ hostPath: { path: required(each.path, 'path') } }),
    })),
  ];
  return {
    volumes: volumes
      .filter(({ name }, index) => volumes.findIndex(each => each.name === name) === index)
      .map(({ name, source }) => ({ name, ...source() })),
    volumeMounts: all.map(({ name, mountPath, subPath }) => ({
      name,
      mountPath,
      ...(subPath === undefined ? {} : { subPath }),
    })),
  };
}

export function ofVolumes(given: Volumes): { volumes: Named[]; volumeMounts: Named[] } {
  return {
    volumes: given.map(each => {
      const { name } = each;
      if (each.type === 'pvc') return { name, ...ofClaim(each) };
      if (each.type === 'configMap') return { name, ...ofConfigMap(each) };
      if (each.type === 'secret') return { name, ...ofSecret(each) };
      return { name, emptyDir: { medium: each.medium } };
    }),
    volumeMounts: given.map(({ name, mountPath }) => ({ name, mountPath })),
  };
}
