import type { WriteStream } from 'node:tty';

/** How wide lines may get on a terminal, and how wide they are anywhere else. */
const WIDTH = 100;

/** What the report needs to know of where it is printed: colour only on a terminal that has it and wants it. */
export function terminal(stream: NodeJS.WriteStream): { color: boolean; width: number } {
  if (!stream.isTTY) return { color: false, width: WIDTH };
  const { columns } = stream as WriteStream;
  return {
    color: !process.env['NO_COLOR'] && stream.hasColors(),
    width: Math.min(WIDTH, Math.max(40, columns || WIDTH)),
  };
}
