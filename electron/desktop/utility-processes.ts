import { app, utilityProcess } from 'electron';
import { type ProcessHost, toEnvironment, toHeapFlags } from '../instance/kernel/process-hosts.ts';

/**
 * Electron's utility processes: started again, the program itself would be the desktop and not Node. SECURITY:
 * messages go through the process's port, never through arguments.
 */
export const utilityProcesses: ProcessHost = {
  start(program, { onMessage, onExit }) {
    // As a command the program may ask before Electron is ready, when no such process can be created yet.
    const forked = app.whenReady().then(() => {
      const child = utilityProcess.fork(program.file, [], {
        stdio: 'ignore',
        serviceName: `Temps ${program.name}`,
        execArgv: [`--js-flags=${toHeapFlags(program).join(' ')}`],
        ...toEnvironment(program),
      });
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
