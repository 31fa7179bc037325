/** The parts of Electron's module that the program uses, over Node and Debian's chromium. */
import './control/passed-time.ts';

export { app } from './app.ts';
export { autoUpdater } from './auto-updater.ts';
export { ClipboardItem, clipboard } from './clipboard.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipc-main.ts';
export { Menu } from './menu.ts';
export { nativeImage } from './native-image.ts';
export { nativeTheme } from './native-theme.ts';
export { Notification } from './notification.ts';
export { screen } from './screen.ts';
export { powerMonitor, protocol, shell, systemPreferences } from './system.ts';
export { Tray } from './tray.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindow } from './window/browser-window.ts';
export { session } from './window/session.ts';
