import { randomUUID } from 'node:crypto';
import type { Bounds } from '../control/control-contract.ts';
import { type NewPage, shownOn } from './chromium.ts';
import type { DevtoolsSession } from './devtools.ts';
import { BINDING, PRELOAD_WORLD, pageSource, preloadSource } from './preload-source.ts';

/** What a page asks whoever made it, in the browser's addresses. */
export interface PageOwner {
  preload: string | null;
  /** A page of the program's own, which may be loaded at all. */
  isOurs(url: string): boolean;
  /** A page wants to go there by itself. */
  mayGo(url: string, how: 'navigate' | 'redirect', isMainFrame: boolean): boolean;
  /** Something outside was asked for, and not given. */
  noteRefused(url: string): void;
  noteWindowOpen(url: string, name: string): void;
  noteUrl(url: string): void;
  noteTitle(title: string): void;
  noteLoaded(): void;
  noteCrashed(): void;
  /** A text of the preload's. */
  hear(text: string): void;
}

/** One page of the browser: its preload, where it may go, what it says. */
export class Page {
  readonly #session: DevtoolsSession;
  readonly #owner: PageOwner;
  readonly targetId: string;
  /** The program itself loads something: that is no one's to refuse. */
  #isLoading = false;
  #preloadContext: number | null = null;
  #settleLoad: PromiseWithResolvers<void> | null = null;

  constructor({ session, targetId }: NewPage, owner: PageOwner) {
    this.#session = session;
    this.#owner = owner;
    this.targetId = targetId;
  }

  /** Before anything runs in it. */
  async prepare(): Promise<void> {
    this.#listen();
    const secretName = randomUUID();
    const { send } = this.#session;
    const steps: Promise<unknown>[] = [
      send('Page.enable'),
      send('Page.setLifecycleEventsEnabled', { enabled: true }),
      send('Runtime.enable'),
      send('Inspector.enable'),
      send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    ];
    if (this.#owner.preload !== null)
      steps.push(
        send('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD }),
        send('Page.addScriptToEvaluateOnNewDocument', { source: pageSource(secretName) }),
        send('Page.addScriptToEvaluateOnNewDocument', {
          source: preloadSource(secretName, this.#owner.preload),
          worldName: PRELOAD_WORLD,
        }),
      );
    steps.push(send('Runtime.runIfWaitingForDebugger'));
    await Promise.all(steps);
  }

  #listen(): void {
    const { on } = this.#session;
    const owner = this.#owner;
    on('Fetch.requestPaused', (request) => this.#decide(request));
    on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === PRELOAD_WORLD && context.auxData?.frameId === this.targetId)
        this.#preloadContext = context.id;
    });
    on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.#preloadContext) this.#preloadContext = null;
    });
    on('Runtime.executionContextsCleared', () => {
      this.#preloadContext = null;
    });
    on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === BINDING && executionContextId === this.#preloadContext) owner.hear(payload);
    });
    on('Page.windowOpen', ({ url, windowName }) => owner.noteWindowOpen(url, windowName));
    on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === this.targetId) owner.noteUrl(frame.url + (frame.urlFragment ?? ''));
    });
    on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.targetId) owner.noteUrl(url);
    });
    on('Page.loadEventFired', () => {
      this.#settleLoad?.resolve();
      owner.noteLoaded();
    });
    on('Inspector.targetCrashed', () => {
      this.#preloadContext = null;
      this.#settleLoad?.reject(new Error('the page crashed'));
      owner.noteCrashed();
    });
  }

  #decide(request: {
    requestId: string;
    frameId: string;
    resourceType: string;
    redirectedRequestId?: string;
    request: { url: string; urlFragment?: string };
  }): void {
    const { requestId, frameId, resourceType, redirectedRequestId } = request;
    const url = request.request.url + (request.request.urlFragment ?? '');
    const isMainFrame = frameId === this.targetId;
    const fail = (errorReason: 'Aborted' | 'BlockedByClient') => {
      this.#session.send('Fetch.failRequest', { requestId, errorReason }).catch(() => undefined);
    };
    if (resourceType === 'Document') {
      const isOwn = isMainFrame && this.#isLoading && redirectedRequestId === undefined;
      if (isMainFrame) this.#isLoading = false;
      const how = redirectedRequestId === undefined ? 'navigate' : 'redirect';
      // Aborted, the page that is there stays.
      if (!isOwn && !this.#owner.mayGo(url, how, isMainFrame)) {
        fail('Aborted');
        return;
      }
    }
    if (!this.#owner.isOurs(url)) {
      this.#owner.noteRefused(url);
      fail('BlockedByClient');
      return;
    }
    void this.#session.send('Fetch.continueRequest', { requestId }).catch(() => undefined);
  }

  /** Resolves when it is loaded; rejects, as Electron does, with Chromium's name for what went wrong. */
  async load(url: string): Promise<void> {
    this.#isLoading = true;
    const loaded = Promise.withResolvers<void>();
    loaded.promise.catch(() => undefined);
    this.#settleLoad = loaded;
    const { errorText } = await this.#session.send('Page.navigate', { url });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await loaded.promise;
  }

  reload(): void {
    this.#isLoading = true;
    void this.#session.send('Page.reload').catch(() => undefined);
  }

  /** To the preload; nobody hears it while no document with one is there. */
  tell(message: object): void {
    if (this.#preloadContext === null) return;
    void this.#session
      .send('Runtime.callFunctionOn', {
        executionContextId: this.#preloadContext,
        functionDeclaration: '(text) => standInHear(text)',
        arguments: [{ value: JSON.stringify(message) }],
      })
      .catch(() => undefined);
  }

  async setDark(isDark: boolean): Promise<void> {
    await this.#session.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }],
    });
  }

  async resize({ x, y, width, height }: Bounds): Promise<void> {
    if (shownOn !== null) {
      const { windowId } = await this.#session.send('Browser.getWindowForTarget');
      const bounds = { left: x, top: y, width, height };
      await this.#session.send('Browser.setWindowBounds', { windowId, bounds });
      return;
    }
    await this.#session.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  async printToPdf(printBackground: boolean): Promise<Buffer> {
    // A4, in inches.
    const paper = { paperWidth: 8.27, paperHeight: 11.69 };
    const { data } = await this.#session.send('Page.printToPDF', { ...paper, printBackground });
    return Buffer.from(data, 'base64');
  }

  crash(): void {
    void this.#session.send('Page.crash').catch(() => undefined);
  }

  close(): void {
    void this.#session.send('Page.close').catch(() => undefined);
  }
}
