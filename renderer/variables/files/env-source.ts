/**
 * A `.env` text to import, as bytes: exactly what was given is compared and saved, not what a text box made of it.
 */
export interface EnvSource {
  bytes: Uint8Array<ArrayBuffer>;
  from: 'clipboard' | 'typed' | 'file' | 'raw';
  /** Name of the file. */
  name?: string;
}

/** The instance's limit. */
export const MAX_SOURCE_BYTES = 1024 * 1024;

export function toSource(text: string, from: EnvSource['from']): EnvSource {
  return { bytes: new TextEncoder().encode(text), from };
}

export async function readFile(file: File): Promise<EnvSource> {
  return { bytes: new Uint8Array(await file.arrayBuffer()), from: 'file', name: file.name };
}

/** In chunks: spreading a megabyte into arguments would overflow the stack. */
export function toBase64(bytes: Uint8Array): string {
  const PIECE = 0x8000;
  let binary = '';
  for (let at = 0; at < bytes.length; at += PIECE)
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}

export function countLines({ bytes }: EnvSource): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 0x0a) lines += 1;
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? lines + 1 : lines;
}

/** Whether any line of a text could set a variable; other pastes are ignored. */
export function looksLikeEnv(text: string): boolean {
  return /^\s*(?:export\s+)?[^\s=#]+\s*=/m.test(text);
}
