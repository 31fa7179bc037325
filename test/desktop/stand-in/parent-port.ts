import { EventEmitter } from 'node:events';

/** What Electron gives a utility process: a port to its parent, and no channel of Node's. */
const send = process.send?.bind(process);
const port = new EventEmitter();
process.on('message', (data) => port.emit('message', { data }));
Reflect.deleteProperty(process, 'send');
Object.defineProperty(process, 'type', { value: 'utility', enumerable: true });
Object.defineProperty(process, 'parentPort', {
  value: Object.assign(port, { postMessage: (message: unknown) => void send?.(message) }),
  enumerable: true,
});
