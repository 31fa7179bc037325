import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../electron/instance/deployments/engines/container-log.ts';
import {
  formatImageReference,
  isMoving,
  parseImageReference,
} from '../../../electron/instance/deployments/engines/image-reference.ts';
import { parseTable } from '../../../electron/instance/deployments/engines/listening-ports.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a reference to an image', () => {
  it.each([
    ['nginx', 'nginx:latest', true],
    ['nginx:1.27', 'nginx:1.27', false],
    ['ghcr.io/ada/shop:2', 'ghcr.io/ada/shop:2', false],
    ['localhost:5000/shop', 'localhost:5000/shop:latest', true],
    ['[::1]:5000/shop:1', '[::1]:5000/shop:1', false],
    [`nginx@${DIGEST}`, `nginx@${DIGEST}`, false],
    [`nginx:1@${DIGEST}`, `nginx:1@${DIGEST}`, false],
    ['a/b/c/d__e.f-g:T_1.2-3', 'a/b/c/d__e.f-g:T_1.2-3', false],
  ])('is read: %s', (text, formatted, moves) => {
    const parsed = parseImageReference(text);
    expect([formatImageReference(parsed), isMoving(parsed)]).toEqual([formatted, moves]);
  });

  it.each([
    ...[
      '',
      ' ',
      'Nginx',
      'nginx:',
      'nginx:-1',
      '-nginx',
      '--upload-pack=x',
      'a b',
      'a//b',
      '/a',
      'a/',
      'nginx@sha256:12',
    ],
    ...[
      'http://x/y',
      'a:b:c',
      'a@b',
      'a\nb',
      'a/../b',
      `a:${'t'.repeat(129)}`,
      'x'.repeat(501),
      'nginx;id',
      '$(id)',
    ],
  ])('is refused: %s', (text) => {
    expect(() => parseImageReference(text)).toThrow(/not the name of an image/);
  });
});

describe('the kernel’s tables of sockets', () => {
  // Of `/proc/<pid>/net/tcp` and `tcp6` of containers on x86-64.
  const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0200D50A:0BB8 0100D50A:C350 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1`;
  const TCP6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000`;

  it('say what listens, and where', () => {
    expect(parseTable(TCP)).toEqual([
      { address: '0.0.0.0', port: 3000 },
      { address: '127.0.0.1', port: 8080 },
    ]);
    expect(parseTable(TCP6)).toEqual([
      { address: '::', port: 80 },
      { address: '::1', port: 8081 },
      { address: '127.0.0.1', port: 8082 },
    ]);
    expect(parseTable('')).toEqual([]);
  });
});

describe('the log of a container', () => {
  const frame = (stream: 1 | 2, data: Buffer | string) => {
    const body = Buffer.from(data);
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const read = async (...chunks: Buffer[]) => await Readable.from(chunks).pipe(createLogReader()).toArray();
  const AT = '2026-11-30T12:00:00.123456789Z';

  it('is read line by line, from both streams, however its bytes are cut', async () => {
    const bytes = Buffer.concat([
      frame(1, `${AT} begins\n`),
      frame(2, `${AT} trouble\r\n`),
      frame(1, `${AT} two\n${AT} lines\n`),
      frame(1, `${AT} without an end`),
    ]);
    const expected = [
      { stream: 'stdout', at: AT, text: 'begins' },
      { stream: 'stderr', at: AT, text: 'trouble' },
      { stream: 'stdout', at: AT, text: 'two' },
      { stream: 'stdout', at: AT, text: 'lines' },
      { stream: 'stdout', at: AT, text: 'without an end' },
    ];
    expect(await read(bytes)).toEqual(expected);
    expect(await read(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('keeps a character that is cut by two frames', async () => {
    const text = Buffer.from(`${AT} grüße\n`);
    expect(await read(frame(1, text.subarray(0, 34)), frame(1, text.subarray(34)))).toEqual([
      { stream: 'stdout', at: AT, text: 'grüße' },
    ]);
  });

  it('keeps no line of any length, and no frame without an end', async () => {
    const [line] = await read(frame(1, `${AT} ${'x'.repeat(1_000_000)}\n`));
    expect(line.text.length).toBeLessThanOrEqual(16 * 1024);
    const endless = frame(1, Buffer.alloc(5 * 1024 * 1024));
    endless.writeUInt32BE(0xffffffff, 4);
    await expect(read(endless)).rejects.toThrow('a frame without an end');
  });
});
