/**
 * Answers one call of keytar's, in a process of its own: started by keytar-call.ts with pipes, or by the desktop
 * as a utility process, which has a port instead.
 */
import { type KeytarAnswer, type KeytarRequest, performKeytarCall } from './keytar-call.ts';

/** What Electron gives a utility process. */
interface ParentPort {
  once(event: 'message', listener: (message: { data: KeytarRequest }) => void): void;
  postMessage(answer: KeytarAnswer): void;
}

const port = (process as { parentPort?: ParentPort }).parentPort;
if (port) {
  port.once('message', ({ data }) => void performKeytarCall(data).then((answer) => port.postMessage(answer)));
} else {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const request = JSON.parse(Buffer.concat(chunks).toString('utf8')) as KeytarRequest;
  process.stdout.write(JSON.stringify(await performKeytarCall(request)));
}
