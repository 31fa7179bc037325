/**
 * What every zstd frame of a part holds before it is compressed, but for the last, which may hold less.
 *
 * It is also what is taken at once of what is decompressed: Node's stream takes a frame that ends within that for the end of
 * all (nodejs/node, lib/zlib.js: input that is left while there is room for output), so that frames end where it does.
 */
export const FRAME_BYTES = 1024 * 1024;
