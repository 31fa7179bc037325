// The two files that hold one picture in several sizes, each a PNG: Apple's .icns and Windows' .ico.

/**
 * Types by size in pixels: the sizes for sharp screens, which every macOS that runs Electron reads as PNG. The
 * old types of 16 and 32 pixels are left out: as PNG they are drawn scrambled by some, and a smaller copy of the
 * next size is what macOS shows then. https://en.wikipedia.org/wiki/Apple_Icon_Image_format#Icon_types
 */
const ICNS_TYPES = [
  [32, 'ic11'],
  [64, 'ic12'],
  [128, 'ic07'],
  [256, 'ic13'],
  [256, 'ic08'],
  [512, 'ic14'],
  [512, 'ic09'],
  [1024, 'ic10'],
];
export const icnsSizes = [32, 64, 128, 256, 512, 1024];

/**
 * Apple's icon file: 'icns', the file's length, then for each picture its type, its length with these eight bytes,
 * its PNG; lengths big-endian. https://en.wikipedia.org/wiki/Apple_Icon_Image_format#Header
 *
 * @param {Map<number, Buffer>} pictures PNG by its size in pixels; every size of `icnsSizes`
 */
export function packIcns(pictures) {
  const entries = ICNS_TYPES.map(([size, type]) => {
    const png = pictures.get(size);
    const header = Buffer.alloc(8);
    header.write(type, 0, 'latin1');
    header.writeUInt32BE(8 + png.length, 4);
    return Buffer.concat([header, png]);
  });
  const body = Buffer.concat(entries);
  const header = Buffer.alloc(8);
  header.write('icns', 0, 'latin1');
  header.writeUInt32BE(8 + body.length, 4);
  return Buffer.concat([header, body]);
}

/**
 * Windows' icon file: ICONDIR, an ICONDIRENTRY for each picture, then the PNGs, which Windows reads in there since
 * Vista; numbers little-endian, 0 for 256 pixels.
 * https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10) and
 * https://devblogs.microsoft.com/oldnewthing/20101022-00/?p=12473
 *
 * @param {Map<number, Buffer>} pictures PNG by its size in pixels, at most 256
 */
export function packIco(pictures) {
  const header = Buffer.alloc(6);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.size, 4);
  let offset = 6 + 16 * pictures.size;
  const entries = [...pictures].map(([size, png]) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt8(size % 256, 0);
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...pictures.values()]);
}
