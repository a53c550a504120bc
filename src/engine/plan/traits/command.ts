import * as z from 'zod';
import { replacing } from '../unify.ts';
import { containerTrait } from './containers.ts';

const texts = z.array(z.string()).nullable().default(null);

/** Replaces a container's command, and replaces its arguments, or adds and deletes some. */
export const command = containerTrait(
  'command',
  { command: texts, args: texts, addArgs: texts, delArgs: texts },
  (container, { command: given, args, addArgs, delArgs }) => {
    if (args !== null && (addArgs !== null || delArgs !== null)) {
      throw new Error('command: cannot set addArgs/delArgs and args at the same time');
    }
    const before = args ?? (container['args'] as readonly string[] | undefined) ?? [];
    const dropped = new Set(delArgs);
    const added = (addArgs ?? []).filter(text => !dropped.has(text) && !before.includes(text));
    return {
      command: given === null ? undefined : replacing(given),
      args: replacing([...before.filter(text => !dropped.has(text)), ...added]),
    };
  },
);
