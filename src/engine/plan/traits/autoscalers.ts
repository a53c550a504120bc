import * as z from 'zod';
import { decode } from '../../model.ts';
import type { TraitDefinition } from './trait.ts';

const target = {
  min: z.int().default(1),
  max: z.int().default(10),
  targetAPIVersion: z.string().default('apps/v1'),
  targetKind: z.string().default('Deployment'),
};

const cpuscalerSchema = z.object({ ...target, cpuUtil: z.int().default(50) });

/** A HorizontalPodAutoscaler by the use of CPU. */
export const cpuscaler: TraitDefinition = {
  outputs(properties, { name }) {
    const { min, max, cpuUtil, targetAPIVersion, targetKind } = decode(
      cpuscalerSchema,
      properties ?? {},
      'cpuscaler',
    );
    return {
      cpuscaler: {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name },
        spec: {
          scaleTargetRef: { apiVersion: targetAPIVersion, kind: targetKind, name },
          minReplicas: min,
          maxReplicas: max,
          targetCPUUtilizationPercentage: cpuUtil,
        },
      },
    };
  },
};

const metric = z.object({
  type: z.enum(['Utilization', 'AverageValue']).default('Utilization'),
  value: z.int().default(50),
});
const hpaSchema = z.object({
  ...target,
  cpu: metric.default({ type: 'Utilization', value: 50 }),
  mem: metric.optional(),
  podCustomMetrics: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

/** A HorizontalPodAutoscaler by CPU, memory and metrics of the pods. */
export const hpa: TraitDefinition = {
  outputs(properties, { name, clusterMinor }) {
    const { min, max, targetAPIVersion, targetKind, cpu, mem, podCustomMetrics } = decode(
      hpaSchema,
      properties ?? {},
      'hpa',
    );
    const resource = (of: string, { type, value }: z.infer<typeof metric>) => ({
      type: 'Resource',
      resource: {
        name: of,
        target: { type, [type === 'Utilization' ? 'averageUtilization' : 'averageValue']: value },
      },
    });
    return {
      hpa: {
        apiVersion: clusterMinor < 23 ? 'autoscaling/v2beta2' : 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name },
        spec: {
          scaleTargetRef: { apiVersion: targetAPIVersion, kind: targetKind, name },
          minReplicas: min,
          maxReplicas: max,
          metrics: [
            resource('cpu', cpu),
            ...(mem === undefined ? [] : [resource('memory', mem)]),
            ...(podCustomMetrics ?? []).map(({ name: of, value }) => ({
              type: 'Pods',
              pods: { metric: { name: of }, target: { type: 'AverageValue', averageValue: value } },
            })),
          ],
        },
      },
    };
  },
};
