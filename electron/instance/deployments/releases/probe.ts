import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentsCore } from '../deployments-core.ts';
import { type Endpoint, findEndpoint } from '../engines/engine.ts';
import { findListening } from '../engines/listening-ports.ts';
import type { Probe, ProbeFailure } from '../vocabulary.ts';

/** Between two tries: the first ones soon, since most apps are there in a moment. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;
/** One try. */
const TRY_MS = 5000;

export type Probed =
  | { works: true; endpoint: Endpoint }
  | { works: false; failure: Omit<ProbeFailure, 'lastLines'> };

/**
 * Asks a container, from this machine and with nothing that its image would have to contain, until it gives a good answer, ends, or its
 * time is over.
 *
 * @param port null where nobody said: the one port it listens on.
 */
export async function probeContainer(
  { engine }: DeploymentsCore,
  name: string,
  port: number | null,
  probe: Probe,
  signal: AbortSignal,
): Promise<Probed> {
  const endMs = performance.now() + probe.withinS * 1000;
  let pauseMs = FIRST_PAUSE_MS;
  let lastAnswer: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const facts = await engine.findContainer(name);
    const listensOn = facts?.pid ? await findListening(facts.pid) : null;
    const found = port ?? findOnlyPort(listensOn);
    if (!facts || facts.exit)
      return {
        works: false,
        failure: {
          port: found,
          lastAnswer,
          listensOn: null,
          exit: facts?.exit ?? { code: 0, outOfMemory: false },
        },
      };
    const endpoint = found === null ? null : findEndpoint(facts, found);
    if (endpoint) {
      lastAnswer = await tryOnce(endpoint, probe, signal);
      if (lastAnswer === null) return { works: true, endpoint };
    }
    if (performance.now() > endMs)
      return { works: false, failure: { port: found, lastAnswer, listensOn, exit: null } };
    await sleep(pauseMs, undefined, { signal });
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
  }
}

function findOnlyPort(listensOn: readonly { address: string; port: number }[] | null): number | null {
  const ports = new Set((listensOn ?? []).map(({ port }) => port));
  return ports.size === 1 ? ([...ports][0] ?? null) : null;
}

/** Null for a good answer; else what came instead, in words. */
async function tryOnce(endpoint: Endpoint, probe: Probe, signal: AbortSignal): Promise<string | null> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]);
  return probe.kind === 'tcp' ? await tryTcp(endpoint, late) : await tryHttp(endpoint, probe, late);
}

function tryHttp(
  { host, port }: Endpoint,
  { path, below }: Probe,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const sent = request({
      host,
      port,
      path,
      method: 'GET',
      agent: false,
      signal,
      headers: { 'user-agent': 'Temps-Probe' },
    });
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => undefined);
      response.destroy();
      resolve(status < below ? null : `status ${status}`);
    });
    sent.on('error', (error) => resolve(sayError(error)));
    sent.end();
  });
}

function tryTcp({ host, port }: Endpoint, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.on('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error) => resolve(sayError(error)));
  });
}

function sayError(error: NodeJS.ErrnoException): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `no answer within ${TRY_MS / 1000} s`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection closed without an answer';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no way to its network';
    default:
      return error.code?.startsWith('HPE_') ? 'an answer that is no HTTP' : (error.code ?? 'no answer');
  }
}
