import { createHash } from 'node:crypto';
import type { Route, RouteState } from './routes.ts';

/** What the edge answers itself. */
export type Refusal =
  /** 400 */
  | { kind: 'malformed' }
  /** 404: SECURITY: says of no other name whether there is one. */
  | { kind: 'unknown' }
  /** 421 */
  | { kind: 'misdirected' }
  /** 502: it cannot be connected to, or answered with something else than HTTP. */
  | { kind: 'unreachable'; route: Route }
  /** 503 */
  | { kind: 'not_serving'; route: Route }
  /** 504 */
  | { kind: 'silent'; route: Route };

export interface Page {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

interface Words {
  status: number;
  title: string;
  detail: string;
  /** When it is worth asking again, in seconds. */
  retryS?: number;
  /** Whether a browser asks again by itself. */
  reloads?: boolean;
}

const stateWords: Record<Exclude<RouteState, 'serving'>, (app: string) => Omit<Words, 'status'>> = {
  starting: (app) => ({
    title: `${app} is starting`,
    detail: 'This page loads again by itself.',
    retryS: 3,
    reloads: true,
  }),
  stopped: (app) => ({ title: `${app} is stopped`, detail: 'Start it in Temps, and load this page again.' }),
  failed: (app) => ({
    title: `${app} could not be started`,
    detail: 'Its page in Temps says what went wrong.',
  }),
  locked: (app) => ({
    title: `${app} waits for the key`,
    detail: 'The vault of this instance is locked. Once its owner unlocks it, the app starts.',
    retryS: 30,
  }),
};

function findWords(refusal: Refusal): Words {
  switch (refusal.kind) {
    case 'malformed':
      return {
        status: 400,
        title: 'This request cannot be read',
        detail: 'It does not follow the rules of HTTP.',
      };
    case 'unknown':
      return { status: 404, title: 'Nothing here', detail: 'No app answers at this address.' };
    case 'misdirected':
      return { status: 421, title: 'Wrong address', detail: 'No app answers to this name here.' };
    case 'unreachable':
      return {
        status: 502,
        title: `${refusal.route.app} does not answer`,
        detail: 'It runs, but did not take this request. Its log may say why.',
        retryS: 5,
      };
    case 'silent':
      return {
        status: 504,
        title: `${refusal.route.app} took too long`,
        detail: 'It did not answer this request in time. Its log may say why.',
      };
    case 'not_serving': {
      const { state, app } = refusal.route;
      return {
        status: 503,
        ...(state === 'serving' ? stateWords.starting(app) : stateWords[state](app)),
      };
    }
  }
}

const STYLE = `
:root { color-scheme: light dark; --canvas: light-dark(#F5F6F3, #161713); --surface: light-dark(#FBFCFA, #1C1D19);
  --line: light-dark(#DDDFDA, #343630); --text: light-dark(#1B1C17, #ECEDE9); --text-2: light-dark(#464741, #BBBDB7);
  --text-3: light-dark(#5B5D56, #9E9F98); }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; box-sizing: border-box; padding: 24px;
  font: 400 14px/20px system-ui, -apple-system, "Segoe UI", Cantarell, "Noto Sans", sans-serif;
  color: var(--text); background: var(--canvas); }
main { max-width: 480px; padding: 24px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 28px; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 0 0 12px; color: var(--text-2); overflow-wrap: anywhere; }
footer { color: var(--text-3); font-size: 13px; }
`;
/** SECURITY: nothing runs or is loaded on these pages, whatever an app is called. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** In the form that the client asks for: a page for browsers, JSON (RFC 9457), or a line of text. */
export function makePage(refusal: Refusal, accept: string | undefined, nowMs = Date.now()): Page {
  const words = findWords(refusal);
  const since = refusal.kind === 'not_serving' ? sayHowLong(nowMs - refusal.route.sinceMs) : null;
  const [type, text] = write(words, since, accept ?? '');
  const body = Buffer.from(text);
  return {
    status: words.status,
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(body.length)],
      ['Cache-Control', 'no-store'],
      ['Vary', 'Accept'],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Content-Security-Policy', POLICY],
      ...(words.retryS === undefined
        ? []
        : ([['Retry-After', String(words.retryS)]] as [name: string, value: string][])),
    ],
    body,
  };
}

function write(words: Words, since: string | null, accept: string): [type: string, text: string] {
  const { status, title, detail } = words;
  if (/\btext\/html\b/i.test(accept)) return ['text/html; charset=utf-8', toHtml(words, since)];
  if (/\bapplication\/(problem\+)?json\b/i.test(accept))
    return [
      'application/problem+json',
      `${JSON.stringify({ type: 'about:blank', title, status, detail: since ? `${detail} ${since}` : detail })}\n`,
    ];
  return ['text/plain; charset=utf-8', `${title}. ${detail}${since ? ` ${since}` : ''}\n`];
}

function toHtml({ status, title, detail, retryS, reloads }: Words, since: string | null): string {
  const reload = reloads ? `<meta http-equiv="refresh" content="${retryS}">` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${reload}
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p><footer>${status}${since ? ` · ${escapeHtml(since)}` : ''} · Temps</footer></main></body></html>
`;
}

/** How long a state has lasted, in words. */
function sayHowLong(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return 'For less than a minute.';
  if (minutes < 120) return `For ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `For ${hours} hours.` : `For ${Math.floor(hours / 24)} days.`;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
