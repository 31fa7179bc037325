import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from './engine.ts';

/** Of one line; what is more is cut, as the engine cuts it in its own files. */
const MAX_LINE_BYTES = 16 * 1024;
/** Stream, three zero bytes, length: the engine's frame of a stream without a terminal. */
const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Lines of a container's log, from the engine's frames (Engine API, "Stream format" of `ContainerAttach`), each with the time that
 * `timestamps=1` puts before it. Gives `LogLine`s; keeps one line of each stream at most.
 */
export function createLogReader(): Transform {
  let pending: Buffer = Buffer.alloc(0);
  const lines = { stdout: '', stderr: '' };
  // A frame may end in the middle of a character.
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  function take(stream: 'stdout' | 'stderr', text: string, out: Transform): void {
    const parts = (lines[stream] + text).split('\n');
    lines[stream] = (parts.pop() ?? '').slice(0, MAX_LINE_BYTES);
    for (const part of parts) out.push(toLine(stream, part));
  }

  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (pending.length >= HEADER_BYTES) {
        const length = pending.readUInt32BE(4);
        // Part of a frame is taken when it is all there: the engine writes frames of 16 KiB at most.
        if (pending.length < HEADER_BYTES + length) break;
        const stream = pending[0] === STDERR ? 'stderr' : 'stdout';
        take(stream, decoders[stream].write(pending.subarray(HEADER_BYTES, HEADER_BYTES + length)), this);
        pending = pending.subarray(HEADER_BYTES + length);
      }
      if (pending.length > MAX_PENDING_BYTES) done(new Error('a frame without an end'));
      else done();
    },
    flush(done) {
      for (const stream of ['stdout', 'stderr'] as const)
        if (lines[stream] !== '') this.push(toLine(stream, lines[stream]));
      done();
    },
  });
}

/** SECURITY: what an engine announces as one frame is not kept beyond this. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;

function toLine(stream: 'stdout' | 'stderr', line: string): LogLine {
  const found = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?/.exec(line);
  const text = line.slice(found?.[0].length ?? 0, MAX_LINE_BYTES).replace(/\r$/, '');
  return { stream, at: found?.[1] ?? '', text };
}
