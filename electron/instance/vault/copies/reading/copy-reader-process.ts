import { writeFileSync } from 'node:fs';
import { answerRequests } from '../../../kernel/answer-requests.ts';
import { SecretText } from '../../secret-text.ts';
import { copyReaderProgram, toSent } from './copy-reader.ts';
import { readCopy } from './read-copy.ts';

// SECURITY: what aborts at the limit of its memory must not leave the copy in a core file. Linux has a switch for it.
try {
  writeFileSync('/proc/self/coredump_filter', '0');
} catch {
  // Another system, or no /proc.
}

answerRequests(copyReaderProgram, async ({ bytes, passphrase }, tell) =>
  toSent(
    await readCopy(Buffer.from(bytes, 'base64'), {
      tell,
      ...(passphrase === null ? {} : { passphrase: new SecretText(passphrase) }),
    }),
  ),
);
