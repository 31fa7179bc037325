/** What other files begin with that people keep keys in; `because` ends "It cannot be used here, because …". */
const foreignFiles: readonly { begins: string; because: string }[] = [
  { begins: 'PK\x03\x04', because: 'it is an archive (zip): unpack it, and use the file in it' },
  { begins: '7z\xbc\xaf\x27\x1c', because: 'it is an archive (7z): unpack it, and use the file in it' },
  { begins: '\x1f\x8b', because: 'it is compressed (gzip): unpack it, and use the file in it' },
  { begins: '\x89PNG', because: 'it is a picture: scan the QR code in it, or type the words' },
  { begins: '\xff\xd8\xff', because: 'it is a picture: scan the QR code in it, or type the words' },
  { begins: 'GIF8', because: 'it is a picture: scan the QR code in it, or type the words' },
  { begins: 'RIFF', because: 'it is a picture: scan the QR code in it, or type the words' },
  {
    begins: '-----BEGIN PGP MESSAGE-----',
    because: 'it is encrypted with OpenPGP: decrypt it with gpg, and use the result',
  },
  {
    begins: '\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5',
    because: 'it is a database of KeePass 1: import it in KeePassXC, and save it as KDBX 4',
  },
];

/** Why a file of another kind cannot be used; null for one that is none of them. */
export function nameForeignFile(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return foreignFiles.find(({ begins }) => start.startsWith(begins))?.because ?? null;
}
