import * as z from 'zod';
import { decode } from '../../model.ts';
import { withMetadata } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.record(z.string(), z.string('values must be strings').nullable());

function metadata(field: 'labels' | 'annotations'): TraitDefinition {
  return {
    json: true,
    apply: (workload, properties) => withMetadata(workload, field, decode(schema, properties ?? {}, field)),
  };
}

export const labels = metadata('labels');
export const annotations = metadata('annotations');
