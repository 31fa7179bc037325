import type * as Electron from 'electron';
import { obey } from './control/control.ts';
import type { DisplayState } from './control/control-contract.ts';
import { OfferedEvents, offer, StandInEvent } from './offered.ts';

/** One screen with a panel below; or those of STAND_IN_DISPLAYS, as JSON, the main one first. */
let displays: DisplayState[] = process.env.STAND_IN_DISPLAYS
  ? (JSON.parse(process.env.STAND_IN_DISPLAYS) as DisplayState[])
  : [
      {
        bounds: { x: 0, y: 0, width: 1920, height: 1080 },
        workArea: { x: 0, y: 0, width: 1920, height: 1040 },
      },
    ];

const list = (): Electron.Display[] =>
  displays.map((display, id) => ({ id, ...display }) as unknown as Electron.Display);

class StandInScreen extends OfferedEvents {
  getAllDisplays = list;
  getPrimaryDisplay = (): Electron.Display => {
    const [main] = list();
    if (!main) throw new Error('there is no screen');
    return main;
  };
}
const made = new StandInScreen('screen', ['display-added', 'display-removed', 'display-metrics-changed']);
export const screen = offer<Electron.Screen>()('screen', made);

/** Each is known by its place in the list. Windows stay where they are, as a hidden one does everywhere. */
obey('setDisplays', (said) => {
  const before = list();
  displays = said.displays;
  const now = list();
  for (const display of before.slice(now.length)) made.emit('display-removed', new StandInEvent(), display);
  for (const display of now.slice(before.length)) made.emit('display-added', new StandInEvent(), display);
  for (const [at, display] of now.slice(0, before.length).entries())
    if (JSON.stringify(display) !== JSON.stringify(before[at]))
      made.emit('display-metrics-changed', new StandInEvent(), display, ['bounds', 'workArea']);
});
