import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { app, dialog, ipcMain, nativeTheme, shell, systemPreferences } from 'electron';
import { probeKeychain, type WindowDoor } from '../../instance/instance.ts';
import { AppError } from '../../instance/kernel/app-error.ts';
import { describeError, type Log } from '../../instance/kernel/log.ts';
import { setStartAtLogin, startsAtLogin } from '../login-item.ts';
import { canNotify } from '../notifications.ts';
import type { PreferencesFile } from '../preferences.ts';
import type { TrayIcon } from '../tray/tray.ts';
import type { Updates } from '../updates.ts';
import { mayCall } from '../window/guard-rules.ts';
import type { ConsoleWindow } from '../window/window.ts';
import { type BridgeHandlers, CALL_CHANNEL } from './bridge-contract.ts';
import { createBridgeDispatch } from './bridge-dispatch.ts';
import type { SecretClipboard } from './clipboard.ts';

/** No key file, scan of a QR code or `.env` is larger. */
const MAX_PICKED_BYTES = 2 * 1024 * 1024;

export interface BridgeParts {
  window: ConsoleWindow;
  door: WindowDoor;
  clipboard: SecretClipboard;
  preferences: PreferencesFile;
  updates: Updates;
  log: Log;
  tray: TrayIcon;
  quit: () => Promise<void>;
}

/** Opens the bridge of the one window. */
export function openBridge(parts: BridgeParts): void {
  const { window, log } = parts;
  const dispatch = createBridgeDispatch(createHandlers(parts), (call, error) =>
    log.error({ call, error: describeError(error) }, 'a call of the window failed'),
  );
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, request: unknown) => {
    // SECURITY: the sender is checked before the request is parsed.
    const { native } = window;
    if (native.isDestroyed() || !mayCall(event.senderFrame, native.webContents.mainFrame))
      return { ok: false, code: 'forbidden', message: 'Only the console may call the desktop.' };
    return await dispatch(name, request);
  });
}

function createHandlers(parts: BridgeParts): BridgeHandlers {
  const { window, door, clipboard, preferences, updates } = parts;
  const { native } = window;
  return {
    describe: () => ({
      platform: process.platform as 'linux' | 'darwin' | 'win32',
      version: app.getVersion(),
      hasTray: parts.tray.isThere,
      canConfirm: canPromptTouchId(),
      canHideFromCapture: process.platform === 'win32',
      canNotify: canNotify(),
      trayPanel: process.platform === 'linux' ? preferences.value.trayPanel : null,
      theme: preferences.value.theme,
    }),
    async chooseFolder() {
      const { filePaths } = await dialog.showOpenDialog(native, {
        title: 'Choose a folder for the copy',
        buttonLabel: 'Copy here',
        properties: ['openDirectory', 'createDirectory'],
      });
      return filePaths[0] ?? null;
    },
    async pickFile({ kind }) {
      const { filePaths } = await dialog.showOpenDialog(native, {
        properties: ['openFile'],
        ...pickOptions[kind],
      });
      const [path] = filePaths;
      return path === undefined ? null : { name: basename(path), bytes: await readPicked(path) };
    },
    print: () => new Promise((resolve) => native.webContents.print({}, (isPrinted) => resolve(isPrinted))),
    async savePdf({ name }) {
      const { filePath } = await dialog.showSaveDialog(native, {
        defaultPath: `${name.replace(/[^\p{L}\p{N} ._-]/gu, '')}.pdf`,
        filters: [{ name: 'PDF', extensions: ['pdf'] }],
      });
      if (!filePath) return null;
      await writePrivately(
        filePath,
        await native.webContents.printToPDF({ pageSize: 'A4', printBackground: true }),
      );
      return filePath;
    },
    copySecret: ({ text, keptMs }) => clipboard.copy(text, keptMs),
    clearClipboard: clipboard.clear,
    keychain: probeKeychain,
    loginItem: () => ({ isEnabled: startsAtLogin(), wasAsked: preferences.value.wasLoginAsked }),
    setLoginItem({ isEnabled }) {
      setStartAtLogin(isEnabled);
      preferences.set({ wasLoginAsked: true });
      return { isEnabled: startsAtLogin(), wasAsked: true };
    },
    async showInFolder({ path }) {
      // SECURITY: only shows a path that exists on this machine; opens no file and contacts no network share.
      if (!isAbsolute(path) || path.startsWith('\\\\') || path.startsWith('//')) return false;
      if (!(await stat(path).catch(() => null))) return false;
      shell.showItemInFolder(path);
      return true;
    },
    setTheme({ theme }) {
      nativeTheme.themeSource = theme;
      preferences.set({ theme });
    },
    setTrayPanel({ panel }) {
      preferences.set({ trayPanel: panel });
      parts.tray.repaint();
    },
    updates: updates.state,
    checkForUpdates: updates.check,
    installUpdate: updates.install,
    hideFromCapture({ isHidden }) {
      // Electron has it on macOS and Windows alone.
      if (process.platform !== 'linux') native.setContentProtection(isHidden);
    },
    async confirm() {
      if (!canPromptTouchId()) return false;
      try {
        await systemPreferences.promptTouchID('confirm your identity');
      } catch {
        // Cancelled or not recognised: the password is asked for instead.
        return false;
      }
      door.confirm();
      return true;
    },
    takePath: window.takePath,
    quit: parts.quit,
  };
}

const canPromptTouchId = () => process.platform === 'darwin' && systemPreferences.canPromptTouchID();

const pickOptions = {
  copy: {
    title: 'Choose a copy of the key',
    filters: [
      { name: 'Copies of a key', extensions: ['age', 'kdbx', 'pdf', 'txt', 'json', 'csv', 'key'] },
      { name: 'Any file', extensions: ['*'] },
    ],
  },
  picture: {
    title: 'Choose a picture of the QR code',
    filters: [{ name: 'Pictures', extensions: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp'] }],
  },
} satisfies Record<string, Electron.OpenDialogOptions>;

/**
 * SECURITY: the kit holds the key, so only this account may read it. A file that is written over keeps its mode, and
 * whoever has it open: the new one takes its place instead, once it is whole.
 */
export async function writePrivately(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(partial, bytes, { mode: 0o600, flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Throws `body_too_large` and `not_found`. */
async function readPicked(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new AppError('not_found', `${basename(path)} cannot be read.`);
  if (found.size > MAX_PICKED_BYTES)
    throw new AppError('body_too_large', `${basename(path)} is over 2 MiB, too large for a copy of a key.`);
  return new Uint8Array(await readFile(path));
}
