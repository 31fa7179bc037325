import type * as Electron from 'electron';
import { checkNotReady } from './app.ts';
import { flushState, noteChange, obey, state } from './control/control.ts';
import { OfferedEvents, offer, StandInEvent } from './offered.ts';
import { platform, requireEvent } from './platform/platform-tags.ts';

const power = new OfferedEvents('powerMonitor', [
  'suspend',
  'resume',
  'lock-screen',
  'unlock-screen',
  'shutdown',
  'newListener',
]);
export const powerMonitor = offer<Electron.PowerMonitor>()('powerMonitor', power);

/**
 * On Linux Electron hears of a shutdown only while someone listens for it, and counts listeners in a listener of its own
 * that the first `on` of all installs (lib/browser/api/power-monitor.ts): a `shutdown` that is the first is not counted.
 */
let isListeningForShutdown = platform !== 'linux';
if (platform === 'linux')
  power.once('newListener', () =>
    power.on('newListener', (event: string) => {
      if (event === 'shutdown') isListeningForShutdown = true;
    }),
  );

obey('power', async ({ event }) => {
  requireEvent('powerMonitor', event);
  const said = new StandInEvent();
  if (event !== 'shutdown' || isListeningForShutdown) power.emit(event, said);
  if (event !== 'shutdown' || said.defaultPrevented) return;
  // A system that nobody delays waits for nobody.
  await flushState();
  process.kill(process.pid, 'SIGKILL');
});

function open(how: 'openExternal' | 'showItemInFolder' | 'openPath', what: string): void {
  state.opened.push({ how, what });
  noteChange();
}
export const shell = offer<Electron.Shell>()('shell', {
  openExternal: async (url: string) => open('openExternal', url),
  showItemInFolder: (path: string) => open('showItemInFolder', path),
  async openPath(path: string) {
    open('openPath', path);
    return '';
  },
});

let touchId = { isThere: false, isRecognised: false };
obey('setTouchId', (said) => {
  touchId = said;
});
export const systemPreferences = offer<Electron.SystemPreferences>()('systemPreferences', {
  canPromptTouchID: () => touchId.isThere,
  askForMediaAccess: async (_type: 'microphone' | 'camera') => process.env.STAND_IN_CAMERA !== 'denied',
  async promptTouchID(_reason: string) {
    if (!touchId.isThere || !touchId.isRecognised) throw new Error('Authentication was cancelled.');
  },
});

export const protocol = offer<Electron.Protocol>()('protocol', {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]) {
    checkNotReady('protocol.registerSchemesAsPrivileged()');
    state.schemes = schemes.map(({ scheme, privileges = {} }) => ({
      scheme,
      privileges: privileges as Record<string, boolean>,
    }));
    noteChange();
  },
});
