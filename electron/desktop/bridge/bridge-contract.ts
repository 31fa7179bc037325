import { z } from 'zod';

/**
 * What the window's page may ask of the desktop, and what it is told: the one list. Main's handlers, the page's
 * typed API and the double in tests all derive from it; a call that is not here does not exist.
 *
 * SECURITY: nothing of the instance goes through here. The page asks that over its own API, as every client does.
 */

/** One channel each way; which call or event it is goes inside, where it is checked against this list. */
export const CALL_CHANNEL = 'desktop-call';
export const EVENT_CHANNEL = 'desktop-event';

const MAX_TEXT = 1024 * 1024;
const MAX_PATH = 4096;
const nothing = z.undefined();
const path = z.string().min(1).max(MAX_PATH);

const updateState = z.discriminatedUnion('state', [
  /** No feed is configured: nothing is ever asked. */
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({ state: z.literal('idle'), checkedAt: z.number().nullable() }),
  z.strictObject({ state: z.literal('checking') }),
  z.strictObject({ state: z.literal('loading'), version: z.string(), percent: z.number() }),
  /** Downloaded and its signature checked: installed at the next quit, or now. */
  z.strictObject({ state: z.literal('ready'), version: z.string() }),
  z.strictObject({ state: z.literal('failed'), detail: z.string() }),
]);
const theme = z.enum(['system', 'light', 'dark']);
/** Whether it starts at login, and whether its user ever said so, either way: it is asked once. */
const loginItem = z.strictObject({ isEnabled: z.boolean(), wasAsked: z.boolean() });

export const bridgeCalls = {
  /** What this desktop is and can do. */
  describe: {
    request: nothing,
    answer: z.strictObject({
      platform: z.enum(['linux', 'darwin', 'win32']),
      version: z.string(),
      hasTray: z.boolean(),
      /** Whether the system can ask who is there (Touch ID). */
      canConfirm: z.boolean(),
      canHideFromCapture: z.boolean(),
      canNotify: z.boolean(),
      theme,
    }),
  },
  /** The system's own dialog for a folder; null when it was closed. */
  chooseFolder: { request: nothing, answer: path.nullable() },
  /** The system's own dialog for a file to read; at most 2 MiB of it. Null when it was closed. */
  pickFile: {
    request: z.strictObject({ kind: z.enum(['copy', 'picture']) }),
    answer: z.strictObject({ name: z.string(), bytes: z.instanceof(Uint8Array) }).nullable(),
  },
  /** The page that is shown, on paper; false when the dialog was closed. */
  print: { request: nothing, answer: z.boolean() },
  /** The page that is shown, as a PDF where the user says; the file's path, or null. */
  savePdf: { request: z.strictObject({ name: z.string().min(1).max(100) }), answer: path.nullable() },
  /** Onto the clipboard, out of clipboard histories where the system can, and off it again if it still lies there. */
  copySecret: {
    request: z.strictObject({
      text: z.string().min(1).max(MAX_TEXT),
      keptMs: z.int().min(1000).max(600_000),
    }),
    answer: nothing,
  },
  /** Takes the last copied secret off the clipboard now, if it still lies there. */
  clearClipboard: { request: nothing, answer: nothing },
  /** The system's keychain: its name, and whether it would answer now. */
  keychain: {
    request: nothing,
    answer: z.strictObject({ name: z.string(), state: z.enum(['ready', 'locked', 'refused']) }),
  },
  loginItem: { request: nothing, answer: loginItem },
  setLoginItem: { request: z.strictObject({ isEnabled: z.boolean() }), answer: loginItem },
  /** Shows a file where it lies. It is never opened. */
  showInFolder: { request: z.strictObject({ path }), answer: z.boolean() },
  setTheme: { request: z.strictObject({ theme }), answer: nothing },
  updates: { request: nothing, answer: updateState },
  checkForUpdates: { request: nothing, answer: updateState },
  /** Quits, installs, starts again. */
  installUpdate: { request: nothing, answer: nothing },
  /** Words and codes are shown: keep the window out of screenshots and recordings. */
  hideFromCapture: { request: z.strictObject({ isHidden: z.boolean() }), answer: nothing },
  /** Asks the system who is there; true counts as the password does, for five minutes. */
  confirm: { request: nothing, answer: z.boolean() },
  quit: { request: nothing, answer: nothing },
} as const satisfies Record<string, { request: z.ZodType; answer: z.ZodType }>;

export const bridgeEvents = {
  /** Someone pressed a notification or the tray: this page of the console is wanted. */
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

/** What main answers a call with: errors travel as their code and their words, never as a stack. */
export type BridgeReply = { ok: true; answer: unknown } | { ok: false; code: string; message: string };

/** What the preload puts on the page as `window.desktop`. */
export interface ExposedBridge {
  call(name: string, request: unknown): Promise<BridgeReply>;
  /** Returns what ends it. */
  on(listener: (name: string, message: unknown) => void): () => void;
}

/** The typed API of the page: a method for each call. */
export type Desktop = {
  [Call in BridgeCall]: BridgeRequest<Call> extends undefined
    ? () => Promise<BridgeAnswer<Call>>
    : (request: BridgeRequest<Call>) => Promise<BridgeAnswer<Call>>;
};

/** Main's side: a function for each call, given what was parsed. */
export type BridgeHandlers = {
  [Call in BridgeCall]: (request: BridgeRequest<Call>) => Handled<BridgeAnswer<Call>>;
};
type Handled<Answer> = [Answer] extends [undefined] ? void | Promise<void> : Answer | Promise<Answer>;
