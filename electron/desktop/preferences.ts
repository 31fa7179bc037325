import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What the desktop remembers of itself; nothing of the instance is here, and nothing of it is secret. */
const shape = z.object({
  place: z
    .object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() })
    .nullable()
    .catch(null),
  isMaximized: z.boolean().catch(false),
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  /** Data directories in which an instance was open: found empty, their disk is not there. */
  dataDirs: z.array(z.string()).catch([]),
  /** Closing the window leaves it running in the tray: said once. */
  wasToldOfTray: z.boolean().catch(false),
  /** Whether to start at login is asked once. */
  wasLoginAsked: z.boolean().catch(false),
  /** Where there is no tray, what closing the window does is asked once. */
  onClose: z.enum(['ask', 'quit', 'keep']).catch('ask'),
  /** When the key at risk was last told of, so that a reminder comes once a day. */
  riskToldAt: z.number().nullable().catch(null),
});
export type Preferences = z.infer<typeof shape>;

export interface PreferencesFile {
  readonly value: Readonly<Preferences>;
  set(change: Partial<Preferences>): void;
}

/**
 * A damaged or missing file is the defaults, field by field. A file that cannot be written (a full disk, a
 * read-only home) costs the memory of it, never the program: `onFailure` is told.
 */
export function openPreferences(path: string, onFailure: (error: unknown) => void): PreferencesFile {
  let value = read(path);
  return {
    get value() {
      return value;
    },
    set(change) {
      value = { ...value, ...change };
      try {
        writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch (error) {
        onFailure(error);
      }
    },
  };
}

function read(path: string): Preferences {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return shape.parse(typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {});
  } catch {
    return shape.parse({});
  }
}
