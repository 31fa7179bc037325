import type * as Electron from 'electron';
import { offer } from './offered.ts';
import { createWire } from './page/wire.ts';

type Handler = Parameters<Electron.IpcMain['handle']>[1];

const handlers = new Map<string, Handler>();
const wire = createWire(null);

export const ipcMain = offer<Electron.IpcMain>()('ipcMain', {
  handle(channel: string, handler: Handler) {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
  removeHandler(channel: string) {
    handlers.delete(channel);
  },
});

/** One invocation of a preload, as its text; the answer is the text that settles it there. */
export async function answerInvocation(
  text: string,
  sender: Electron.WebContents,
  senderFrame: Electron.WebFrameMain,
): Promise<object> {
  const { id, channel, args } = JSON.parse(text) as { id: number; channel: string; args: string };
  try {
    const handler = handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    const event = { sender, senderFrame, type: 'frame' } as unknown as Electron.IpcMainInvokeEvent;
    return { id, result: wire.encode(await handler(event, ...(wire.decode(args) as unknown[]))) };
  } catch (error) {
    return { id, error: `Error invoking remote method '${channel}': ${error}` };
  }
}
