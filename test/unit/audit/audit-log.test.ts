import { renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLine } from '../../../electron/instance/audit/line-words.ts';
import { auditOperations } from '../../../electron/instance/audit/operations.ts';
import { toPlainText } from '../../../electron/instance/audit/sentence.ts';
import { projectOperations } from '../../../electron/instance/projects/operations.ts';
import { vaultOperations } from '../../../electron/instance/vault/operations.ts';
import { openTestContext, type TestContext } from '../../context.ts';

let test: TestContext;
beforeEach(() => {
  test = openTestContext();
});
afterEach(() => test.close());
const operationsOf = () =>
  test.ctx.audit.list({}, { limit: 10, offset: 0 }).map(({ operation }) => operation);

describe('a line of a security action', () => {
  it('waits while nothing can be written, with its time, and is written once', () => {
    const { audit, store } = test.ctx;
    renameSync(store.path, `${store.path}.away`);
    audit.record(vaultOperations.VAULT_LOCKED, null);
    const at = test.clock.now();
    test.clock.advance(60_000);
    expect(operationsOf()).toEqual([]);
    renameSync(`${store.path}.away`, store.path);
    audit.flush();
    audit.flush();
    expect(audit.list({}, { limit: 10, offset: 0 })).toMatchObject([{ operation: 'VAULT_LOCKED', at }]);
  });

  it('does not go with a transaction of someone else that is undone', () => {
    const { audit, store } = test.ctx;
    const undone = () =>
      store.transaction(() => {
        audit.record(vaultOperations.VAULT_LOCKED, null);
        audit.append(auditOperations.AUDIT_EXPORTED, null);
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    expect(operationsOf()).toEqual([]);
    audit.flush();
    expect(operationsOf()).toEqual(['VAULT_LOCKED']);
  });
});

describe('a line in words', () => {
  const names = { user: (id: unknown) => (id === 7 ? 'ada@example.org' : `account ${id}`) };
  const operations = new Map(
    [...Object.values(projectOperations), ...Object.values(vaultOperations)].map((operation) => [
      operation.name,
      operation,
    ]),
  );
  const say = (operation: string, data: Record<string, unknown> | null = null) =>
    toPlainText(describeLine({ operation, data }, { operations, names }).sentence);

  it('names what it was about', () => {
    expect(say('ENV_VAR_CREATED', { key: 'PORT', project: 'shop', project_id: 1 })).toBe(
      'Created PORT of shop',
    );
    expect(say('ENV_VAR_DELETED', { key: 'PORT', project: 'shared', project_id: null })).toBe(
      'Deleted the shared variable PORT',
    );
    expect(say('ENV_VAR_DAMAGED_VERSIONS_REMOVED', { key: 'PORT', versions: [1, 2] })).toBe(
      'Removed 2 damaged versions of PORT, which no key can decrypt',
    );
    expect(say('KEY_ROTATION_FINISHED', { total: 1 })).toBe(
      'Finished the rotation: 1 value encrypted with the new key',
    );
  });

  it('of an old version, or of one to come, is a sentence still', () => {
    expect(say('ENV_VAR_CREATED')).toBe('Created something of something');
    expect(say('SOMETHING_NEW', { id: 1 })).toBe('SOMETHING_NEW');
  });

  it('sets apart what a person named, and shows no markup of theirs as its own', () => {
    const { sentence } = describeLine(
      { operation: 'PROJECT_CREATED', data: { name: '<b>shop</b>' } },
      { operations, names },
    );
    expect(sentence).toEqual([
      { text: 'Created', style: 'plain' },
      { text: ' the project ', style: 'plain' },
      { text: '<b>shop</b>', style: 'name' },
    ]);
  });
});
