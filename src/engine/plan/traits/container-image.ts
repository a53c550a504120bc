import * as z from 'zod';
import { replacing } from '../unify.ts';
import { containerTrait } from './containers.ts';

/** Sets a container's image, and its pull policy where one is given. */
export const containerImage = containerTrait(
  'container-image',
  { image: z.string(), imagePullPolicy: z.enum(['', 'IfNotPresent', 'Always', 'Never']).default('') },
  (_container, { image, imagePullPolicy }) => ({
    image: replacing(image),
    imagePullPolicy: imagePullPolicy === '' ? undefined : replacing(imagePullPolicy),
  }),
);
