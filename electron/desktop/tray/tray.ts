import { join } from 'node:path';
import { app, Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { TrayAction, TrayPicture, TrayShape } from './tray-model.ts';

/** The tray icon and its menu, redrawn whenever the model changes. */
export interface TrayIcon {
  draw(picture: TrayPicture): void;
  destroy(): void;
}

/** Throws if the system cannot create an icon: the app works without it. */
export function createTrayIcon(onAction: (action: TrayAction) => void): TrayIcon {
  let drawn: TrayPicture | null = null;
  const tray = new Tray(findImage('running'));
  const paint = () => drawn && tray.setImage(findImage(drawn.shape));
  nativeTheme.on('updated', paint);
  // Windows opens the menu with the other button, and Linux panels send a click only if they did not open it; macOS
  // always opens it.
  tray.on('click', () => {
    if (process.platform !== 'darwin') onAction('open');
  });
  return {
    draw(picture) {
      const last = drawn;
      drawn = picture;
      if (last?.shape !== picture.shape) paint();
      if (last?.tooltip !== picture.tooltip) tray.setToolTip(picture.tooltip);
      // Rebuilding an open menu closes it, so only when its text changed.
      if (JSON.stringify(last?.items) === JSON.stringify(picture.items)) return;
      tray.setContextMenu(
        Menu.buildFromTemplate(
          picture.items.map((item) => {
            if (item.kind === 'separator') return { type: 'separator' };
            if (item.kind === 'status') return { label: item.label, enabled: false };
            return { label: item.label, enabled: item.isEnabled, click: () => onAction(item.action) };
          }),
        ),
      );
    },
    destroy() {
      nativeTheme.off('updated', paint);
      tray.destroy();
    },
  };
}

/**
 * macOS tints a template image itself; panels of Linux and Windows show it unchanged, so there are two of each, for
 * dark and light panels. The system theme is the best guess at the panel's colour; on Linux, where Electron does not
 * know it, most panels are dark.
 */
function findImage(shape: TrayShape) {
  const folder = join(app.getAppPath(), 'resources', 'tray');
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${shape}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  const isDark = process.platform === 'linux' || nativeTheme.shouldUseDarkColorsForSystemIntegratedUI;
  const panel = isDark ? 'dark' : 'light';
  const ending = process.platform === 'win32' ? 'ico' : 'png';
  return nativeImage.createFromPath(join(folder, `${shape}-on-${panel}.${ending}`));
}
