import { Link } from '@tanstack/react-router';
import { useMay } from '../app/session.ts';
import { Banner, type BannerTone } from '../ui/banner.tsx';
import { buttonClass } from '../ui/button.tsx';
import type { VerdictName } from '../ui/instruments/verdict.tsx';
import { type HealthReason, levelWords, reasonWords } from './health-words.ts';
import { Snooze } from './snooze.tsx';
import { UnlockLink } from './unlock-link.tsx';

interface Drawn {
  tone: BannerTone;
  verdict: VerdictName;
  title: string;
}

function draw(reason: HealthReason, isLocked: boolean): Drawn {
  const title = `${reason.half === 'key' ? levelWords[reason.level] : reasonWords[reason.code].title}.`;
  switch (reason.level) {
    case 'broken':
      return isLocked && reason.half === 'key'
        ? { tone: 'danger', verdict: 'locked', title: 'Locked.' }
        : { tone: 'danger', verdict: 'broken', title };
    case 'at_risk':
      return { tone: 'attention', verdict: 'risk', title };
    default:
      return { tone: 'info', verdict: 'due', title };
  }
}

interface ReasonBannerProps {
  reason: HealthReason;
  isLocked?: boolean;
  /** This page is the one that helps. */
  isHere?: boolean;
}

/** One reason as a sentence, with the button that helps for callers who may use it. */
export function ReasonBanner({ reason, isLocked = false, isHere = false }: ReasonBannerProps) {
  const mayFix = useMay('vault:write');
  const { tone, verdict, title } = draw(reason, isLocked);
  return (
    <Banner
      tone={tone}
      verdict={verdict}
      action={
        mayFix && (
          <span className="flex items-center gap-2">
            {!isHere && <Help code={reason.code} />}
            {reason.level !== 'broken' && <Snooze code={reason.code} />}
          </span>
        )
      }
    >
      <b>{title}</b> {reason.message}
      {!mayFix && ' An administrator of this instance can fix it.'}
    </Banner>
  );
}

function Help({ code }: { code: HealthReason['code'] }) {
  const { help } = reasonWords[code];
  if (code === 'locked') return <UnlockLink />;
  return (
    <Link to={help.path} className={buttonClass()}>
      {help.label}
    </Link>
  );
}
