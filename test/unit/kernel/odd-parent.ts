import { childProcesses, threads } from '../../../electron/instance/kernel/process-hosts.ts';
import { createProcessClient } from '../../../electron/instance/kernel/processes.ts';
import { oddProgram } from './odd-program.ts';

/** Asks the odd program from a process of its own: `odd-parent.ts` stays idle after that, `… hang` waits for an answer. */
for (const host of [childProcesses, threads]) {
  const client = createProcessClient(host, oddProgram);
  process.stdout.write(`${await client.ask({ do: 'pid' })}\n`);
  if (process.argv[2] === 'hang') await client.ask({ do: 'hang' });
}
