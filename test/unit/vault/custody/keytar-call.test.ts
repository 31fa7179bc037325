import { describe, expect, it } from 'vitest';
import { keytarProgram } from '../../../../electron/instance/vault/custody/keytar-call.ts';

describe('the messages of the keychain process', () => {
  it('are answers with one value or one error, and nothing else of them is taken', () => {
    for (const answer of [{ value: 'text' }, { value: null }, { value: false }, { error: 'refused' }])
      expect(keytarProgram.parseAnswer({ ...answer, more: 1 })).toEqual(answer);
    // SECURITY: none of these is "no such entry".
    for (const wrong of [
      undefined,
      null,
      'text',
      7,
      [],
      {},
      { value: undefined },
      { value: 7 },
      { error: null },
    ])
      expect(() => keytarProgram.parseAnswer(wrong), JSON.stringify(wrong)).toThrow();
  });

  it('are requests for one entry', () => {
    const entry = { service: 'Temps', account: 'one' };
    for (const request of [
      { call: 'get', ...entry },
      { call: 'delete', ...entry },
      { call: 'set', ...entry, password: 'text' },
    ])
      expect(keytarProgram.parseRequest(request)).toEqual(request);
    for (const wrong of [
      null,
      entry,
      { call: 'list', ...entry },
      { call: 'get', service: 'Temps' },
      { call: 'set', ...entry },
      { call: 'set', ...entry, password: null },
    ])
      expect(() => keytarProgram.parseRequest(wrong), JSON.stringify(wrong)).toThrow();
  });
});
