import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { anonymousFrom } from '../access/caller.ts';
import {
  createTemporaryCertificate,
  getLeaf,
  type ServedCertificate,
} from '../certificates/local-authority.ts';
import type { App } from '../http/app.ts';
import type { Context } from '../kernel/context.ts';
import { closeServer, createListener, listenOn, watchClients } from './listener.ts';
import { CLIENT_TIMEOUTS, HANDSHAKE_TIMEOUT_MS, TLS_SETTINGS } from './server-settings.ts';
import { limitWaitingClients } from './waiting-clients.ts';

export interface HttpsDoor {
  url: string;
  port: number;
  certificate(): ServedCertificate;
  close(): Promise<void>;
}

/**
 * Opens the HTTPS door on the loopback addresses. With the vault locked it serves a temporary certificate, and
 * switches to the sealed one when the vault is unlocked. Throws `port_in_use`.
 */
export async function openHttpsDoor(
  ctx: Context,
  app: App,
  port: number,
  names: string[],
): Promise<HttpsDoor> {
  let certificate = await chooseCertificate(ctx, names);
  const listener = createListener(app, (request) => anonymousFrom(request.socket.remoteAddress ?? null));
  const toTls = (served: ServedCertificate) => ({
    cert: served.certificatePem,
    key: served.privateKeyPem.reveal(),
  });
  const create = (): Server => {
    const server = createServer(
      { ...TLS_SETTINGS, ...CLIENT_TIMEOUTS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...toTls(certificate) },
      listener,
    );
    watchClients(server);
    limitWaitingClients(server);
    // A failed handshake is the client's problem.
    server.on('tlsClientError', () => undefined);
    return server;
  };
  const servers = [create()];
  await listenOn(servers[0] as Server, { host: '127.0.0.1', port });
  const bound = ((servers[0] as Server).address() as AddressInfo).port;
  await listenOnIpv6(create(), bound, servers);

  const renew = async () => {
    if (ctx.vault.isLocked) return;
    const next = await getLeaf(ctx, names);
    if (next.fingerprint === certificate.fingerprint) return;
    certificate = next;
    for (const server of servers) server.setSecureContext({ ...TLS_SETTINGS, ...toTls(certificate) });
  };
  const onChange = () =>
    void renew().catch(() => ctx.log.warn({}, 'the HTTPS certificate could not be renewed'));
  const stops = [ctx.events.on('vault', onChange), ctx.events.on('tls', onChange)];

  return {
    url: `https://localhost:${bound}`,
    port: bound,
    certificate: () => certificate,
    async close() {
      for (const stop of stops) stop();
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function chooseCertificate(ctx: Context, names: string[]): Promise<ServedCertificate> {
  return ctx.vault.isLocked
    ? await createTemporaryCertificate(names, ctx.clock.now())
    : await getLeaf(ctx, names);
}

/** Browsers try ::1 first for localhost. A machine without IPv6 does without. */
async function listenOnIpv6(server: Server, port: number, servers: Server[]): Promise<void> {
  try {
    await listenOn(server, { host: '::1', port, ipv6Only: true });
    servers.push(server);
  } catch {
    server.close();
  }
}
