import { app, utilityProcess } from 'electron';
import type { ProcessHost } from '../instance/kernel/process-hosts.ts';

/**
 * Electron's own processes: the program itself, started again, would be the desktop and no Node. SECURITY: messages go
 * through the process's own port, never through arguments.
 */
export const utilityProcesses: ProcessHost = {
  start({ name, file }, { onMessage, onExit }) {
    // As a command the program asks before it is ready, when no such process can be made yet.
    const forked = app.whenReady().then(() => {
      const child = utilityProcess.fork(file, [], { stdio: 'ignore', serviceName: `Temps ${name}` });
      child.on('message', onMessage);
      child.on('exit', onExit);
      return child;
    });
    forked.catch(onExit);
    return {
      send: (message) => void forked.then((child) => child.postMessage(message), onExit),
      kill: () => void forked.then((child) => child.kill(), onExit),
    };
  },
};
