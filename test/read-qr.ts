import { inflateSync } from 'node:zlib';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';

/** A module of CommonJS: Node gives the function itself, its types another level. */
const decode = jsqr as unknown as typeof jsqr.default;

/** What a stranger's program reads of a picture. Null where it finds no code. */
export function readQr(picture: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(picture);
  return decode(new Uint8ClampedArray(data), width, height)?.data ?? null;
}

/** Pixels for a point of the page: some six for each module. */
const SCALE = 3;
const [WIDTH, HEIGHT] = [596, 842];

/** The same of a page of ours: the squares that are drawn on it, as a picture. */
export function readQrOfPdf(pdf: Buffer): string | null {
  const text = pdf.toString('latin1');
  const streams = [...text.matchAll(/stream\r?\n/g)].flatMap(({ index, 0: keyword }) => {
    try {
      return [inflateSync(pdf.subarray(index + keyword.length)).toString('latin1')];
    } catch {
      return [];
    }
  });
  const size = { width: WIDTH * SCALE, height: HEIGHT * SCALE };
  const pixels = new Uint8ClampedArray(size.width * size.height * 4).fill(255);
  // As pdf-lib writes a square: its place, then the path from its corner up, right and down.
  const squares = /1 0 0 1 ([\d.]+) ([\d.]+) cm\s(?:1 0 0 1 0 0 cm\s)*0 0 m\s0 ([\d.]+) l/g;
  for (const [, x = '', y = '', side = ''] of streams.join('\n').matchAll(squares)) {
    const [left, right] = [Number(x), Number(x) + Number(side)].map((at) => Math.round(at * SCALE));
    const [top, bottom] = [Number(y) + Number(side), Number(y)].map((at) =>
      Math.round((HEIGHT - at) * SCALE),
    );
    for (let row = top ?? 0; row < (bottom ?? 0); row++)
      for (let column = left ?? 0; column < (right ?? 0); column++)
        pixels.fill(0, (row * size.width + column) * 4, (row * size.width + column) * 4 + 3);
  }
  return decode(pixels, size.width, size.height)?.data ?? null;
}
