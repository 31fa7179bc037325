export interface DownloadOptions {
  /** The project's node_modules. */
  modules: string;
  /** Node 22.12 or later, which the installer wants. */
  node: string;
  env: NodeJS.ProcessEnv;
  /** Until anything at all came. */
  firstByteMs: number;
  /** Between one piece and the next. */
  stallMs: number;
  /** Told how many bytes have come. */
  onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Fetches Electron's program by the installer of its package, which knows the release's checksum, mirrors and the
 * cache. Null when it ended well, else why not, in words.
 */
export function downloadDesktop(options: DownloadOptions): Promise<string | null>;
