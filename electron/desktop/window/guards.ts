import { app, type Session, shell, systemPreferences, type WebContents } from 'electron';
import { isConsoleUrl } from './app-origin.ts';
import { mayAsk, mayOpenOutside } from './guard-rules.ts';

/**
 * SECURITY: denies by default everything a page could do beyond showing the console. Each exception is a rule in
 * guard-rules.ts with its reason; each denial has a test.
 */
export function guardApp(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  // A page cannot create a webview anyway; if it could, it would get no privileges.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, decide) => {
    event.preventDefault();
    decide(false);
  });
  app.on('select-client-certificate', (event) => event.preventDefault());
  app.on('login', (event) => event.preventDefault());
}

function guardContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (isConsoleUrl(url)) return;
    event.preventDefault();
    openOutside(url);
  };
  contents.on('will-navigate', (event) => stay(event, event.url));
  contents.on('will-redirect', (event) => stay(event, event.url));
  contents.on('will-frame-navigate', (event) => {
    // Subframes of the console load nothing else. The main frame is handled above.
    if (!event.isMainFrame && !isConsoleUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

function openOutside(url: string): void {
  if (mayOpenOutside(url)) void shell.openExternal(url).catch(() => undefined);
}

/** macOS asks its user once for each program; without that it gives a page a camera without pictures. */
async function askForCamera(): Promise<boolean> {
  return process.platform !== 'darwin' || (await systemPreferences.askForMediaAccess('camera'));
}

/** Permission requests follow guard-rules.ts; devices, screen capture and pairing are always denied. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide, details) => {
    const isAllowed = mayAsk(
      permission,
      details.requestingUrl ?? contents.getURL(),
      'mediaTypes' in details ? (details.mediaTypes ?? []) : [],
    );
    if (isAllowed && permission === 'media') void askForCamera().then(decide, () => decide(false));
    else decide(isAllowed);
  });
  session.setPermissionCheckHandler((_contents, permission, origin, details) =>
    mayAsk(permission, origin, details.mediaType === undefined ? [] : [details.mediaType]),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, decide) => decide({}));
  // macOS pairs by itself: Electron has no such handler there.
  if (process.platform !== 'darwin')
    session.setBluetoothPairingHandler((_details, decide) => decide({ confirmed: false }));
}
