import { describe, expect, it } from 'vitest';
import { hasKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import { copyWhileWriting, killClones, startElsewhere } from './custody-cases.ts';

const withKeyring = requires(
  'a real Secret Service',
  hasKeyring(),
  'needs dbus, gnome-keyring and gdbus (Debian: apt-get install dbus gnome-keyring libglib2.0-bin)',
);
const LONG = { timeout: 300_000 };

describe('data directories in trouble', () => {
  withKeyring('that are clones never lock their original, killed twice in their work', LONG, async () => {
    expect(await killClones(2)).toMatchObject({ counted: 2, faults: [] });
  });

  it(
    'that are copied alone, or get an older file, are never unused and never mixed, four times',
    LONG,
    async () => {
      expect(await copyWhileWriting(4)).toEqual({ counted: 8, hit: 8, faults: [] });
    },
  );

  it('that are none are left as they are', LONG, async () => {
    expect(await startElsewhere(1)).toEqual({ counted: 2, hit: 2, faults: [] });
  });
});
