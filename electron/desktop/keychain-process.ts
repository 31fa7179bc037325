import { app, utilityProcess } from 'electron';
import {
  type AskKeytarProcess,
  type KeytarAnswer,
  keytarProcessFile,
} from '../instance/vault/custody/keytar-call.ts';

/**
 * A call of the keychain in a utility process: the program itself, started again, would be the desktop and no
 * Node. SECURITY: request and answer go through the process's own port, never through arguments.
 */
export const askKeychainProcess: AskKeytarProcess = async (request, timeoutMs) => {
  // As a command the program asks before it is ready, when no such process can be made yet.
  await app.whenReady();
  return await new Promise((resolve, reject) => {
    const child = utilityProcess.fork(keytarProcessFile, [], {
      stdio: 'ignore',
      serviceName: 'Temps keychain',
    });
    let answer: KeytarAnswer | null = null;
    const timer = setTimeout(() => child.kill(), timeoutMs);
    child.once('message', (message: KeytarAnswer) => {
      answer = message;
      child.kill();
    });
    child.once('exit', () => {
      clearTimeout(timer);
      if (answer) resolve(answer);
      else reject(new Error('the keychain did not answer'));
    });
    child.postMessage(request);
  });
};
