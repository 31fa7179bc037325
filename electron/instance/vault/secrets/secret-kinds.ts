import type { SecretKind } from '../vocabulary.ts';

/** How the list of secrets is filtered, by what a person would look for. */
export const secretGroups = {
  variables: 'Variables and versions',
  tls: 'TLS and ACME',
  sign_in: 'Sign-in',
  access: 'Access',
  connections: 'Connections',
} as const;
export type SecretGroup = keyof typeof secretGroups;
export const secretGroupNames = Object.keys(secretGroups) as SecretGroup[];

/** Groups of lost values, most urgent first. */
export const recoveryGroups = {
  tls: { title: 'Certificates', breaks: 'fail at the next restart' },
  sign_in: { title: 'Sign-in and access', breaks: 'fail at the next sign-in or request' },
  deploys: { title: 'Variables and connections', breaks: 'fail when they are next read' },
  mail: { title: 'Mail', breaks: 'fails at the next message' },
  backups: { title: 'Backups', breaks: 'fail at the next backup' },
} as const;
export type RecoveryGroup = keyof typeof recoveryGroups;
export const recoveryGroupNames = Object.keys(recoveryGroups) as RecoveryGroup[];

/** What a capability declares of one kind of its secrets. */
export interface KindFacts {
  kind: SecretKind;
  /** In a column. */
  label: string;
  one: string;
  many: string;
  group: SecretGroup;
  recoveryGroup: RecoveryGroup;
  /** False for values no person has a copy of: they are created again, never typed. */
  isTyped: boolean;
  /** The instance creates a new one itself when it is missing, so nothing is lost. */
  isReplaceable: boolean;
  /** Texts for creating a new value; null if that is not possible. */
  renewal: { button: string; done: string } | null;
}

/** Of a kind that no capability has declared: there are no such secrets but in a database of a newer version. */
export function describeUnknownKind(kind: SecretKind): KindFacts {
  const name = kind.replaceAll('_', ' ');
  return {
    kind,
    label: name,
    one: name,
    many: name,
    group: 'connections',
    recoveryGroup: 'deploys',
    isTyped: true,
    isReplaceable: false,
    renewal: null,
  };
}

/** Sums counts per kind to counts per group, every group named. */
export function countByGroup(
  byKind: Partial<Record<SecretKind, number>>,
  groupOf: (kind: SecretKind) => SecretGroup,
): Record<SecretGroup, number> {
  const counts = Object.fromEntries(secretGroupNames.map((group) => [group, 0])) as Record<
    SecretGroup,
    number
  >;
  for (const [kind, count] of Object.entries(byKind)) counts[groupOf(kind as SecretKind)] += count;
  return counts;
}
