import type * as Electron from 'electron';
import { noteChange, obey, state } from './control/control.ts';
import { OfferedEvents, offerClass, StandInEvent } from './offered.ts';

/** Those that were shown, as the state lists them. */
const shown: OfferedEvents[] = [];

let isShown = true;
obey('setNotifying', (said) => {
  isShown = said.isShown;
});

class StandInNotification extends OfferedEvents {
  static isSupported = (): boolean => true;

  readonly title: string;
  readonly body: string;

  constructor({ title = '', body = '' }: Electron.NotificationConstructorOptions = {}) {
    super('Notification', ['click', 'failed']);
    this.title = title;
    this.body = body;
  }

  show(): void {
    if (!isShown) {
      this.emit('failed', new StandInEvent(), 'not signed');
      return;
    }
    shown.push(this);
    state.notifications.push({ title: this.title, body: this.body });
    noteChange();
  }
}

export const Notification = offerClass<typeof Electron.Notification>()('Notification', StandInNotification);

obey('clickNotification', ({ title }) => {
  const at = state.notifications.findLastIndex((notification) => notification.title === title);
  if (at < 0) throw new Error(`there was no notification '${title}'`);
  shown[at]?.emit('click');
});
