import { describe, expect, it } from 'vitest';
import { collectMessages } from '../../../../electron/desktop/bus/bus.ts';
import {
  type BusMessage,
  type BusValue,
  measureMessage,
  messageKinds,
  readMessage,
  writeMessage,
} from '../../../../electron/desktop/bus/message.ts';

const signal = (signature: string, args: BusValue[], serial = 7) =>
  writeMessage({
    kind: messageKinds.signal,
    serial,
    path: '/a',
    interface: 'a.b',
    member: 'C',
    signature,
    args,
  });

/** What a receiver makes of these bytes, given so many at a time. */
function collect(bytes: Buffer, atOnce = bytes.length): BusMessage[] {
  const messages: BusMessage[] = [];
  const take = collectMessages((message) => messages.push(message));
  for (let at = 0; at < bytes.length; at += atOnce) take(bytes.subarray(at, at + atOnce));
  return messages;
}

describe('a message of the bus', () => {
  it('is read as it was written, in whatever pieces it comes', () => {
    const args: BusValue[] = [
      'locked',
      5,
      true,
      [['LockedHint', ['b', true]]],
      ['2', '/session/2'],
      ['a', 'b'],
    ];
    const read = ['locked', 5, true, [['LockedHint', true]], ['2', '/session/2'], ['a', 'b']];
    const bytes = Buffer.concat([signal('suba{sv}(so)as', args), signal('', [], 8)]);
    for (const atOnce of [1, 3, 17, 1000])
      expect(collect(bytes, atOnce)).toMatchObject([
        { kind: 4, serial: 7, path: '/a', interface: 'a.b', member: 'C', body: read },
        { serial: 8, body: [] },
      ]);
  });

  it('that is too long is skipped, and the next is read', () => {
    const long = signal('s', ['x'.repeat(300_000)]);
    const bytes = Buffer.concat([long, signal('s', ['next'])]);
    for (const atOnce of [1000, 65_536, bytes.length])
      expect(collect(bytes, atOnce).map(({ body }) => body)).toEqual([['next']]);
  });

  it('that does not follow the format is left out, whichever byte of it is changed', () => {
    const bytes = signal('sa{sv}v', ['a', [['b', ['u', 1]]], ['(su)', ['c', 2]]]);
    const thrown = new Set<unknown>();
    for (let at = 0; at < bytes.length; at++)
      for (const change of [1, 0x80, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ change;
        try {
          readMessage(changed);
        } catch (error) {
          thrown.add((error as Error).constructor);
        }
      }
    expect([...thrown]).toEqual([TypeError]);
    expect(() => measureMessage(Buffer.alloc(16, 'x'))).toThrow(TypeError);
  });

  it('nests no deeper than a reader follows', () => {
    let value: BusValue = ['y', 1];
    for (let depth = 0; depth < 100; depth++) value = ['v', value];
    expect(() => readMessage(signal('v', [value]))).toThrow('nested too deeply');
    expect(() => readMessage(signal(`${'a'.repeat(200)}y`, [[]]))).not.toThrow();
  });
});
