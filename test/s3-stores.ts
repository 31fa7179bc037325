import { mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import type { S3Call } from '../electron/instance/backups/destinations/s3/s3-errors.ts';
import type { S3Credentials, S3Place } from '../electron/instance/backups/destinations/s3/s3-place.ts';

export const BUCKET = 'backups';

/** A real store on loopback, with one bucket. */
export interface TestStore {
  name: string;
  port: number;
  credentials: S3Credentials;
  close(): Promise<void>;
}

/** As older stores are: checks signatures, knows no checksums at the end of a body and no conditional writes. */
export async function openS3rver(): Promise<TestStore> {
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver');
  const directory = mkdtempSync(join(tmpdir(), 'temps-s3rver-'));
  const store = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    serviceEndpoint: 'localhost',
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await store.run();
  return {
    name: 's3rver',
    port,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    async close() {
      // Those that a client keeps for its next call.
      store.httpServer.closeAllConnections();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** With the checksums of today. It takes any signature. */
export async function openFauxqs(): Promise<TestStore> {
  const server = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    init: { buckets: [BUCKET] },
  });
  return {
    name: 'fauxqs',
    port: server.port,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'any' },
    close: () => server.stop(),
  };
}

export function placeAt(port: number, more: Partial<S3Place> = {}): S3Place {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    bucket: BUCKET,
    prefix: '',
    isPathStyle: true,
    encryption: null,
    ...more,
  };
}

interface StandIn {
  status: number;
  code?: string;
  region?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What comes instead of, or is done to, an answer of the store. */
export type Fault =
  | StandIn
  /** Nothing comes. */
  | 'hang'
  /** The connection breaks before an answer. */
  | 'break'
  /** It breaks after so many bytes of the body. */
  | { cutAt: number }
  /** It stops after so many bytes of the body, and stays open. */
  | { stallAt: number };

export interface SeenCall {
  call: S3Call | null;
  path: string;
  headers: IncomingMessage['headers'];
}

export interface FaultProxy {
  port: number;
  /** Of all calls since it was opened. */
  seen: SeenCall[];
  /** Judges each call; null lets it through. */
  fault: (call: SeenCall, nth: number) => Fault | null;
  close(): Promise<void>;
}

/** Stands between a client and a store, and passes on what no fault is made of. */
export async function openFaultProxy(target: number): Promise<FaultProxy> {
  const counts = new Map<string, number>();
  const proxy: FaultProxy = {
    port: 0,
    seen: [],
    fault: () => null,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const server: Server = createServer((request, response) => {
    const seen = { call: nameCall(request), path: request.url ?? '', headers: request.headers };
    proxy.seen.push(seen);
    const key = String(seen.call);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const fault = proxy.fault(seen, counts.get(key) ?? 0);
    if (fault === 'hang') return;
    if (fault === 'break') request.socket.destroy();
    else if (fault && 'status' in fault) answerWith(request, response, fault);
    else pass(request, response, target, fault);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}

function answerWith(request: IncomingMessage, response: ServerResponse, fault: StandIn): void {
  const { status, code, region, headers = {}, body } = fault;
  request.resume();
  request.on('end', () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>SECRET-IN-MESSAGE</Message>${region ? `<Region>${region}</Region>` : ''}</Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(request.method === 'HEAD' ? undefined : (body ?? (code ? xml : '')));
  });
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  fault: { cutAt: number } | { stallAt: number } | null,
): void {
  const { method, url, headers } = request;
  const onwards = httpRequest({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (!fault) return void answer.pipe(response);
    const end = 'cutAt' in fault ? fault.cutAt : fault.stallAt;
    let sent = 0;
    answer.on('data', (chunk: Buffer) => {
      if (sent >= end) return;
      const some = chunk.subarray(0, end - sent);
      sent += some.length;
      response.write(some, () => {
        if (sent >= end && 'cutAt' in fault) response.destroy();
      });
    });
    answer.on('end', () => sent < end && response.end());
  });
  onwards.on('error', () => response.destroy());
  request.pipe(onwards);
}

function nameCall({ method, url = '' }: IncomingMessage): S3Call | null {
  const { pathname, searchParams } = new URL(url, 'http://store');
  const isObject = pathname.split('/').filter(Boolean).length > 1;
  const of: [boolean, S3Call][] = [
    [method === 'GET' && searchParams.has('versioning'), 'GetBucketVersioning'],
    [method === 'GET' && searchParams.has('object-lock'), 'GetObjectLockConfiguration'],
    [method === 'GET' && searchParams.has('encryption'), 'GetBucketEncryption'],
    [method === 'GET' && searchParams.has('publicAccessBlock'), 'GetPublicAccessBlock'],
    [method === 'GET' && searchParams.has('policyStatus'), 'GetBucketPolicyStatus'],
    [method === 'GET' && searchParams.has('uploads'), 'ListMultipartUploads'],
    [method === 'GET' && searchParams.has('list-type'), 'ListObjectsV2'],
    [method === 'GET' && isObject, 'GetObject'],
    [method === 'HEAD' && isObject, 'HeadObject'],
    [method === 'PUT' && searchParams.has('partNumber'), 'UploadPart'],
    [method === 'PUT' && isObject, 'PutObject'],
    [method === 'POST' && searchParams.has('uploads'), 'CreateMultipartUpload'],
    [method === 'POST' && searchParams.has('uploadId'), 'CompleteMultipartUpload'],
    [method === 'DELETE' && searchParams.has('uploadId'), 'AbortMultipartUpload'],
    [method === 'DELETE' && isObject, 'DeleteObject'],
  ];
  return of.find(([isIt]) => isIt)?.[1] ?? null;
}
