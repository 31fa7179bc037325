import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Preferences of the desktop; no data of the instance, nothing secret. */
const shape = z.object({
  place: z
    .object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() })
    .nullable()
    .catch(null),
  isMaximized: z.boolean().catch(false),
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  /** Data directories that held an instance: if one is found empty, its disk is not connected. */
  dataDirs: z.array(z.string()).catch([]),
  /** Whether the user was told that closing the window leaves it running in the tray. */
  wasToldOfTray: z.boolean().catch(false),
  /** Whether the user was told that the program runs without Chromium's sandbox. */
  wasToldOfSandbox: z.boolean().catch(false),
  /** Whether the user was asked about starting at login. */
  wasLoginAsked: z.boolean().catch(false),
  /** The remembered answer to what closing the window does, where there is no tray. */
  onClose: z.enum(['ask', 'quit', 'keep']).catch('ask'),
  /** The colour of the panel that shows the tray icon, on Linux: most are dark. */
  trayPanel: z.enum(['dark', 'light']).catch('dark'),
  /** When the user was last notified of a key at risk, so that reminders come once a day. */
  riskToldAt: z.number().nullable().catch(null),
  /** When the user was last told of variables that end. */
  endsToldAt: z.number().nullable().catch(null),
});
export type Preferences = z.infer<typeof shape>;

export interface PreferencesFile {
  readonly value: Readonly<Preferences>;
  set(change: Partial<Preferences>): void;
}

/**
 * Damaged or missing fields get their defaults. What a newer version wrote is kept: only what changes here is written over
 * it. If the file cannot be written (full disk, read-only home), the program continues without saving and calls `onFailure`;
 * the file stays as it was.
 */
export function openPreferences(path: string, onFailure: (error: unknown) => void): PreferencesFile {
  let kept = read(path);
  let value = shape.parse(kept);
  return {
    get value() {
      return value;
    },
    set(change) {
      value = { ...value, ...change };
      kept = { ...kept, ...change };
      try {
        writeFileSync(`${path}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch (error) {
        onFailure(error);
        remove(`${path}.new`);
      }
    },
  };
}

function read(path: string): object {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
  } catch {
    return {};
  }
}

/** Half a file takes room on a disk that has none. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
