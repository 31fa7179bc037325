import { permissions } from '../access/permissions.ts';
import type { App } from '../http/app.ts';
import type { Clock } from '../kernel/clock.ts';

/** The door of the desktop window: in this process, without a port. Whoever has the window is the owner. */
export interface WindowDoor {
  fetch(request: Request): Promise<Response>;
  /** The system itself vouched for who is there (Touch ID): counts as the password does. */
  confirm(): void;
  /** The screen was locked or the computer slept: who is there now must say so again. */
  forgetConfirmation(): void;
}

/**
 * SECURITY: the page brings no credentials and gets none: no cookie and no authorization header passes, in
 * neither direction. There is no session either, so the proof of who is there lives here.
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
      const answer = await app.fetch(bare, {
        kind: 'owner',
        via: 'window',
        ip: null,
        label: 'owner',
        permissions,
        userId: findAccountId(),
        sessionId: null,
        confirmedAt,
        noteConfirmed: confirm,
      });
      // As in a browser, where setting up opens a session: the password was given just now.
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
