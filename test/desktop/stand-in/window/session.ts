import type * as Electron from 'electron';
import { offer } from '../offered.ts';
import { type Chromium, startChromium } from '../page/chromium.ts';
import { originOf, type SchemeHandler, type SchemeServer, serveScheme } from '../page/scheme-server.ts';

/** What windows need of a session. */
export interface SessionParts {
  /** The server of an address's origin; throws for a scheme that nobody handles. */
  serve(address: string): Promise<SchemeServer>;
  /** Its context in the browser, with what the program's handlers grant to pages of this origin. */
  openContext(origin: string, contents: Electron.WebContents, server: SchemeServer): Promise<BrowserContext>;
}

export interface BrowserContext {
  chromium: Chromium;
  id: string | undefined;
}

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];
type Asked = Parameters<NonNullable<RequestHandler>>[1] & Parameters<NonNullable<CheckHandler>>[1];

/** What a page may ask for, by Electron's name and by the browser's. */
const PERMISSIONS: [asked: Asked, granted: string, mediaType?: 'audio' | 'video'][] = [
  ['clipboard-read', 'clipboardReadWrite'],
  ['clipboard-sanitized-write', 'clipboardSanitizedWrite'],
  ['media', 'videoCapture', 'video'],
  ['media', 'audioCapture', 'audio'],
  ['notifications', 'notifications'],
  ['geolocation', 'geolocation'],
];

const parts = new WeakMap<Electron.Session, SessionParts>();
const partitions = new Map<string, Electron.Session>();

export function partsOf(session: Electron.Session): SessionParts {
  const found = parts.get(session);
  if (!found) throw new Error('no session of the stand-in');
  return found;
}

function createSession(): Electron.Session {
  const handlers = new Map<string, SchemeHandler>();
  const servers = new Map<string, Promise<SchemeServer>>();
  let onRequest: RequestHandler = null;
  let onCheck: CheckHandler = null;
  let context: Promise<BrowserContext> | null = null;

  const isGranted = async (
    contents: Electron.WebContents,
    origin: string,
    [permission, , mediaType]: (typeof PERMISSIONS)[number],
  ) => {
    const common = { isMainFrame: true, requestingUrl: `${origin}/`, securityOrigin: `${origin}/` };
    const isChecked =
      onCheck?.(contents, permission, `${origin}/`, { ...common, ...(mediaType ? { mediaType } : {}) }) ??
      true;
    if (!isChecked || !onRequest) return isChecked;
    const decision = Promise.withResolvers<boolean>();
    onRequest(contents, permission, decision.resolve, {
      ...common,
      ...(mediaType ? { mediaTypes: [mediaType] } : {}),
    });
    return await decision.promise;
  };
  const open: SessionParts['openContext'] = async (origin, contents, { httpOrigin }) => {
    const chromium = await startChromium();
    const browserContextId = await chromium.openContext();
    const granted: string[] = [];
    for (const permission of PERMISSIONS)
      if (await isGranted(contents, origin, permission)) granted.push(permission[1]);
    await chromium.browser.send('Browser.grantPermissions', {
      origin: httpOrigin,
      ...(browserContextId === undefined ? {} : { browserContextId }),
      permissions: granted as 'geolocation'[],
    });
    return { chromium, id: browserContextId };
  };
  const protocol = offer<Electron.Protocol>()('session.protocol', {
    isProtocolHandled: (scheme: string) => handlers.has(scheme),
    handle(scheme: string, handler: SchemeHandler) {
      if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
      handlers.set(scheme, handler);
    },
  });
  const session = offer<Electron.Session>()('session', {
    protocol,
    setPermissionRequestHandler(handler: RequestHandler) {
      onRequest = handler;
    },
    setPermissionCheckHandler(handler: CheckHandler) {
      onCheck = handler;
    },
    // The browser offers its pages no device, no screen and no Bluetooth: nothing is ever asked of these.
    setDevicePermissionHandler: () => undefined,
    setDisplayMediaRequestHandler: () => undefined,
    setBluetoothPairingHandler: () => undefined,
  });
  parts.set(session, {
    serve(address) {
      const origin = originOf(address);
      const handler = handlers.get(origin.slice(0, origin.indexOf(':')));
      if (!handler) throw new Error(`ERR_UNKNOWN_URL_SCHEME (-302) loading '${address}'`);
      const server = servers.get(origin) ?? serveScheme(origin, handler);
      servers.set(origin, server);
      return server;
    },
    openContext(origin, contents, server) {
      context ??= open(origin, contents, server);
      return context;
    },
  });
  return session;
}

export const session = offer<typeof Electron.session>()('session', {
  fromPartition(partition: string) {
    if (partition.startsWith('persist:')) throw new Error('The window keeps nothing on a disk.');
    const found = partitions.get(partition) ?? createSession();
    partitions.set(partition, found);
    return found;
  },
});
