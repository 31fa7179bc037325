import { findAuthorities } from '../../certificates/local-authority.ts';
import { DEFAULT_PORTS } from '../../doors/default-ports.ts';
import type { Context } from '../../kernel/context.ts';

/** A line for a terminal, ready to be pasted, and what it does. */
export interface UsageExample {
  title: string;
  text: string;
}

/** The key itself, and what vouches for this instance. */
const FILE = '~/.temps-token';
const AUTHORITY = '~/.temps-ca.pem';

/**
 * How a program uses a new key or token, for a POSIX shell. SECURITY: none of these lines has the key, so that it is in no
 * history of a shell; curl gets it by standard input, as every account of a machine sees the arguments of a program.
 *
 * @param base where the console is found; null while it is closed.
 * @param path of the API, that this key may read.
 */
export function listUsageExamples(ctx: Context, base: string | null, path: string): UsageExample[] {
  const url = base ?? `https://localhost:${DEFAULT_PORTS.https}`;
  const authority = findAuthorities(ctx)?.current.sha256;
  return [
    {
      title: 'Store it in a file for your account alone: run this, paste it, press Enter and Ctrl+D',
      text: `(umask 077 && cat > ${FILE})`,
    },
    ...(authority === undefined
      ? []
      : [
          {
            title: `Trust this instance, once: what is printed has to be ${authority}`,
            text: `curl -fsSk -o ${AUTHORITY} '${url}/api/ca.pem' && openssl x509 -in ${AUTHORITY} -noout -fingerprint -sha256`,
          },
        ]),
    {
      title: 'Call the API with curl',
      text: `printf 'Authorization: Bearer %s' "$(cat ${FILE})" | curl -fsS --cacert ${AUTHORITY} -H @- '${url}/api${path}'`,
    },
    {
      title: 'For Temps’ own command line and libraries, in this terminal',
      text: `export TEMPS_API_URL='${url}' TEMPS_TOKEN="$(cat ${FILE})" NODE_EXTRA_CA_CERTS=${AUTHORITY}`,
    },
  ];
}
