import {
  Ban,
  CircleCheck,
  CircleQuestionMark,
  CircleStop,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Minus,
} from 'lucide-react';
import { formatCount, formatElapsed, serverNow } from '../ui/time.ts';
import type { App, Deployment } from './app-queries.ts';

export interface StateWords {
  word: string;
  tone: 'ok' | 'now' | 'attention' | 'bad' | 'quiet';
  icon: LucideIcon;
}

export const appStates: Record<App['state'], StateWords> = {
  none: { word: 'Nothing deployed', tone: 'quiet', icon: Minus },
  starting: { word: 'Starting', tone: 'now', icon: LoaderCircle },
  serving: { word: 'Serving', tone: 'ok', icon: CircleCheck },
  stopped: { word: 'Stopped', tone: 'quiet', icon: CircleStop },
  failed: { word: 'Failed', tone: 'bad', icon: CircleX },
  unknown: { word: 'Unknown', tone: 'attention', icon: CircleQuestionMark },
};

/** Of a deployment. What has ended is green only where it succeeded. */
export const deploymentStates: Record<Deployment['status'], StateWords> = {
  pending: { word: 'Waiting', tone: 'now', icon: Clock },
  running: { word: 'Under way', tone: 'now', icon: LoaderCircle },
  success: { word: 'Succeeded', tone: 'ok', icon: CircleCheck },
  failed: { word: 'Failed', tone: 'bad', icon: CircleX },
  cancelled: { word: 'Cancelled', tone: 'quiet', icon: Ban },
};

export const triggerWords: Record<Deployment['trigger'], string> = {
  deploy: 'Deploy',
  apply: 'Apply variables',
  rollback: 'Roll back',
};

type Phase = NonNullable<Deployment['phase']>;

/** All phases in order, with what happens in them. */
export const phaseWords: readonly { phase: Phase; title: string; said: string }[] = [
  { phase: 'preparing', title: 'Preparing', said: 'Fetches the image' },
  { phase: 'starting', title: 'Starting', said: 'Gives it its variables' },
  { phase: 'probing', title: 'Probing', said: 'Asks until it responds' },
  { phase: 'switching', title: 'Switching', said: 'Visitors get the new one' },
  { phase: 'draining', title: 'Draining', said: 'Ends the one before' },
];

export const phaseTitle = (phase: Phase): string =>
  phaseWords.find((each) => each.phase === phase)?.title ?? phase;

/** "4.1 s": from its request until it ended, or until now. */
export function sayTook({ created_at, started_at, finished_at }: Deployment): string {
  const from = started_at ?? created_at;
  return formatElapsed((finished_at ?? serverNow()) - from);
}

/** Who asked for it, as people are told elsewhere. */
export const sayWho = ({ requested_by }: Deployment): string =>
  requested_by === 'owner' ? 'Owner of this machine' : requested_by;

/** "3 variables changed, not applied". */
export const sayChanged = ({ changed_variables: { length } }: App): string =>
  `${formatCount(length, 'variable')} changed, not applied`;

/** "SMTP_URL, LOG_LEVEL (removed) and MAPBOX_TOKEN (new)". */
export function listChanged({ changed_variables }: App): { key: string; note: string }[] {
  const notes = { added: 'new', changed: '', removed: 'removed' };
  return changed_variables.map(({ key, change }) => ({ key, note: notes[change] }));
}

/** "photos in production". */
export const nameApp = ({ project, environment }: Pick<App, 'project' | 'environment'>): string =>
  `${project.name} in ${environment.name}`;
