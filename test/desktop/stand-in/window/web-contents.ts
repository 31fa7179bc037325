import type * as Electron from 'electron';
import { app } from '../app.ts';
import { noteChange, obey, state } from '../control/control.ts';
import type { WindowState } from '../control/control-contract.ts';
import { answerInvocation } from '../ipc-main.ts';
import { followTheme, isDark } from '../native-theme.ts';
import { OfferedEvents, offer, StandInEvent } from '../offered.ts';
import { Page, type PageOwner } from '../page/page.ts';
import { originOf, type SchemeServer } from '../page/scheme-server.ts';
import { createWire } from '../page/wire.ts';
import { partsOf } from './session.ts';

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

const wire = createWire(null);
let arePrinted = true;
obey('setPrinting', ({ isPrinted }) => {
  arePrinted = isPrinted;
});

/** What its window needs beside what the program gets. */
export interface ContentsParts {
  contents: Electron.WebContents;
  load(url: string): Promise<void>;
  resize(): void;
  crash(): void;
  close(): void;
}

/** The page of one window, which exists in the browser from the first `load` on. */
export function createWebContents(
  shown: WindowState,
  { session, preload }: Electron.WebPreferences,
  onTitle: (title: string) => void,
): ContentsParts {
  if (!session) throw new Error('The stand-in for Electron opens no window without a session.');
  const events = new OfferedEvents('webContents', [
    'will-navigate',
    'will-redirect',
    'will-frame-navigate',
    'will-attach-webview',
    'render-process-gone',
    'did-finish-load',
  ]);
  let page: Page | null = null;
  let server: SchemeServer | null = null;
  let onOpen: OpenHandler | null = null;
  const toScheme = (url: string) => server?.toScheme(url) ?? url;
  const mainFrame = offer<Electron.WebFrameMain>()('webFrameMain', {
    get url() {
      return shown.url;
    },
  });
  const ask = (name: string, url: string, isMainFrame: boolean) => {
    const event = Object.assign(new StandInEvent(), {
      url: toScheme(url),
      isMainFrame,
      isSameDocument: false,
      frame: isMainFrame ? mainFrame : null,
    });
    events.emit(name, event, event.url);
    return !event.defaultPrevented;
  };
  const owner: PageOwner = {
    preload: preload ?? null,
    isOurs: (url) => server !== null && toScheme(url) !== url,
    mayGo(url, how, isMainFrame) {
      if (how === 'redirect') return ask('will-redirect', url, isMainFrame);
      // In Electron's order: what the first prevents, the second never hears of.
      return (
        ask('will-frame-navigate', url, isMainFrame) && (!isMainFrame || ask('will-navigate', url, true))
      );
    },
    noteRefused(url) {
      state.refused.push(url);
      noteChange();
    },
    noteWindowOpen(url, frameName) {
      const details = { url: toScheme(url), frameName, features: '', disposition: 'foreground-tab' };
      const answer = onOpen?.(details as Electron.HandlerDetails);
      if (answer?.action !== 'deny') throw new Error('The stand-in for Electron opens no window for a page.');
    },
    noteUrl(url) {
      shown.url = toScheme(url);
      noteChange();
    },
    noteLoaded() {
      shown.targetId = page?.targetId ?? null;
      noteChange();
      events.emit('did-finish-load');
    },
    noteTitle: onTitle,
    noteCrashed() {
      shown.crashes++;
      noteChange();
      events.emit('render-process-gone', new StandInEvent(), { reason: 'crashed', exitCode: 5 });
    },
    hear(text) {
      void answerInvocation(text, contents, mainFrame).then((answer) => page?.tell(answer));
    },
  };
  const contents = offer<Electron.WebContents>()(
    'webContents',
    Object.assign(events, {
      mainFrame,
      getURL: () => shown.url,
      reload: () => page?.reload(),
      send: (channel: string, ...args: unknown[]) => page?.tell({ channel, args: wire.encode(args) }),
      setWindowOpenHandler(handler: OpenHandler) {
        onOpen = handler;
      },
      print(_options: object, callback?: (isPrinted: boolean, reason: string) => void) {
        shown.printed++;
        noteChange();
        setImmediate(() => callback?.(arePrinted, arePrinted ? '' : 'Print job canceled'));
      },
      async printToPDF({ printBackground = false }: Electron.PrintToPDFOptions) {
        if (!page) throw new Error('there is no page to print');
        return (await page.printToPdf(printBackground)) as Buffer<ArrayBuffer>;
      },
    }),
  );
  const openPage = async (url: string) => {
    server = await partsOf(session).serve(url);
    const { chromium, id } = await partsOf(session).openContext(originOf(url), contents, server);
    await chromium.openPage(id, async (found) => {
      page = new Page(found, owner);
      const { targetId } = found;
      chromium.browser.on('Target.targetInfoChanged', ({ targetInfo }) => {
        if (targetInfo.targetId === targetId) owner.noteTitle(targetInfo.title);
      });
      await Promise.all([page.prepare(), page.resize(shown.bounds), page.setDark(isDark())]);
    });
  };
  followTheme(() => void page?.setDark(isDark()).catch(() => undefined));
  app.emit('web-contents-created', new StandInEvent(), contents);
  return {
    contents,
    async load(url) {
      if (!page) await openPage(url);
      const address = server?.toHttp(url);
      if (!page || !address) throw new Error(`ERR_FAILED (-2) loading '${url}'`);
      await page.load(address);
    },
    resize: () => void page?.resize(shown.bounds).catch(() => undefined),
    crash: () => page?.crash(),
    close: () => page?.close(),
  };
}
