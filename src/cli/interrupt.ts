import { EXIT } from './exit.ts';

/** Ctrl-C and SIGTERM stop what is under way, which cleans up behind itself; a second one ends it at once. */
export function catchInterrupt(): { signal: AbortSignal; code(): number | undefined } {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (exit: number, name: string) => () => {
    if (code !== undefined) process.exit(exit);
    code = exit;
    controller.abort(new Error(`stopped by ${name}`));
  };
  // Not `once`: libraries that clean up at exit end the process when they find nobody else listening.
  process.on('SIGINT', stop(EXIT.interrupted, 'SIGINT'));
  process.on('SIGTERM', stop(EXIT.terminated, 'SIGTERM'));
  return { signal: controller.signal, code: () => code };
}

/** Resolves when a process that serves until it is told to end is told so. */
export function toldToEnd(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
