import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlMessage, ControlRequest, StandInCommands, StandInState } from './control-contract.ts';

/** The folder of whoever started this; its socket is where tests speak. Null: started by hand. */
export const folder = process.env.STAND_IN_FOLDER ?? null;

/** What was told so far; whoever changes it calls `noteChange`. */
export const state: StandInState = {
  isReady: false,
  isSandboxed: false,
  desktopName: null,
  appUserModelId: null,
  schemes: [],
  tray: null,
  applicationMenu: null,
  notifications: [],
  dialogs: [],
  clipboard: {},
  isRelaunched: false,
  loginItem: { openAtLogin: false, args: [] },
  opened: [],
  theme: 'system',
  isSystemDark: false,
  windows: [],
  refused: [],
  debugAddress: null,
};

type Obey<Name extends keyof StandInCommands> = (said: StandInCommands[Name]) => void | Promise<void>;

const commands = new Map<string, Obey<never>>();
const socket = folder === null ? null : connect(join(folder, 'control.sock'));

/** Says what a command does; an error it throws goes back to the test. */
export function obey<Name extends keyof StandInCommands>(name: Name, handle: Obey<Name>): void {
  commands.set(name, handle);
}

let isNoted = false;
/** Tells the state, once for all changes of a moment. */
export function noteChange(): void {
  if (isNoted) return;
  isNoted = true;
  queueMicrotask(() => {
    isNoted = false;
    say({ state });
  });
}

/** Resolves when everything told so far is on its way: the last a process does. */
export function flushState(): Promise<void> {
  return new Promise((resolve) => {
    if (socket) socket.write('', () => resolve());
    else resolve();
  });
}

function say(message: ControlMessage): void {
  socket?.write(`${JSON.stringify(message)}\n`);
}

async function carryOut({ id, name, said }: ControlRequest): Promise<void> {
  try {
    await commands.get(name)?.(said as never);
    say({ id, error: commands.has(name) ? null : `nothing here does ${name}` });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

if (socket) {
  // Nobody is left to tell: whatever was under test ends too.
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(1));
  createInterface({ input: socket }).on('line', (line) => void carryOut(JSON.parse(line) as ControlRequest));
  noteChange();
}
