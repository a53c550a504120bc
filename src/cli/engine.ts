import { createInterface } from 'node:readline';
import { Command } from 'commander';

export function engineCommand(): Command {
  return new Command('engine')
    .description('answer cases for the distribution engine: JSON documents in, one a line, answers out')
    .addHelpText('after', '\nExample:\n  liangdi engine < cases.jsonl > answers.jsonl')
    .action(answerCases);
}

async function answerCases(): Promise<void> {
  const { answer } = await import('../engine/cases/answer.ts');
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const answered = await answerLine(line, answer);
    if (!process.stdout.write(`${JSON.stringify(answered)}\n`)) {
      await new Promise(resolve => process.stdout.once('drain', resolve));
    }
  }
}

async function answerLine(line: string, answer: (document: unknown) => Promise<unknown>): Promise<unknown> {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch (error) {
    return { id: '', inputError: (error as Error).message };
  }
  return answer(document);
}
