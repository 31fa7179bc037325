import type * as Electron from 'electron';
import { noteChange, obey, state } from './control/control.ts';
import { offer, offerClass } from './offered.ts';

type Items = ConstructorParameters<typeof Electron.ClipboardItem>[0];

class StandInClipboardItem {
  readonly #items: Items;

  constructor(items: Items) {
    this.#items = items;
  }

  get types(): string[] {
    return Object.keys(this.#items);
  }

  async getType(type: string): Promise<never> {
    const payload = await this.#items[type];
    if (payload === undefined) throw new Error(`The clipboard item has no ${type}.`);
    return (payload instanceof Blob ? payload : new Blob([payload as string], { type })) as never;
  }
}

export const ClipboardItem = offerClass<typeof Electron.ClipboardItem>()(
  'ClipboardItem',
  StandInClipboardItem,
);

async function readFormats(items: readonly Electron.ClipboardItem[]): Promise<Record<string, string>> {
  const formats: Record<string, string> = {};
  for (const item of items)
    for (const type of item.types) {
      const bytes = Buffer.from(await ((await item.getType(type)) as Blob).arrayBuffer());
      // Windows has no data of no bytes.
      if (bytes.length === 0) throw new Error(`The clipboard takes nothing empty as ${type}.`);
      formats[type] = bytes.toString(type.startsWith('text/') ? 'utf8' : 'latin1');
    }
  return formats;
}

let isReachable = true;
obey('setClipboardReach', (said) => {
  isReachable = said.isReachable;
});

/** Without the focus Wayland drops what a program puts there, and shows it nothing; no call fails. */
function put(formats: Record<string, string>): void {
  if (!isReachable) return;
  state.clipboard = formats;
  noteChange();
}

/** The system's clipboard, of which the browser's pages have one of their own. */
export const clipboard = offer<Electron.Clipboard>()('clipboard', {
  clear: () => put({}),
  readText: async () => (isReachable ? (state.clipboard['text/plain'] ?? '') : ''),
  writeText: async (text: string) => put({ 'text/plain': text }),
  write: async (items: Electron.ClipboardItem[]) => put(await readFormats(items)),
});
// Another program puts something there.
obey('writeClipboard', ({ text }) => {
  state.clipboard = { 'text/plain': text };
  noteChange();
});
