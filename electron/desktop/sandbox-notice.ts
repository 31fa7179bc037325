import type { Log } from '../instance/kernel/log.ts';
import { notify } from './notifications.ts';
import type { PreferencesFile } from './preferences.ts';

/**
 * SECURITY: with --no-sandbox, or ELECTRON_DISABLE_SANDBOX, Chromium's sandbox is off, and a flaw in the engine that shows the
 * console would reach this account's files. In the log at each such start, and shown once until a start has the sandbox.
 */
export function tellOfSandbox(
  isOff: boolean,
  preferences: PreferencesFile,
  log: Log,
  onClick: () => void,
): void {
  if (isOff) log.warn({}, "the window runs without Chromium's sandbox (--no-sandbox)");
  const { wasToldOfSandbox } = preferences.value;
  if (isOff === wasToldOfSandbox) return;
  preferences.set({ wasToldOfSandbox: isOff });
  if (isOff)
    notify(
      {
        title: 'The Temps window runs without its sandbox',
        body: 'It was started with --no-sandbox. Start it as a user other than root, or install the .deb or .rpm package, to have it again.',
      },
      onClick,
    );
}
