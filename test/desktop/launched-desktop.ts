import type { Page } from 'playwright-core';
import type { StandInCommands, StandInState } from './stand-in/control/control-contract.ts';

export interface LaunchOptions {
  /** The program's words. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** Where it keeps its things; a home of its own that goes with it when none is given. */
  home?: string;
}

/** The desktop in a process of its own, and everything a person or the system could do to it. */
export interface LaunchedDesktop {
  readonly pid: number;
  /** Everything it printed. */
  readonly output: string;
  /** Resolves with its exit code, null when a signal ended it. */
  readonly exit: Promise<number | null>;
  state(): StandInState;
  /** Rejects with the last state when it does not come to it within 30 seconds. */
  waitForState(is: (state: StandInState) => boolean): Promise<StandInState>;
  /** Does one of the things in the list; rejects with the reason why it cannot be done. */
  tell<Name extends keyof StandInCommands>(name: Name, said: StandInCommands[Name]): Promise<void>;
  /** Presses a line of the tray's menu. */
  click(label: string): Promise<void>;
  /** The next dialog, or the open one: a button by its label or index, or the paths chosen (none: closed). */
  answerDialog(answer: string | number | string[]): Promise<void>;
  /** The page of the window; null while none is shown. After a crash it is another one. */
  page(): Promise<Page | null>;
  waitForPage(): Promise<Page>;
  /** Asks it to end, as a session's end does (SIGTERM); resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it on the spot, as a crash does. */
  kill(): Promise<void>;
}
