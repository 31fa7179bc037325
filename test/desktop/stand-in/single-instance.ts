import { createHash } from 'node:crypto';
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a second start hands over. */
export interface HandOver {
  argv: string[];
  workingDirectory: string;
  additionalData: unknown;
}

let release = (): void => undefined;

/** Gives up the lock, where this process holds it. */
export const releaseInstance = (): void => release();

let handedOver: Promise<void> = Promise.resolve();

/** Resolves when the first one has what this start handed over, or does not take it. */
export const waitForHandOver = (): Promise<void> => handedOver;

/**
 * True for the one that holds `folder`; another one hands its words to that, and is told false. A lock whose
 * holder has died is taken over. One that cannot be written is told false too, as Electron does it.
 */
export function lockInstance(
  folder: string,
  additionalData: unknown,
  onSecond: (second: HandOver) => void,
): boolean {
  const lock = join(folder, 'SingletonLock');
  // A socket's path has little room; the lock says whose it is.
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const path = join(tmpdir(), `stand-in-${name}.sock`);
  if (!takeLock(lock)) {
    handedOver = handOver(path, { argv: process.argv, workingDirectory: process.cwd(), additionalData });
    return false;
  }
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      onSecond(JSON.parse(Buffer.concat(chunks).toString('utf8')) as HandOver);
      socket.end();
    });
  });
  server.listen(path);
  release = () => {
    release = () => undefined;
    server.close();
    rmSync(path, { force: true });
    rmSync(lock, { force: true });
  };
  process.on('exit', releaseInstance);
  return true;
}

function takeLock(lock: string): boolean {
  for (;;) {
    try {
      // As Chromium does it: a link needs no room on a disk but its name.
      symlinkSync(`${process.pid}`, lock);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
      if (isAlive(Number(readlinkSync(lock)))) return false;
      rmSync(lock, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function handOver(path: string, words: HandOver): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.end(JSON.stringify(words)));
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.resume();
  });
}
