import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { computeShareMac } from '../../../../electron/instance/vault/split/split-record.ts';
import { openTestContext } from '../../../context.ts';

const mac = (key: Uint8Array, ...parts: (Uint8Array | string)[]) => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

it('keeps of a share what the README says, computed here from HMAC alone', () => {
  const bytes = Buffer.alloc(32, 0xab);
  // RFC 5869 with no salt, for one block.
  const derived = mac(mac(Buffer.alloc(32), bytes), 'temps key share check v1', Buffer.from([1]));
  const share = {
    identifier: 0x1234,
    isExtendable: false,
    exponent: 0,
    groupIndex: 0,
    groupThreshold: 1,
    groupCount: 1,
    memberIndex: 4,
    memberThreshold: 3,
    value: Buffer.alloc(32, 0x5c),
  };
  expect(computeShareMac(MasterKey.fromBytes(bytes), share)).toEqual(
    mac(derived, Buffer.from([0x12, 0x34, 4, 3]), share.value),
  );
});

it('keeps no more than that, and no identifier twice', () => {
  const test = openTestContext();
  try {
    const { sqlite } = test.ctx.store;
    const columnsOf = (table: string) =>
      (sqlite.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
    expect([columnsOf('key_splits'), columnsOf('key_shares')]).toEqual([
      ['id', 'fingerprint', 'identifier', 'threshold', 'share_count', 'made_at', 'combined_at'],
      ['split_id', 'number', 'mac', 'place', 'volume_id', 'separate', 'verified_at'],
    ]);
    const insert = sqlite.prepare(
      `INSERT INTO key_splits (fingerprint, identifier, threshold, share_count, made_at) VALUES ('x', 7, 2, 3, 1)`,
    );
    insert.run();
    expect(() => insert.run()).toThrow(/UNIQUE/);
  } finally {
    test.close();
  }
});
