import { join } from 'node:path';
import { app, Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { TrayAction, TrayPicture, TrayShape } from './tray-model.ts';

/** The colour of the panel that shows the icon. */
export type Panel = 'dark' | 'light';

/** The tray icon and its menu, while this desktop shows icons; redrawn whenever the model changes. */
export interface TrayIcon {
  readonly isThere: boolean;
  /** Whether the desktop shows icons now: an icon that was made before is not shown by Linux panels that come later. */
  follow(hasHost: boolean): void;
  draw(picture: TrayPicture): void;
  /** The panel was chosen anew. */
  repaint(): void;
  destroy(): void;
}

export interface TrayIconOptions {
  onAction: (action: TrayAction) => void;
  /** Asked on Linux, where Electron does not know the colour. */
  findPanel: () => Panel;
  /** The system could not make an icon: the app works without it. */
  onFailure: (error: unknown) => void;
}

export function createTrayIcon({ onAction, findPanel, onFailure }: TrayIconOptions): TrayIcon {
  let shown: ShownIcon | null = null;
  let last: TrayPicture | null = null;
  const destroy = () => {
    shown?.destroy();
    shown = null;
  };
  return {
    get isThere() {
      return shown !== null;
    },
    follow(hasHost) {
      if (!hasHost) return destroy();
      if (shown) return;
      try {
        shown = showIcon(onAction, findPanel);
        if (last) shown.draw(last);
      } catch (error) {
        onFailure(error);
      }
    },
    draw(picture) {
      last = picture;
      shown?.draw(picture);
    },
    repaint: () => shown?.repaint(),
    destroy,
  };
}

type ShownIcon = Pick<TrayIcon, 'draw' | 'repaint' | 'destroy'>;

/** Throws if the system cannot create an icon. */
function showIcon(onAction: (action: TrayAction) => void, findPanel: () => Panel): ShownIcon {
  let drawn: TrayPicture | null = null;
  const tray = new Tray(findImage('running', findPanel));
  const paint = () => {
    if (drawn) tray.setImage(findImage(drawn.shape, findPanel));
  };
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
    repaint: paint,
    destroy() {
      nativeTheme.off('updated', paint);
      tray.destroy();
    },
  };
}

/**
 * macOS tints a template image itself; panels of Linux and Windows show it unchanged, so there are two of each, for
 * dark and light panels. The system theme is the best guess at the panel's colour; on Linux, where Electron does not
 * know it, the user says it.
 */
function findImage(shape: TrayShape, findPanel: () => Panel) {
  const folder = join(app.getAppPath(), 'resources', 'tray');
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${shape}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  const panel = process.platform === 'linux' ? findPanel() : findSystemPanel();
  const ending = process.platform === 'win32' ? 'ico' : 'png';
  return nativeImage.createFromPath(join(folder, `${shape}-on-${panel}.${ending}`));
}

const findSystemPanel = (): Panel =>
  nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
