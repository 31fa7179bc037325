import { everyProject, lockCaller, type OwnerCaller } from '../access/caller.ts';
import { permissions } from '../access/permissions.ts';
import type { App } from '../http/app.ts';
import type { Clock } from '../kernel/clock.ts';

/** The door of the desktop window: in this process, without a port. Its caller is the owner. */
export interface WindowDoor {
  fetch(request: Request): Promise<Response>;
  /** The system confirmed the user's identity (Touch ID): counts like the password. */
  confirm(): void;
  /** The computer slept: the identity must be confirmed again. */
  forgetConfirmation(): void;
  /** The screen was locked, which also ends the confirmation, or unlocked. */
  noteScreen(isLocked: boolean): void;
  /** Where the lock of the screen is heard from now on. */
  noteScreenSource(source: ScreenSource): void;
}

/** Whether the lock of the screen is heard; why not, in words that complete "Not available here:". */
export type ScreenSource = { isHeard: true } | { isHeard: false; why: string };

/** Who is at the window, and whether it is locked because nobody was. */
export interface WindowSeat {
  /** The account the owner of this machine uses; null before set-up. */
  findAccountId(): number | null;
  isLocked(): boolean;
  open(): void;
  screen: Screen;
}

/** What follows from the lock of the screen beside the confirmation. */
export interface Screen {
  note(isLocked: boolean): void;
  noteSource(source: ScreenSource): void;
}

/**
 * SECURITY: the page has no credentials and gets none: cookies and authorization headers are dropped in both
 * directions. There is no session, so the identity confirmation is stored here.
 */
export function openWindowDoor(app: App, clock: Clock, seat: WindowSeat): WindowDoor {
  let confirmedAt: number | null = null;
  let isScreenHeard = false;
  const forget = () => {
    confirmedAt = null;
  };
  const confirm = () => {
    confirmedAt = clock.now();
  };
  const findCaller = () => {
    const userId = seat.findAccountId();
    const owner: OwnerCaller = {
      kind: 'owner',
      via: 'window',
      ip: null,
      label: 'owner',
      permissions,
      projects: everyProject,
      userId,
      sessionId: null,
      // Before there is an account nobody could confirm, and whoever is here may create it.
      confirmedAt: userId === null ? clock.now() : confirmedAt,
      noteConfirmed: confirm,
    };
    if (userId === null || !seat.isLocked()) return owner;
    // SECURITY: a confirmation does not outlast the lock.
    forget();
    return lockCaller(owner);
  };
  return {
    async fetch(request) {
      const bare = new Request(request);
      for (const name of ['cookie', 'authorization']) bare.headers.delete(name);
      const answer = await app.fetch(bare, findCaller);
      // As in a browser, where set-up opens a session: the password was just entered.
      if (answer.ok && request.method === 'POST' && new URL(request.url).pathname === '/api/setup') {
        seat.open();
        confirm();
      }
      if (!answer.headers.has('set-cookie')) return answer;
      const headers = new Headers(answer.headers);
      headers.delete('set-cookie');
      return new Response(answer.body, { status: answer.status, headers });
    },
    confirm() {
      // SECURITY: what the system checks confirms, and only the password unlocks.
      if (!seat.isLocked()) confirm();
    },
    forgetConfirmation: forget,
    noteScreen(isLocked) {
      // SECURITY: first, whatever becomes of the rest.
      if (isLocked) forget();
      seat.screen.note(isLocked);
    },
    noteScreenSource(source) {
      // SECURITY: from now on nobody would tell.
      if (isScreenHeard && !source.isHeard) forget();
      isScreenHeard = source.isHeard;
      seat.screen.noteSource(source);
    },
  };
}
