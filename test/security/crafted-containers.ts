import { randomUUID } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import * as kdbxweb from 'kdbxweb';
import { formatPayload } from '../../electron/instance/vault/copies/kit-text.ts';
import { MasterKey } from '../../electron/instance/vault/sealing/master-key.ts';

const { Consts, Credentials, Int64, Kdbx, KdbxFormat, ProtectedValue, VarDictionary } = kdbxweb;

/** Containers as an attacker makes them: whole files, whose passphrase is known, and which ask for too much. */

export const PASSPHRASE = 'brisk lantern under seven quiet boats';

export const key = MasterKey.generate();
export const facts = {
  instanceId: randomUUID(),
  instanceName: 'Attic',
  fingerprint: key.fingerprint,
  epoch: 1,
  keyCreatedAt: 0,
  copiedAt: 0,
};
export const payload = formatPayload(key, facts);

interface CraftedDatabase {
  version: 3 | 4;
  /** What the notes of its entries say. */
  notes: string[];
  passphrase?: string;
  /** Markup that is put into the document as it is. */
  markup?: string;
}

/** A KDBX file that is quick to derive a key for: one round of AES. */
export async function createDatabase({
  version,
  notes,
  passphrase = PASSPHRASE,
  markup,
}: CraftedDatabase): Promise<Buffer> {
  const database = Kdbx.create(new Credentials(ProtectedValue.fromString(passphrase)), 'crafted');
  database.setVersion(version);
  if (version === 4) database.setKdf(Consts.KdfId.Aes);
  const { header } = database;
  header.keyEncryptionRounds = 1;
  header.kdfParameters?.set('R', VarDictionary.ValueType.UInt64, Int64.from(1));
  for (const text of notes) database.createEntry(database.getDefaultGroup()).fields.set('Notes', text);
  if (markup) addMarkup(database, markup);
  return Buffer.from(await new KdbxFormat(database).save());
}

/** What is used of the library's XML. */
interface XmlDocument {
  documentElement: { appendChild(child: unknown): void };
  createComment(text: string): unknown;
}

/** In a comment that ends before it, as the library writes comments unchanged. */
function addMarkup(database: kdbxweb.Kdbx, markup: string): void {
  const build = database.buildXml.bind(database);
  database.buildXml = (context) => {
    build(context);
    const xml = database.xml as unknown as XmlDocument;
    xml.documentElement.appendChild(xml.createComment(`-->${markup}<!--`));
  };
}

type KdfParameter = 'I' | 'M' | 'P' | 'R';

/** The same file, that asks for more: what it asks for is not encrypted, and read before anything is derived. */
export function askFor(database: Buffer, parameter: KdfParameter, value: bigint): Buffer {
  const asking = Buffer.from(database);
  // Type, length of the name, the name, length of the value.
  const item = (type: number, bytes: number) =>
    Buffer.from([type, 1, 0, 0, 0, parameter.charCodeAt(0), bytes, 0, 0, 0]);
  const wide = asking.indexOf(item(VarDictionary.ValueType.UInt64, 8));
  const narrow = asking.indexOf(item(VarDictionary.ValueType.UInt32, 4));
  if (wide >= 0) asking.writeBigUInt64LE(value, wide + 10);
  else if (narrow >= 0) asking.writeUInt32LE(Number(value), narrow + 10);
  else throw new Error(`The file has no ${parameter}.`);
  return asking;
}

/** A file of version 3, where the rounds are a field of their own: its number, its size, the rounds. */
export function askForRounds(database: Buffer, rounds: bigint): Buffer {
  const asking = Buffer.from(database);
  const at = asking.indexOf(Buffer.from([6, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
  if (at < 0) throw new Error('The file has no rounds.');
  asking.writeBigUInt64LE(rounds, at + 3);
  return asking;
}

/** A page whose subject is the code, and whose streams unpack to `mib` mebibytes each. */
export function createPdf(subject: string, streams: number, mib: number): Buffer {
  // Letters: what reads the strings leaves zeros out, and would find nothing too large in them.
  const packed = deflateSync(Buffer.alloc(mib * 1024 * 1024, 'x'));
  const parts = [Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Subject (${subject}) >>\nendobj\n`)];
  for (let at = 0; at < streams; at++)
    parts.push(
      Buffer.from(
        `${at + 2} 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`,
      ),
      packed,
      Buffer.from('\nendstream\nendobj\n'),
    );
  parts.push(Buffer.from('trailer\n<< /Info 1 0 R >>\n%%EOF\n'));
  return Buffer.concat(parts);
}
