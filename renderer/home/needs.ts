import type { KeyCopy } from '../key/copy/copy-formats.ts';
import { isSplitCounting, type KeySplit, nameCopy, nameSplit } from '../key/key-queries.ts';
import { type EndLevel, sayEnd, sayEndSource } from '../projects/end-words.ts';
import type { EndingVariables } from '../projects/ending-variables.ts';
import { sayUnusual, sayWay, sayWhyUnusual, type UnusualRead } from '../projects/secret-reads.ts';
import { sayPlace } from '../projects/variable-place.ts';
import { type PlainSecrets, sayPlainSecrets } from '../secrets/plain-secrets.ts';
import { sayWithVersions } from '../secrets/secret-words.ts';
import type { DoctorReport } from '../secrets/secrets-queries.ts';
import type { VerdictName } from '../ui/instruments/verdict.tsx';
import { daysBetween, formatAgo, formatCount, formatDate, formatDay } from '../ui/time.ts';
import { CHOOSE_PLACE, WHERE_DATABASE, WHY_DATABASE } from '../vault-state/database-place.ts';
import { type HealthReason, reasonWords } from '../vault-state/health-words.ts';
import type { VaultStatus } from '../vault-state/vault.ts';

type Place =
  | '/first-run/database'
  | '/key'
  | '/key/copy'
  | '/key/verify'
  | '/key/rotate'
  | '/recovery'
  | '/secrets'
  | '/settings';

/** One thing that needs attention, with the button that helps. */
export interface Need {
  id: string;
  /** A verdict, or the days since a copy was verified as a small dial; null if it never was. */
  sign: { verdict: VerdictName } | { days: number | null };
  title: string;
  text: string;
  button: {
    label: string;
    to: Place | UnusualRead['path'] | `/projects/${string}` | '/projects' | '/shared';
    hash?: string;
    /** For the address of the page, see `useAddress`. */
    search?: Record<string, string>;
  } | null;
  /** Whether who may not change the vault can do something about it too. */
  isForAll?: true;
  /** A reason of the key's health that can be postponed. */
  snooze?: string;
  /** Id of a note that can be dismissed. */
  note?: string;
  /** Id of an unusual reading that can be dismissed. */
  unusual?: number;
}

export interface NeedFacts {
  vault: VaultStatus;
  /** Copies of the active key. */
  copies: readonly KeyCopy[];
  /** Splits of the active key. */
  splits: readonly KeySplit[];
  lost: number;
  report: DoctorReport | undefined;
  /** Plain variables that look like secrets. */
  plain: PlainSecrets | undefined;
  /** Unusual readings of secrets that nobody dismissed. */
  unusual: readonly UnusualRead[];
  /** Variables that end soon, or ended. */
  ending: EndingVariables | undefined;
  /** Name of the desktop's keychain if the key can be moved there now; null in a browser. */
  keychain: string | null;
  /** Unix time in ms when another certificate authority takes over; null when none is due to. */
  authorityChangesAt: number | null;
  nowMs: number;
}

const SOON_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;
const VERIFIED_FOR_MS = 90 * DAY_MS;

/** What needs attention, most severe first. A locked vault is shown by the health card above. */
export function listNeeds(facts: NeedFacts): Need[] {
  return [
    ...needDatabase(facts),
    ...needHealth(facts),
    ...needUnusual(facts),
    ...needValues(facts),
    ...needRenewal(facts),
    ...needEncryption(facts),
    ...needRotation(facts),
    ...needVerification(facts),
    ...needReading(facts),
    ...needAuthority(facts),
    ...needKeychain(facts),
  ];
}

const databaseTitles: Record<NeedFacts['vault']['database']['state'], string> = {
  ok: 'The database',
  gone: 'The database is gone',
  damaged: 'The database is damaged',
  taken: 'Another process took this data directory',
  full: 'Writing has stopped: the disk is full',
  read_only: 'Writing has stopped: the disk is read only',
  failing: 'Writing has stopped: the disk failed',
};

function needDatabase({ vault }: NeedFacts): Need[] {
  if (vault.database.detail === null) return [];
  return [
    {
      id: 'damage',
      sign: { verdict: 'broken' },
      title: databaseTitles[vault.database.state],
      text: vault.database.detail,
      button: null,
    },
  ];
}

/** A reason in the words that the instance declares for it. */
function needOf({
  code,
  level,
  message,
}: Pick<HealthReason, 'code' | 'level' | 'message'>): Omit<Need, 'id'> {
  const { title, help } = reasonWords[code];
  return {
    sign: { verdict: level === 'broken' ? 'broken' : level === 'at_risk' ? 'risk' : 'due' },
    title,
    text: message,
    button: { label: help.label, to: help.path },
  };
}

/** The question of the first run, which leads to its answer. */
function needPlace(reason: HealthReason): Omit<Need, 'id'> {
  return {
    ...needOf(reason),
    title: WHERE_DATABASE,
    text: `${reason.message} ${WHY_DATABASE}`,
    button: { label: CHOOSE_PLACE, to: '/first-run/database' },
  };
}

function needHealth({ vault }: NeedFacts): Need[] {
  return vault.health.reasons
    .filter(({ code, snoozed_until }) => code !== 'locked' && snoozed_until === null)
    .map((reason) => ({
      ...(reason.code === 'backup_never' && vault.health.recovery?.has_destinations === false
        ? needPlace(reason)
        : needOf(reason)),
      id: `${reason.code} ${reason.message}`,
      ...(reason.level === 'broken' ? {} : { snooze: reason.code }),
    }));
}

function needValues({ vault, lost, report }: NeedFacts): Need[] {
  const needs: Need[] = [];
  if (lost > 0)
    needs.push({
      id: 'lost',
      sign: { verdict: 'risk' },
      title: `${formatCount(lost, 'lost secret')} to replace`,
      text: 'The key they were encrypted with was given up. Enter them again or create new ones.',
      button: { label: 'Recovery list', to: '/recovery' },
    });
  const damaged = report?.failures.filter(({ reason }) => reason === 'damaged') ?? [];
  const versions = damaged.filter(({ owner }) => owner?.is_earlier === true).length;
  if (damaged.length > 0 && vault.state === 'running')
    needs.push({
      id: 'damaged',
      sign: { verdict: 'broken' },
      title: `${sayWithVersions(damaged.length - versions, versions, 'secret')} cannot be decrypted`,
      text: `${damaged[0]?.owner?.title ?? 'An unused value'}${damaged.length > 1 ? ', and others' : ''}. Rotation is blocked until this is fixed.`,
      button: { label: 'Show them', to: '/secrets' },
    });
  return needs;
}

function needEncryption({ plain }: NeedFacts): Need[] {
  const [first] = plain?.variables ?? [];
  if (!plain || !first) return [];
  return [
    {
      id: 'plain',
      sign: { verdict: 'due' },
      title: sayPlainSecrets(plain),
      text: `${first.key}${plain.variables.length > 1 ? ' and others are' : ' is'} stored without encryption.`,
      button: { label: 'Show and encrypt', to: '/secrets' },
    },
  ];
}

const endVerdicts: Record<EndLevel, VerdictName> = { over: 'broken', soon: 'risk', due: 'due', later: 'due' };
/** As many as a person reads among other things. */
const MAX_ENDING = 5;

/** What ends within a month or did, the first to end first: it has to be renewed where it comes from. */
function needRenewal({ ending, nowMs }: NeedFacts): Need[] {
  const { variables = [], has_more = false } = ending ?? {};
  const more = variables.length - MAX_ENDING;
  return [
    ...variables.slice(0, MAX_ENDING).map((variable) => ({
      id: `ends ${variable.id}`,
      sign: { verdict: endVerdicts[variable.level] },
      title: `${variable.key} ${sayEnd(variable.expires_at, nowMs)}`,
      text: `${sayPlace(variable)}: ${formatDate(variable.expires_at, nowMs)}. ${sayEndSource(variable, nowMs)}`,
      button: {
        label: 'Show it',
        to:
          variable.project === null ? ('/shared' as const) : (`/projects/${variable.project.slug}` as const),
        search: { search: variable.key },
      },
      isForAll: true as const,
    })),
    ...(more > 0
      ? [
          {
            id: 'ends more',
            sign: { verdict: 'due' as const },
            title: `${has_more ? 'More than ' : ''}${formatCount(more, 'more variable')} ${more === 1 ? 'ends' : 'end'} soon, or ended`,
            text: 'The command temps-desktop env ends lists all of them.',
            button: { label: 'Projects', to: '/projects' as const },
            isForAll: true as const,
          },
        ]
      : []),
  ];
}

/** Someone else may be reading: the page where their access can be taken away, or that it was oneself. */
function needUnusual({ unusual, nowMs }: NeedFacts): Need[] {
  return unusual.map((read) => ({
    id: `unusual ${read.id}`,
    sign: { verdict: 'risk' as const },
    title: sayUnusual(read),
    text: `${sayWay({ ...read, together: 1 })} ${formatAgo(read.at, nowMs)}${read.ip === null ? '' : `, from ${read.ip}`}. ${sayWhyUnusual(read)}`,
    button: read.path === null ? null : { label: pathLabels[read.kind], to: read.path },
    unusual: read.id,
  }));
}

const pathLabels: Record<UnusualRead['kind'], string> = {
  key: 'API keys',
  token: 'Tokens',
  user: 'People',
  owner: 'Sessions',
};

/** A month before: devices that trust the old one alone show a warning from that day on. */
function needAuthority({ authorityChangesAt, nowMs }: NeedFacts): Need[] {
  if (authorityChangesAt === null || authorityChangesAt - nowMs > 30 * DAY_MS) return [];
  return [
    {
      id: 'authority',
      sign: { verdict: 'due' },
      title: 'A new certificate authority takes over',
      text: `On ${formatDay(authorityChangesAt)}. Trust it on every device that trusts the present one.`,
      button: { label: 'Open settings', to: '/settings' },
    },
  ];
}

function needRotation({ vault: { rotation } }: NeedFacts): Need[] {
  const texts: Partial<Record<NonNullable<typeof rotation>['state'], string>> = {
    staged: 'The new key needs a verified copy. Nothing is encrypted with it yet.',
    proven: 'The new key is confirmed. Encryption with it can start.',
    sealing: 'Values are being encrypted with the new key. Everything stays usable.',
  };
  const text = rotation && texts[rotation.state];
  if (!text) return [];
  return [
    {
      id: 'rotation',
      sign: { verdict: 'due' },
      title: 'Key rotation in progress',
      text,
      button: { label: rotation.state === 'sealing' ? 'View progress' : 'Continue', to: '/key/rotate' },
    },
  ];
}

/** Copies due within two weeks. Once due, the newest is covered by the key's health. */
function needVerification({ vault, copies, nowMs }: NeedFacts): Need[] {
  const isSaid = vault.health.reasons.some(({ code }) => code === 'proof_due' || code === 'proof_stale');
  return copies
    .filter(({ worth }) => worth === 'counts' || worth === 'due' || worth === 'stale')
    .flatMap((copy, at) => {
      const verifiedAt = copy.verified_at ?? 0;
      const dueAt = verifiedAt + VERIFIED_FOR_MS;
      if (dueAt - nowMs > SOON_DAYS * DAY_MS || (at === 0 && isSaid)) return [];
      const days = daysBetween(nowMs, dueAt);
      return {
        id: `due ${copy.id}`,
        sign: { days: daysBetween(verifiedAt, nowMs) },
        title: nameCopy(copy),
        text:
          dueAt <= nowMs
            ? 'Last verified over 90 days ago.'
            : `Verification due in ${formatCount(days, 'day')}.`,
        button: { label: 'Verify', to: '/key/verify' as const, hash: `copy-${copy.id}` },
      };
    });
}

function needReading({ vault, copies, splits }: NeedFacts): Need[] {
  const idle = splits
    .filter((split) => !isSplitCounting(split))
    .map((split) => ({
      id: `split ${split.id}`,
      sign: { days: null },
      title: nameSplit(split),
      text: split.message,
      button: { label: 'Show it', to: '/key' as const },
    }));
  const unread = copies.filter((copy) => copy.verified_at === null);
  const notes = vault.said
    .filter((line) => line !== vault.database.detail)
    .map((line) => ({
      id: `note ${line}`,
      sign: { verdict: 'due' as const },
      title: 'Noticed at startup',
      text: `${line}${/[.!?]$/.test(line) ? '' : '.'}`,
      button: null,
      note: line,
    }));
  return [...(unread.length > 0 ? [needUnread(unread)] : []), ...idle, ...notes];
}

/** However many there are, they are one thing to do. */
function needUnread(copies: readonly KeyCopy[]): Need {
  const [first] = copies;
  const need = { id: 'unread', sign: { days: null } };
  if (first && copies.length === 1 && first.finished)
    return {
      ...need,
      title: nameCopy(first),
      text: `Created ${onDay(first.made_at)}. ${first.worth_words}`,
      button: { label: 'Verify', to: '/key/verify', hash: `copy-${first.id}` },
    };
  return {
    ...need,
    title: `${formatCount(copies.length, 'copy', 'copies')} never verified`,
    text: 'Verify the copies you have, and forget those you do not have. Until then they do not count.',
    button: { label: 'Show them', to: '/key' },
  };
}

/** The key is in a file next to the database, although a keychain could keep it separate. */
function needKeychain({ vault, keychain }: NeedFacts): Need[] {
  if (keychain === null || vault.custody.name !== 'file' || vault.state !== 'running') return [];
  return [
    {
      id: 'keychain',
      sign: { verdict: 'due' },
      title: `The key could be stored in ${keychain}`,
      text: 'It is in a file next to the database: anyone who copies the folder has both.',
      button: { label: 'Move it…', to: '/key' },
      note: `keychain ${vault.fingerprint}`,
    },
  ];
}

function onDay(ms: number): string {
  const day = formatDay(ms);
  return day.startsWith('today') || day === 'yesterday' ? day : `on ${day}`;
}
