import type * as Electron from 'electron';
import { noteChange, obey, state } from './control/control.ts';
import { OfferedEvents, offer } from './offered.ts';

const followers: (() => void)[] = [];

/** Whether pages are shown dark: as the program says, or as the system is. */
export const isDark = (): boolean => (state.theme === 'system' ? state.isSystemDark : state.theme === 'dark');

export function followTheme(follower: () => void): void {
  followers.push(follower);
}

class StandInNativeTheme extends OfferedEvents {
  get themeSource(): 'system' | 'light' | 'dark' {
    return state.theme;
  }

  set themeSource(theme: 'system' | 'light' | 'dark') {
    state.theme = theme;
    noteChange();
    tell();
  }

  get shouldUseDarkColors(): boolean {
    return isDark();
  }

  /** The system's own parts follow the system alone. */
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return state.isSystemDark;
  }
}

const made = new StandInNativeTheme('nativeTheme', ['updated']);
export const nativeTheme = offer<Electron.NativeTheme>()('nativeTheme', made);

function tell(): void {
  for (const follower of followers) follower();
  made.emit('updated');
}

obey('setSystemDark', ({ isDark: isSystemDark }) => {
  state.isSystemDark = isSystemDark;
  noteChange();
  tell();
});
