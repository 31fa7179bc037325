import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { formatCount } from '../../ui/time.ts';
import { type Deployment, isUnderWay, type LogLine } from '../app-queries.ts';
import { phaseTitle } from '../app-words.ts';
import { LogLines, type ShownLine } from '../logs/log-lines.tsx';

interface DeploymentLogProps {
  deployment: Deployment;
  lines: readonly LogLine[];
}

/** What a deployment said as it went, each phase under its name. */
export function DeploymentLog({ deployment, lines }: DeploymentLogProps) {
  const shown = useMemo(() => underPhases(lines), [lines]);
  const isFollowing = isUnderWay(deployment);
  return (
    <section aria-label="Log" className="deployment-log">
      <div className="logs-head">
        <h2>Log</h2>
        <span className="quiet grow text-12">
          {isFollowing && 'following, '}
          {formatCount(lines.length, 'line')}
        </span>
        <IconButton
          icon={Download}
          label="Download the log"
          disabled={lines.length === 0}
          onClick={() => download(deployment, lines)}
        />
      </div>
      {lines.length === 0 ? (
        <p className="log log-empty">{isFollowing ? 'Nothing was said yet.' : 'Nothing was said.'}</p>
      ) : (
        <LogLines label={`Log of deployment ${deployment.id}`} lines={shown} className="log-deployment" />
      )}
    </section>
  );
}

const tones = { info: null, warning: 'attention', error: 'bad' } as const;

/** Keys are those of the lines; a heading has that of its phase's first line, negative. */
function underPhases(lines: readonly LogLine[]): ShownLine[] {
  return lines.flatMap(({ line, timestamp, level, phase, message }, at) => {
    const tone = tones[level];
    const atMs = Date.parse(timestamp);
    const said: ShownLine = { key: line, atMs, text: message, ...(tone ? { tone } : {}) };
    const isFirst = lines[at - 1]?.phase !== phase;
    return isFirst ? [{ key: -line, atMs, text: phaseTitle(phase), tone: 'step' }, said] : [said];
  });
}

function download({ id, environment }: Deployment, lines: readonly LogLine[]): void {
  const text = lines
    .map(({ timestamp, phase, level, message }) => `${timestamp} ${phase} ${level} ${message}\n`)
    .join('');
  saveFile(`deployment-${id}-${environment.slug}.log`, text, 'text/plain');
}
