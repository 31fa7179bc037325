import { Hono } from 'hono';
import { html } from 'hono/html';
import type { ApiEnv } from './api.ts';
import type { Caller } from './caller.ts';
import { pageStyle } from './page-style.ts';

type Env = ApiEnv & { Bindings: { doorCaller: Caller } };
type CallApi = (request: Request, doorCaller: Caller) => Promise<Response>;
type Html = ReturnType<typeof html>;

interface Problem {
  detail: string;
  errors?: Record<string, string>;
}

/**
 * The pages a browser needs before it has a console: set up, take a one-time link, sign in. Plain forms; each
 * does what the API does, by calling it.
 */
export function pageRoutes(callApi: CallApi): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/page.css', (c) =>
    c.body(pageStyle, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=3600' }),
  );

  app.get('/', (c) => {
    const caller = c.get('caller');
    return c.html(
      caller.kind === 'anonymous' ? signInPage(caller.pendingSessionId !== null) : homePage(caller),
    );
  });
  app.get('/link', (c) => c.html(linkPage(c.req.query('purpose') === 'setup', c.req.query('token') ?? '')));

  app.post('/link', async (c) => {
    const form = await readForm(c.req.raw);
    const isSetup = form.purpose === 'setup';
    const { token = '', email = '', name = '', password = '' } = form;
    const sent = isSetup ? { token, email, name, password } : { token };
    return await forward(
      c.req.raw,
      c.env.doorCaller,
      isSetup ? '/api/setup' : '/api/auth/link',
      sent,
      (problem) => linkPage(isSetup, token, problem, { email, name }),
    );
  });
  app.post('/sign-in', async (c) => {
    const { email = '', password = '' } = await readForm(c.req.raw);
    return await forward(c.req.raw, c.env.doorCaller, '/api/auth/login', { email, password }, (problem) =>
      signInPage(false, problem, email),
    );
  });
  app.post('/second-factor', async (c) => {
    const { code = '' } = await readForm(c.req.raw);
    return await forward(c.req.raw, c.env.doorCaller, '/api/auth/verify-mfa', { code }, (problem) =>
      signInPage(true, problem),
    );
  });
  app.post(
    '/sign-out',
    async (c) => await forward(c.req.raw, c.env.doorCaller, '/api/logout', {}, () => signInPage(false)),
  );

  /** Calls the API as the browser would, hands its cookie on, and shows a problem in the page it came from. */
  async function forward(
    request: Request,
    doorCaller: Caller,
    path: string,
    sent: object,
    onProblem: (problem: Problem) => Html,
  ): Promise<Response> {
    const headers = new Headers({ 'content-type': 'application/json' });
    for (const name of ['host', 'origin', 'cookie', 'user-agent']) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const inner = new Request(new URL(path, request.url), {
      method: 'POST',
      headers,
      body: JSON.stringify(sent),
    });
    const answer = await callApi(inner, doorCaller);
    if (answer.ok) {
      const onward = new Headers({ location: '/' });
      for (const cookie of answer.headers.getSetCookie()) onward.append('set-cookie', cookie);
      return new Response(null, { status: 303, headers: onward });
    }
    const page = await onProblem((await answer.json()) as Problem);
    return new Response(page.toString(), {
      status: answer.status,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  }
  return app;
}

async function readForm(request: Request): Promise<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(await request.text()));
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="stylesheet" href="/page.css"></head><body><main>${body}</main></body></html>`;
}

function problemLine(problem: Problem | undefined): Html | string {
  return problem ? html`<p class="problem" role="alert">${problem.detail}</p>` : '';
}

function field(problem: Problem | undefined, name: string): Html | string {
  const message = problem?.errors?.[name];
  return message ? html`<span class="field">${message}</span>` : '';
}

function linkPage(
  isSetup: boolean,
  token: string,
  problem?: Problem,
  kept: { email?: string; name?: string } = {},
): Html {
  const hidden = html`<input type="hidden" name="token" value="${token}"><input type="hidden" name="purpose" value="${isSetup ? 'setup' : 'owner'}">`;
  if (!isSetup) {
    return page(
      'Continue to Temps',
      html`<h1>Continue as the owner of this machine</h1><p>This link works once, within five minutes.</p>
<form method="post" action="/link">${hidden}${problemLine(problem)}<button>Continue</button></form>`,
    );
  }
  return page(
    'Set up Temps',
    html`<h1>Create the administrator</h1><p>This account manages the instance on this machine.</p>
<form method="post" action="/link">${hidden}${problemLine(problem)}
<label>E-mail<input name="email" type="email" autocomplete="username" required value="${kept.email ?? ''}">${field(problem, 'email')}</label>
<label>Name<input name="name" autocomplete="name" required value="${kept.name ?? ''}">${field(problem, 'name')}</label>
<label>Password, at least 12 characters<input name="password" type="password" autocomplete="new-password" minlength="12" required>${field(problem, 'password')}</label>
<button>Create administrator</button></form>`,
  );
}

function signInPage(wantsCode: boolean, problem?: Problem, email = ''): Html {
  const form = wantsCode
    ? html`<form method="post" action="/second-factor">${problemLine(problem)}
<label>Code from your authenticator, or a recovery code<input name="code" autocomplete="one-time-code" required></label><button>Go on</button></form>`
    : html`<form method="post" action="/sign-in">${problemLine(problem)}
<label>E-mail<input name="email" type="email" autocomplete="username" required value="${email}"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label><button>Sign in</button></form>`;
  return page(
    'Sign in to Temps',
    html`<h1>Sign in</h1><p>Or run <code>temps-desktop console</code> on this machine for a one-time link.</p>${form}`,
  );
}

function homePage(caller: Caller): Html {
  return page(
    'Temps',
    html`<h1>Temps is running</h1><p>Signed in as ${caller.label}. This version is managed from the command line and by its
<a href="/api/docs">API</a>.</p><form method="post" action="/sign-out"><button>Sign out</button></form>`,
  );
}
