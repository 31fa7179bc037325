import type { Caller, OwnerCaller } from '../../access/caller.ts';
import { type Actor, type Naming, OWNER } from '../../audit/actors.ts';

/** How encrypted variables were read: one value; a `.env` file; for a program; compared with an imported file, or between environments. */
export const readWays = ['revealed', 'exported', 'run', 'compared'] as const;
export type ReadWay = (typeof readWays)[number];

/** What a notice is about: a way of reading, or `managed`: people. */
export const noticedWays = [...readWays, 'managed'] as const;
export type NoticedWay = (typeof noticedWays)[number];

export const readerKinds = ['owner', 'user', 'key', 'token'] as const;
export type ReaderKind = (typeof readerKinds)[number];

export const ownerVias = ['window', 'socket', 'browser'] as const satisfies OwnerCaller['via'][];
export type OwnerVia = OwnerCaller['via'];

/** Who reads, as far as it is kept. */
export interface Reader {
  /** `key 3`: never used again for another one. */
  id: string;
  kind: ReaderKind;
  /** Of the owner: the window, the command line, a browser. */
  via: OwnerVia | null;
  /** As the audit log names them. */
  name: string;
  /** When an API key or a deployment token was created, epoch ms; null for people. */
  createdAt: number | null;
  /** Of a deployment token. */
  projectId: number | null;
  ip: string | null;
}

export function toReader(caller: Caller): Reader {
  const { label: name, ip } = caller;
  const common = { via: null, name, createdAt: null, projectId: null, ip };
  switch (caller.kind) {
    case 'owner':
      return { ...common, id: `owner ${caller.via}`, kind: 'owner', via: caller.via };
    case 'user':
      return { ...common, id: `user ${caller.userId}`, kind: 'user' };
    case 'key':
      return { ...common, id: `key ${caller.apiKeyId}`, kind: 'key', createdAt: caller.createdAt };
    case 'token':
      return {
        ...common,
        id: `token ${caller.tokenId}`,
        kind: 'token',
        createdAt: caller.createdAt,
        projectId: caller.projectId,
      };
    case 'anonymous':
    case 'locked':
    case 'password_change':
      // SECURITY: no route gives a value to someone who is not signed in, or whose session is held back.
      throw new Error('A value was read by no one.');
  }
}

/** Of an id of a person, key or token: 3 of `key 3`. */
export const readerNumber = (id: string): number => Number(id.split(' ')[1]);

/** Who a kept reader is now: by its id, so that names are never mistaken. */
export function nameReader(naming: Naming, id: string, { kind, name }: Pick<Reader, 'kind' | 'name'>): Actor {
  return kind === 'owner' ? OWNER : naming[kind](readerNumber(id), name);
}
