import { z } from 'zod';

/**
 * The contract of calls and events between the window's page and the desktop. Main's handlers, the page's typed API
 * and the test double all derive from it; a call that is not here does not exist.
 *
 * SECURITY: no data of the instance goes through the bridge. The page uses the API for that, like every client.
 */

/** One channel in each direction; the name of the call or event is in the message and checked against this list. */
export const CALL_CHANNEL = 'desktop-call';
export const EVENT_CHANNEL = 'desktop-event';

const MAX_TEXT = 1024 * 1024;
const MAX_PATH = 4096;
const nothing = z.undefined();
const path = z.string().min(1).max(MAX_PATH);

const updateState = z.discriminatedUnion('state', [
  /** No feed is configured, so there are no checks. */
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({ state: z.literal('idle'), checkedAt: z.number().nullable() }),
  z.strictObject({ state: z.literal('checking') }),
  z.strictObject({ state: z.literal('loading'), version: z.string(), percent: z.number() }),
  /** Downloaded and its signature verified: installed at the next quit, or now. */
  z.strictObject({ state: z.literal('ready'), version: z.string() }),
  z.strictObject({ state: z.literal('failed'), detail: z.string() }),
]);
const panel = z.enum(['dark', 'light']);
const theme = z.enum(['system', 'light', 'dark']);
/** Whether it starts at login, and whether the user was ever asked: it is asked once. */
const loginItem = z.strictObject({ isEnabled: z.boolean(), wasAsked: z.boolean() });

export const bridgeCalls = {
  /** What this desktop is and can do. */
  describe: {
    request: nothing,
    answer: z.strictObject({
      platform: z.enum(['linux', 'darwin', 'win32']),
      version: z.string(),
      hasTray: z.boolean(),
      /** Whether the system can confirm the user's identity (Touch ID). */
      canConfirm: z.boolean(),
      /** Whether every recording leaves the window out while words are shown; macOS has programs that show it all the same. */
      canHideFromCapture: z.boolean(),
      canNotify: z.boolean(),
      /** The colour of the panel that shows the tray icon, where the user has to say it; null elsewhere. */
      trayPanel: panel.nullable(),
      theme,
    }),
  },
  /** The system's folder dialog; null when cancelled. */
  chooseFolder: { request: nothing, answer: path.nullable() },
  /** The system's file dialog; files up to 2 MiB. Null when cancelled. */
  pickFile: {
    request: z.strictObject({ kind: z.enum(['copy', 'picture']) }),
    answer: z.strictObject({ name: z.string(), bytes: z.instanceof(Uint8Array) }).nullable(),
  },
  /** Prints the current page; false when the dialog was cancelled. */
  print: { request: nothing, answer: z.boolean() },
  /** Saves the current page as a PDF; the file's path, or null. */
  savePdf: { request: z.strictObject({ name: z.string().min(1).max(100) }), answer: path.nullable() },
  /**
   * Copies to the clipboard, excluded from clipboard histories where supported, and clears it later if unchanged.
   */
  copySecret: {
    request: z.strictObject({
      text: z.string().min(1).max(MAX_TEXT),
      keptMs: z.int().min(1000).max(600_000),
    }),
    answer: nothing,
  },
  /** Clears the last copied secret from the clipboard now, if it is still there. */
  clearClipboard: { request: nothing, answer: nothing },
  /** The system's keychain: its name, and whether it is available now. */
  keychain: {
    request: nothing,
    answer: z.strictObject({ name: z.string(), state: z.enum(['ready', 'locked', 'refused']) }),
  },
  loginItem: { request: nothing, answer: loginItem },
  setLoginItem: { request: z.strictObject({ isEnabled: z.boolean() }), answer: loginItem },
  /** Shows a file in its folder. It is never opened. */
  showInFolder: { request: z.strictObject({ path }), answer: z.boolean() },
  setTheme: { request: z.strictObject({ theme }), answer: nothing },
  setTrayPanel: { request: z.strictObject({ panel }), answer: nothing },
  updates: { request: nothing, answer: updateState },
  checkForUpdates: { request: nothing, answer: updateState },
  /** Quits, installs, starts again. */
  installUpdate: { request: nothing, answer: nothing },
  /** While words or QR codes are shown: excludes the window from screenshots and recordings. */
  hideFromCapture: { request: z.strictObject({ isHidden: z.boolean() }), answer: nothing },
  /** Has the system confirm the user's identity; true counts like the password, for five minutes. */
  confirm: { request: nothing, answer: z.boolean() },
  /**
   * The page that a `navigate` event named and nobody has opened yet; null when there is none. Asked for when the console
   * starts, because an event sent before that is lost.
   */
  takePath: { request: nothing, answer: path.nullable() },
  quit: { request: nothing, answer: nothing },
} as const satisfies Record<string, { request: z.ZodType; answer: z.ZodType }>;

export const bridgeEvents = {
  /** A notification or the tray was clicked: opens this page of the console. */
  navigate: z.strictObject({ path }),
  clipboardCleared: z.strictObject({}),
  updates: updateState,
} as const satisfies Record<string, z.ZodType>;

export type BridgeCalls = typeof bridgeCalls;
export type BridgeCall = keyof BridgeCalls;
export type BridgeRequest<Call extends BridgeCall> = z.infer<BridgeCalls[Call]['request']>;
export type BridgeAnswer<Call extends BridgeCall> = z.infer<BridgeCalls[Call]['answer']>;
export type BridgeEvent = keyof typeof bridgeEvents;
export type BridgeMessage<Event extends BridgeEvent> = z.infer<(typeof bridgeEvents)[Event]>;
export type UpdateState = z.infer<typeof updateState>;

/** Main's response to a call: errors have a code and a message, never a stack trace. */
export type BridgeReply = { ok: true; answer: unknown } | { ok: false; code: string; message: string };

/** What the preload puts on the page as `window.desktop`. */
export interface ExposedBridge {
  call(name: string, request: unknown): Promise<BridgeReply>;
  /** Returns the unsubscribe function. */
  on(listener: (name: string, message: unknown) => void): () => void;
}

/** The typed API of the page: a method for each call. */
export type Desktop = {
  [Call in BridgeCall]: BridgeRequest<Call> extends undefined
    ? () => Promise<BridgeAnswer<Call>>
    : (request: BridgeRequest<Call>) => Promise<BridgeAnswer<Call>>;
};

/** Main's side: a function for each call, with the parsed request. */
export type BridgeHandlers = {
  [Call in BridgeCall]: (request: BridgeRequest<Call>) => Handled<BridgeAnswer<Call>>;
};
type Handled<Answer> = [Answer] extends [undefined] ? void | Promise<void> : Answer | Promise<Answer>;
