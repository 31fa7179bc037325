import type * as Electron from 'electron';
import { noteChange, state } from './control/control.ts';
import type { MenuLine } from './control/control-contract.ts';
import { offer } from './offered.ts';

type Template = Electron.MenuItemConstructorOptions;

const templates = new WeakMap<Electron.Menu, Template[]>();

export const Menu = offer<typeof Electron.Menu>()('Menu', {
  buildFromTemplate(template: Template[]) {
    const menu = offer<Electron.Menu>()('menu', {});
    templates.set(menu, template);
    return menu;
  },
  setApplicationMenu(menu: Electron.Menu | null) {
    state.applicationMenu = menu && describeMenu(menu);
    noteChange();
  },
});

export function describeMenu(menu: Electron.Menu): MenuLine[] {
  return (templates.get(menu) ?? []).map(
    ({ type = 'normal', label = '', enabled = true, role, submenu }) => ({
      kind: type === 'separator' ? 'separator' : submenu ? 'submenu' : 'normal',
      label,
      isEnabled: enabled,
      role: role ?? null,
    }),
  );
}

/** Does what pressing the line does; throws for one that is not there or cannot be pressed. */
export function clickMenu(menu: Electron.Menu, label: string): void {
  const found = (templates.get(menu) ?? []).find((line) => line.label === label);
  if (!found) throw new Error(`the menu has no '${label}'`);
  if (found.enabled === false) throw new Error(`'${label}' cannot be pressed now`);
  found.click?.(undefined as never, undefined, undefined as never);
}
