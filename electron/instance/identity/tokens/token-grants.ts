import { type Permission, sayUnknownName } from '../../access/permissions.ts';
import { AppError } from '../../kernel/app-error.ts';

/** What a deployment token may be given: reading its own project, and the values a deployment needs. */
export const tokenPermissions = [
  'projects:read',
  'environments:read',
  'environments:reveal',
] as const satisfies Permission[];
export type TokenPermission = (typeof tokenPermissions)[number];

/** Upstream's name for all that a token can have. */
const ALL = '*';

/** What upstream's tokens can have besides, for what this instance does not do. */
const upstreamPermissions: readonly string[] = [
  'ai_gateway:execute',
  'analytics:read',
  'blob:delete',
  'blob:read',
  'blob:write',
  'emails:send',
  'errors:read',
  'events:write',
  'flags:read',
  'kv:delete',
  'kv:read',
  'kv:write',
  'visitors:enrich',
];

export interface TokenGrant {
  permissions: TokenPermission[];
  /** What was asked for and is not given, with the reason in words. */
  notGiven: { name: string; reason: string }[];
}

/**
 * What a token gets of what was asked for; null and `*` mean all that it can have and its creator has. Of upstream's names,
 * those for what is not here are named in the answer. Throws `forbidden` for a permission asked for by name that the
 * creator does not have, and `invalid_request` for an unknown name and where nothing is left.
 */
export function parseTokenGrant(
  wanted: readonly string[] | null,
  ofCreator: readonly Permission[],
): TokenGrant {
  const names = [...new Set(wanted ?? [ALL])];
  const unknown = names.filter(
    (name) => name !== ALL && !isGivable(name) && !upstreamPermissions.includes(name),
  );
  if (unknown.length > 0)
    throw refuse(`There is no permission ${unknown.map(sayUnknownName).join(', ')} for tokens`);
  const beyond = tokenPermissions.filter((permission) => !ofCreator.includes(permission));
  const refused = beyond.find((permission) => names.includes(permission));
  if (refused) throw new AppError('forbidden', `You cannot give a permission you do not have: ${refused}.`);
  const isAll = names.includes(ALL);
  const permissions = tokenPermissions.filter((permission) =>
    isAll ? !beyond.includes(permission) : names.includes(permission),
  );
  const notGiven = [
    ...names
      .filter((name) => upstreamPermissions.includes(name))
      .map((name) => ({ name, reason: 'This instance does not do what it is for.' })),
    ...(isAll ? beyond.map((name) => ({ name, reason: 'You do not have it.' })) : []),
  ];
  if (permissions.length === 0)
    throw refuse(
      `A token can have none of this here: ${notGiven.map(({ name }) => name).join(', ') || 'nothing'}`,
    );
  return { permissions, notGiven };
}

const isGivable = (name: string) => (tokenPermissions as readonly string[]).includes(name);

function refuse(what: string): AppError {
  return new AppError(
    'invalid_request',
    `${what}; a token can have ${tokenPermissions.join(', ')}, or ${ALL}.`,
    {
      fields: { permissions: `of ${tokenPermissions.join(', ')}` },
    },
  );
}
