import { EXIT } from './exit.ts';
import { report, run } from './program.ts';

/** A reader that goes away (`liangdi … | head`) ends the printing, not the drill. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
      process.stderr.write(`liangdi: cannot print: ${error.message}\n`);
      process.exit(EXIT.failed);
    });
  }
}

outliveReaders();
// Node's own exit code would be 1, which says that an expectation was violated.
process.on('uncaughtException', error => process.exit(report(error)));
const failed = await run(process.argv.slice(2));
if (failed !== undefined) process.exitCode = failed;
