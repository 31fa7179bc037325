import { permissions } from '../access/permissions.ts';
import type { App } from '../http/app.ts';
import type { Clock } from '../kernel/clock.ts';

/** The door of the desktop window: in this process, without a port. Its caller is the owner. */
export interface WindowDoor {
  fetch(request: Request): Promise<Response>;
  /** The system confirmed the user's identity (Touch ID): counts like the password. */
  confirm(): void;
  /** The screen was locked or the computer slept: the identity must be confirmed again. */
  forgetConfirmation(): void;
}

/**
 * SECURITY: the page has no credentials and gets none: cookies and authorization headers are dropped in both
 * directions. There is no session, so the identity confirmation is stored here.
 */
export function openWindowDoor(app: App, clock: Clock, findAccountId: () => number | null): WindowDoor {
  let confirmedAt: number | null = null;
  const confirm = () => {
    confirmedAt = clock.now();
  };
  return {
    async fetch(request) {
      const bare = new Request(request);
      for (const name of ['cookie', 'authorization']) bare.headers.delete(name);
      const userId = findAccountId();
      const answer = await app.fetch(bare, {
        kind: 'owner',
        via: 'window',
        ip: null,
        label: 'owner',
        permissions,
        userId,
        sessionId: null,
        // Before there is an account nobody could confirm, and whoever is here may create it.
        confirmedAt: userId === null ? clock.now() : confirmedAt,
        noteConfirmed: confirm,
      });
      // As in a browser, where set-up opens a session: the password was just entered.
      if (answer.ok && request.method === 'POST' && new URL(request.url).pathname === '/api/setup') confirm();
      if (!answer.headers.has('set-cookie')) return answer;
      const headers = new Headers(answer.headers);
      headers.delete('set-cookie');
      return new Response(answer.body, { status: answer.status, headers });
    },
    confirm,
    forgetConfirmation() {
      confirmedAt = null;
    },
  };
}
