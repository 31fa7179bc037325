import type { Context as HonoContext } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Context } from '../kernel/context.ts';

/**
 * SECURITY: with the prefix `__Host-` (RFC 6265bis, 4.1.3.2) a browser takes it over TLS alone, for this host name alone,
 * and no other host of the same domain can set or shadow it. Browsers do not tell ports apart: two instances on one
 * machine would overwrite each other's, so the name carries the instance; and what is served on another port of this host
 * name is sent it too.
 */
const options = { prefix: 'host', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' } as const;
const nameOf = (ctx: Pick<Context, 'store'>) => `temps-${ctx.store.identity.id.slice(0, 8)}`;

/** As a browser sends it, with its prefix. */
export const nameSessionCookie = (ctx: Pick<Context, 'store'>): string => `__Host-${nameOf(ctx)}`;

/** The token of the session a browser brings; null without one. */
export function findSessionCookie(c: HonoContext, ctx: Context): string | null {
  return getCookie(c, nameOf(ctx), options.prefix) ?? null;
}

export function setSessionCookie(c: HonoContext, ctx: Context, token: string, maxAgeS: number): void {
  setCookie(c, nameOf(ctx), token, { ...options, maxAge: maxAgeS });
}

export function deleteSessionCookie(c: HonoContext, ctx: Context): void {
  deleteCookie(c, nameOf(ctx), options);
}
