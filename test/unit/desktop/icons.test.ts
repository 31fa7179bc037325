import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { TrayShape } from '../../../electron/desktop/tray/tray-model.ts';

const resources = join(import.meta.dirname, '..', '..', '..', 'resources');
const icons = (name: string) => readFileSync(join(resources, 'icons', name));
const tray = (name: string) => readFileSync(join(resources, 'tray', name));

/** Every shape there is: one more in the model does not compile here. */
const SHAPES = Object.keys({
  running: 0,
  working: 0,
  attention: 0,
  locked: 0,
} satisfies Record<TrayShape, 0>);
/** Green, of 255, as on most desktops. */
const LIGHT_PANEL = 0xef;
const DARK_PANEL = 0x1c;
const PANELS = ['light', 'dark'];

/** How much of each pixel is covered, 0 to 255. */
function readCoverage(bytes: Buffer): number[] {
  const { data } = PNG.sync.read(bytes);
  return [...data.filter((_value, at) => at % 4 === 3)];
}

/** The colours of the pixels that are not empty. */
function readInks(bytes: Buffer): Set<string> {
  const { data } = PNG.sync.read(bytes);
  const inks = new Set<string>();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3]) inks.add(data.subarray(at, at + 3).toString('hex'));
  return inks;
}

function sizeOf(bytes: Buffer): string {
  const { width, height } = PNG.sync.read(bytes);
  return `${width}x${height}`;
}

/** The sizes an .ico says it holds, each checked against its PNG. */
function readIco(bytes: Buffer): number[] {
  expect([bytes.readUInt16LE(0), bytes.readUInt16LE(2)]).toEqual([0, 1]);
  return Array.from({ length: bytes.readUInt16LE(4) }, (_, index) => {
    const entry = 6 + 16 * index;
    const said = bytes.readUInt8(entry) || 256;
    const from = bytes.readUInt32LE(entry + 12);
    const picture = bytes.subarray(from, from + bytes.readUInt32LE(entry + 8));
    expect(sizeOf(picture)).toBe(`${said}x${said}`);
    return said;
  });
}

/** The types an .icns holds with the size of each PNG. */
function readIcns(bytes: Buffer): [string, string][] {
  expect(bytes.toString('latin1', 0, 4)).toBe('icns');
  expect(bytes.readUInt32BE(4)).toBe(bytes.length);
  const found: [string, string][] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at + 4))
    found.push([
      bytes.toString('latin1', at, at + 4),
      sizeOf(bytes.subarray(at + 8, at + bytes.readUInt32BE(at + 4))),
    ]);
  return found;
}

describe("the app's icon", () => {
  it.each([16, 24, 32, 48, 64, 128, 256, 512, 1024])('is there for Linux at %i pixels', (size) => {
    expect(sizeOf(icons(`${size}x${size}.png`))).toBe(`${size}x${size}`);
  });

  it('is there for Windows in every size of its desktop, 256 for the installer', () => {
    expect(readIco(icons('icon.ico'))).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it('is there for macOS, every type with the size the format says', () => {
    expect(readIcns(icons('icon.icns'))).toEqual([
      ['ic11', '32x32'],
      ['ic12', '64x64'],
      ['ic07', '128x128'],
      ['ic13', '256x256'],
      ['ic08', '256x256'],
      ['ic14', '512x512'],
      ['ic09', '512x512'],
      ['ic10', '1024x1024'],
    ]);
  });
});

describe.each(SHAPES)('the tray image "%s"', (shape) => {
  it.each(PANELS)('is there for the %s panels of Linux, sharp on dense screens', (panel) => {
    expect(sizeOf(tray(`${shape}-on-${panel}.png`))).toBe('22x22');
    expect(sizeOf(tray(`${shape}-on-${panel}@2x.png`))).toBe('44x44');
  });

  it.each(PANELS)('is there for the %s panels of Windows at its four scales', (panel) => {
    expect(readIco(tray(`${shape}-on-${panel}.ico`))).toEqual([16, 20, 24, 32]);
  });

  it('is a template image for macOS: black, the shape in its alpha', () => {
    for (const [name, size] of [
      [`${shape}Template.png`, '18x18'],
      [`${shape}Template@2x.png`, '36x36'],
    ] as const) {
      expect(sizeOf(tray(name))).toBe(size);
      expect(readInks(tray(name))).toEqual(new Set(['000000']));
      const coverage = readCoverage(tray(name));
      expect(coverage).toContain(0);
      expect(coverage).toContain(255);
    }
  });

  it('has the same shape on both panels, in dark ink on light and in light ink on dark', () => {
    const [onLight, onDark] = [tray(`${shape}-on-light.png`), tray(`${shape}-on-dark.png`)];
    expect(readInks(onLight)).toEqual(new Set(['1b1c17']));
    const light = countSeen(onLight, LIGHT_PANEL);
    expect(light).toBeGreaterThan(40);
    expect(countSeen(onDark, DARK_PANEL)).toBe(light);
  });

  it('is seen on the other panel too by the edge of its light ink: panels of Linux do not say which they are', () => {
    expect(countSeen(tray(`${shape}-on-dark.png`), LIGHT_PANEL)).toBeGreaterThan(40);
  });
});

/** How many pixels differ from a panel by a quarter of what there is between black and white. */
function countSeen(picture: Buffer, panel: number): number {
  const { data } = PNG.sync.read(picture);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const cover = (data[at + 3] ?? 0) / 255;
    const shown = (data[at + 1] ?? 0) * cover + panel * (1 - cover);
    if (Math.abs(shown - panel) > 64) count += 1;
  }
  return count;
}

describe('the shapes of the tray', () => {
  it('differ in more than a tenth of their pixels, so that colour is not needed to tell them', () => {
    const pictures = SHAPES.map((shape) => readCoverage(tray(`${shape}-on-light.png`)));
    for (const [at, one] of pictures.entries())
      for (const other of pictures.slice(at + 1)) {
        const different = one.filter((value, pixel) => Math.abs(value - (other[pixel] ?? 0)) > 128).length;
        // Of the 16 by 16 pixels that are drawn on.
        expect(different).toBeGreaterThan(0.1 * 16 * 16);
      }
  });
});
