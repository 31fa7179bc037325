import type * as Electron from 'electron';
import { obey } from './control.ts';
import type { DisplayState } from './control-contract.ts';
import { offer } from './offered.ts';

/** One screen with a panel below; or those of STAND_IN_DISPLAYS, as JSON, the main one first. */
let displays: DisplayState[] = process.env.STAND_IN_DISPLAYS
  ? (JSON.parse(process.env.STAND_IN_DISPLAYS) as DisplayState[])
  : [
      {
        bounds: { x: 0, y: 0, width: 1920, height: 1080 },
        workArea: { x: 0, y: 0, width: 1920, height: 1040 },
      },
    ];
obey('setDisplays', (said) => {
  displays = said.displays;
});

const list = (): Electron.Display[] =>
  displays.map((display, id) => ({ id, ...display }) as unknown as Electron.Display);

export const screen = offer<Electron.Screen>()('screen', {
  getAllDisplays: list,
  getPrimaryDisplay(): Electron.Display {
    const [main] = list();
    if (!main) throw new Error('there is no screen');
    return main;
  },
});
