import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { MasterKey } from '../../electron/instance/vault/sealing/master-key.ts';
import { openValue, sealValue } from '../../electron/instance/vault/sealing/sealed-value.ts';
import { median, time } from './figures.ts';

/** Values sealed or opened in one measured loop. */
export const SEALING_LOOP = 20_000;
const ROUNDS = 9;

/** `sealing-loop.ts seal|open ours|bare`: prints the milliseconds of one loop, the median of nine. */
function measure(what: string, who: string): number {
  const key = MasterKey.generate();
  const context = { kind: 'env_var', id: randomUUID() };
  const aad = Buffer.from(`temps.sealed.v1|${context.kind}|${context.id}`);
  const plaintext = randomBytes(64);
  const bareSeal = () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key.keyObject, nonce, { authTagLength: 16 });
    cipher.setAAD(aad);
    return {
      nonce,
      ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final()]),
      tag: cipher.getAuthTag(),
    };
  };
  const { nonce, ciphertext, tag } = bareSeal();
  const bareOpen = () => {
    const decipher = createDecipheriv('aes-256-gcm', key.keyObject, nonce, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  };
  const sealed = sealValue(key, context, plaintext);
  const works: Record<string, () => unknown> = {
    'seal ours': () => sealValue(key, context, plaintext),
    'seal bare': bareSeal,
    'open ours': () => openValue(key, context, sealed),
    'open bare': bareOpen,
  };
  const work = works[`${what} ${who}`];
  if (!work) throw new Error('usage: sealing-loop.ts seal|open ours|bare');
  const repeat = () => {
    for (let i = 0; i < SEALING_LOOP; i++) work();
  };
  repeat();
  return median(Array.from({ length: ROUNDS }, () => time(repeat)));
}

const [what, who] = process.argv.slice(2);
if (import.meta.main) process.stdout.write(String(measure(what ?? '', who ?? '')));
