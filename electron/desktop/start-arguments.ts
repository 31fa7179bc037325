import { resolveDataDir } from '../instance/store/data-directory.ts';
import { HIDDEN_ARGUMENT } from './hidden-argument.ts';
import { findLinkedPath } from './window/app-origin.ts';

/** Command-line arguments of the desktop. */
export interface StartArguments {
  dataDir: string;
  isHidden: boolean;
  /** Null: the default port, or any if that is in use. */
  httpsPort: number | null;
  httpPort: number | null;
  /** The page a `temps://` link asks for. */
  path: string | null;
}

/**
 * `--data-dir DIR`, `--https-port N`, `--http-port N`, `--hidden`, a `temps://` link; as on the command line.
 * Unknown arguments are ignored: desktops and Chromium add their own.
 */
export function readStartArguments(args: readonly string[], env: NodeJS.ProcessEnv): StartArguments {
  const findValue = (name: string) => {
    const at = args.indexOf(name);
    return (
      args.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ??
      (at < 0 ? undefined : args[at + 1])
    );
  };
  return {
    dataDir: resolveDataDir(findValue('--data-dir'), env),
    isHidden: args.includes(HIDDEN_ARGUMENT),
    httpsPort: readPort(findValue('--https-port')),
    httpPort: readPort(findValue('--http-port')),
    path: args.map(findLinkedPath).find((path) => path !== null) ?? null,
  };
}

function readPort(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}
