/** What the stand-in was told, as tests read it. */
export interface StandInState {
  isReady: boolean;
  isSandboxed: boolean;
  desktopName: string | null;
  appUserModelId: string | null;
  /** Schemes registered before the program was ready. */
  schemes: { scheme: string; privileges: Record<string, boolean> }[];
  tray: { image: ImageState; toolTip: string; menu: MenuLine[] } | null;
  applicationMenu: MenuLine[] | null;
  notifications: { title: string; body: string }[];
  dialogs: DialogState[];
  /** By format; what is no text is its bytes, as latin1. */
  clipboard: Record<string, string>;
  /** Whether it is started again once it has ended. */
  isRelaunched: boolean;
  loginItem: { openAtLogin: boolean; args: string[] };
  opened: { how: 'openExternal' | 'showItemInFolder' | 'openPath'; what: string }[];
  theme: 'system' | 'light' | 'dark';
  isSystemDark: boolean;
  /** The windows there are, oldest first. */
  windows: WindowState[];
  /** Addresses outside the program that a page asked for, and did not get. */
  refused: string[];
  /** Where the browser's DevTools protocol is spoken; null until there is a window. */
  debugAddress: string | null;
}

export interface ImageState {
  path: string;
  /** What Electron makes of a file that is missing; here one without a byte as well. No picture is decoded. */
  isEmpty: boolean;
  isTemplate: boolean;
}

export interface MenuLine {
  kind: 'normal' | 'separator' | 'submenu';
  label: string;
  isEnabled: boolean;
  role: string | null;
}

export interface DialogState {
  kind: 'message' | 'open' | 'save';
  isOpen: boolean;
  /** Whether it belongs to a window. */
  isModal: boolean;
  options: {
    title?: string;
    message?: string;
    detail?: string;
    buttons?: string[];
    defaultPath?: string;
    properties?: string[];
  };
}

export interface WindowState {
  title: string;
  /** As the program knows it, such as `temps://app/key`; empty until something was loaded. */
  url: string;
  isVisible: boolean;
  isFocused: boolean;
  isMinimized: boolean;
  isMaximized: boolean;
  bounds: Bounds;
  /** Kept out of screenshots and recordings. */
  isProtected: boolean;
  /** How often it was printed on paper. */
  printed: number;
  crashes: number;
  /** The browser's name for its page; null until something was loaded and while a page is loading. */
  targetId: string | null;
  webPreferences: Record<string, unknown>;
}

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In pixels; the work area is what panels leave. */
export interface DisplayState {
  bounds: Bounds;
  workArea: Bounds;
}

/** What tests may tell the stand-in: each name with what is said. Windows are meant by their place in the list. */
export interface StandInCommands {
  clickMenu: { label: string };
  clickTray: Record<string, never>;
  /** The newest of this title. */
  clickNotification: { title: string };
  /** The next dialog, or the one that is open: a button by label or index, or paths (none: closed). */
  answerDialog: { button: string | number; isChecked?: boolean } | { paths: string[] };
  /** What the next prints come to. */
  setPrinting: { isPrinted: boolean };
  setTouchId: { isThere: boolean; isRecognised: boolean };
  power: { event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' | 'shutdown' };
  /** Ends what waits for so much time or less, of what waits for half a minute or more. */
  passTime: { ms: number };
  /** The system's session ends; of Windows. */
  endSession: Record<string, never>;
  installUpdate: Record<string, never>;
  setDisplays: { displays: DisplayState[] };
  setSystemDark: { isDark: boolean };
  writeClipboard: { text: string };
  /** Whether the program may use the clipboard: on Wayland, with the keyboard's focus alone. */
  setClipboardReach: { isReachable: boolean };
  /** Whether the system shows notifications: macOS none of what is not signed. */
  setNotifying: { isShown: boolean };
  openUrl: { url: string };
  activate: Record<string, never>;
  closeWindow: { window: number };
  placeWindow: { window: number; bounds: Bounds };
  crashPage: { window: number };
  /** An exception in the main process that nobody catches. */
  throwInMain: { message: string };
}

/** To the stand-in, a line each. */
export type ControlRequest = {
  [Name in keyof StandInCommands]: { id: number; name: Name; said: StandInCommands[Name] };
}[keyof StandInCommands];

/** From the stand-in, a line each. */
export type ControlMessage = { state: StandInState } | { id: number; error: string | null };
