import { fork } from 'node:child_process';
import type * as Electron from 'electron';
import { OfferedEvents, offer } from './offered.ts';

const PARENT_PORT = new URL('./parent-port.ts', import.meta.url).href;

/** Node in a process of its own, with a port to this one. */
export const utilityProcess = offer<typeof Electron.utilityProcess>()('utilityProcess', {
  fork(
    path: string,
    args: string[] = [],
    { stdio = 'inherit', execArgv = [], env = process.env }: Electron.ForkOptions = {},
  ) {
    if (stdio !== 'ignore' && stdio !== 'inherit')
      throw new Error(`The stand-in for Electron offers no stdio but 'ignore' and 'inherit'.`);
    const child = fork(path, args, {
      // Electron gives the engine what this switch has; Node takes such flags as they are.
      // Electron takes all flags of V8 in one argument, Node each in its own.
      execArgv: [
        ...execArgv.flatMap((flag) => flag.replace(/^--js-flags=/, '').split(' ')),
        '--import',
        PARENT_PORT,
      ],
      stdio: [stdio, stdio, stdio, 'ipc'],
      serialization: 'advanced',
      env: { ...env },
    });
    const events = new OfferedEvents('utilityProcess', ['message', 'exit']);
    child.on('message', (message) => events.emit('message', message));
    child.on('exit', (code) => events.emit('exit', code ?? 1));
    child.on('error', () => events.emit('exit', 1));
    return offer<Electron.UtilityProcess>()(
      'utilityProcess',
      Object.assign(events, {
        kill: () => child.kill(),
        // Node keeps what is sent until the child takes it.
        postMessage(message: unknown) {
          child.send(message as object, () => undefined);
        },
      }),
    );
  },
});
