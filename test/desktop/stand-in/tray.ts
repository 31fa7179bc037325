import type * as Electron from 'electron';
import { noteChange, obey, state } from './control/control.ts';
import { clickMenu, describeMenu } from './menu.ts';
import { describeImage } from './native-image.ts';
import { OfferedEvents, offerClass } from './offered.ts';

let current: { events: OfferedEvents; menu: Electron.Menu | null } | null = null;

class StandInTray extends OfferedEvents {
  constructor(image: Electron.NativeImage | string) {
    super('Tray', ['click']);
    current = { events: this, menu: null };
    state.tray = { image: describeImage(image), toolTip: '', menu: [] };
    noteChange();
  }

  setImage(image: Electron.NativeImage | string): void {
    if (state.tray) state.tray.image = describeImage(image);
    noteChange();
  }

  setToolTip(toolTip: string): void {
    if (state.tray) state.tray.toolTip = toolTip;
    noteChange();
  }

  setContextMenu(menu: Electron.Menu | null): void {
    if (current) current.menu = menu;
    if (state.tray) state.tray.menu = menu ? describeMenu(menu) : [];
    noteChange();
  }

  destroy(): void {
    current = null;
    state.tray = null;
    noteChange();
  }
}

export const Tray = offerClass<typeof Electron.Tray>()('Tray', StandInTray);

function findTray(): NonNullable<typeof current> {
  if (!current) throw new Error('there is no tray icon');
  return current;
}
obey('clickMenu', ({ label }) => {
  const { menu } = findTray();
  if (!menu) throw new Error('the tray icon has no menu');
  clickMenu(menu, label);
});
obey('clickTray', () => void findTray().events.emit('click'));
