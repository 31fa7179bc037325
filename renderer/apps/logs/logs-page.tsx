import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, LockKeyhole, Pause, Play, ScrollText, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { hasCode } from '../../api/problem.ts';
import { ProjectFrame } from '../../projects/project-frame.tsx';
import { useProjectParam } from '../../projects/project-queries.ts';
import { useAddress } from '../../ui/address.ts';
import { Empty, Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { SearchField } from '../../ui/form/search-field.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { hasWords } from '../../ui/text.ts';
import { formatFileDay, serverNow } from '../../ui/time.ts';
import { useVault } from '../../vault-state/vault.ts';
import { type App, type Engine, projectAppsQuery } from '../app-queries.ts';
import { EngineProblem } from '../engine-notice.tsx';
import { AppSign } from '../state-sign.tsx';
import { LogLines, type ShownLine } from './log-lines.tsx';
import { type LogStream, MAX_LINES, type StreamLine, useIsVisible, useLogStream } from './log-stream.ts';

const kept = ['environment', 'search'] as const;

/** What the apps of a project print. */
export function LogsPage() {
  const project = useProjectParam();
  const apps = useQuery(projectAppsQuery(project));
  const [{ environment, search }, change] = useAddress(kept);
  const all = apps.data?.apps ?? [];
  const app = all.find((each) => each.environment.name === environment) ?? all[0];
  return (
    <ProjectFrame project={project}>
      {apps.data === undefined ? (
        <div className="card">
          {apps.isError ? (
            <Failed title="The apps did not load" error={apps.error} onRetry={() => void apps.refetch()} />
          ) : (
            <Skeleton rows={8} columns={2} />
          )}
        </div>
      ) : app ? (
        <AppLog
          key={app.environment.id}
          app={app}
          apps={all}
          engine={apps.data.engine}
          search={search}
          onEnvironment={(name) => change({ environment: name })}
          onSearch={(text) => change({ search: text })}
        />
      ) : (
        <NoApps project={project} />
      )}
    </ProjectFrame>
  );
}

function NoApps({ project }: { project: string }) {
  return (
    <div className="card">
      <Empty
        icon={ScrollText}
        title="Nothing runs here yet"
        text="What an app prints is shown here, without the values of its secrets."
        action={
          <Link to="/projects/$project/deployments" params={{ project }} className={buttonClass()}>
            Deployments
          </Link>
        }
      />
    </div>
  );
}

interface AppLogProps {
  app: App;
  apps: readonly App[];
  engine: Engine;
  search: string;
  onEnvironment: (name: string) => void;
  onSearch: (text: string) => void;
}

function AppLog({ app, apps, engine, search, onEnvironment, onSearch }: AppLogProps) {
  const [isFollowing, setFollowing] = useState(true);
  const [tries, setTries] = useState(0);
  const isVisible = useIsVisible();
  const vault = useVault().data?.state;
  const { project, environment, release, since, state } = app;
  const stream = useLogStream({
    project: project.slug,
    environment: String(environment.id),
    version: [release?.id, since, state === 'stopped', vault, engine.state, tries].join(),
    isOn: isFollowing && isVisible,
  });
  const shown = useMemo(
    () => (search.trim() === '' ? stream.lines : stream.lines.filter(({ text }) => hasWords(text, search))),
    [stream.lines, search],
  );
  return (
    <div className="app-log">
      <div className="toolbar">
        {apps.length > 1 && (
          <span className="log-environment">
            <Select
              label="Environment"
              value={environment.name}
              onChange={onEnvironment}
              options={apps.map(({ environment: { name } }) => ({ value: name, label: name }))}
            />
          </span>
        )}
        <SearchField label="Search lines" value={search} onChange={onSearch} />
        <AppSign app={app} />
        <span className="grow" />
        <Button icon={isFollowing ? Pause : Play} onClick={() => setFollowing(!isFollowing)}>
          {isFollowing ? 'Stop following' : 'Follow'}
        </Button>
        <Button
          icon={Download}
          disabled={stream.lines.length === 0}
          onClick={() => download(app, stream.lines)}
        >
          Download
        </Button>
      </div>
      <p className="mb-2 min-h-4 text-12 text-text-3" role="status">
        {sayLines(stream, shown.length, isFollowing)}
      </p>
      <LogBody
        app={app}
        stream={stream}
        shown={shown}
        onAgain={() => setTries(tries + 1)}
        onShowAll={() => onSearch('')}
      />
    </div>
  );
}

function sayLines({ lines, state }: LogStream, shown: number, isFollowing: boolean): string {
  if (state === 'failed' || state === 'opening') return '';
  const count = lines.length;
  const found =
    shown === count ? `${count.toLocaleString()}` : `${shown.toLocaleString()} of ${count.toLocaleString()}`;
  const bound = count >= MAX_LINES ? ' Earlier ones are not kept here.' : '';
  const how = !isFollowing
    ? 'Not following.'
    : state === 'ended'
      ? 'Nothing more is printed now.'
      : 'Following.';
  return `${found} ${count === 1 ? 'line' : 'lines'}. ${how}${bound} Values of secrets are replaced by ••••.`;
}

interface LogBodyProps {
  app: App;
  stream: LogStream;
  shown: readonly StreamLine[];
  onAgain: () => void;
  onShowAll: () => void;
}

function LogBody({ app, stream, shown, onAgain, onShowAll }: LogBodyProps) {
  const { lines, state, problem } = stream;
  const drawn = useMemo(() => shown.map(toShown), [shown]);
  if (state === 'failed') return <NoLines problem={problem} onAgain={onAgain} />;
  if (lines.length === 0)
    return (
      <div className="card">
        {state === 'opening' ? (
          <Skeleton rows={8} columns={2} />
        ) : (
          <Empty
            icon={ScrollText}
            title="No lines yet"
            text={`What ${app.environment.name} prints to standard output and standard error appears here.`}
          />
        )}
      </div>
    );
  if (drawn.length === 0)
    return (
      <div className="card">
        <Empty
          icon={SearchX}
          title="No lines found"
          text={`The search covers the last ${lines.length.toLocaleString()} lines.`}
          action={<Button onClick={onShowAll}>Show all</Button>}
        />
      </div>
    );
  return <LogLines label={`Log of ${app.environment.name}`} lines={drawn} className="log-page" />;
}

/** Why no line is shown, and what helps. */
function NoLines({ problem, onAgain }: { problem: unknown; onAgain: () => void }) {
  if (hasCode(problem, 'vault_locked'))
    return (
      <div className="card">
        <Empty
          icon={LockKeyhole}
          title="No line is shown while the vault is locked"
          text="Without the key it is not known which values of secrets must be hidden. The app keeps running."
        />
      </div>
    );
  if (hasCode(problem, 'engine_unavailable')) return <EngineProblem problem={problem} />;
  if (hasCode(problem, 'no_app'))
    return (
      <div className="card">
        <Empty icon={ScrollText} title="It does not run" text={problem.message} />
      </div>
    );
  return (
    <div className="card">
      <Failed title="The log did not load" error={problem} onRetry={onAgain} />
    </div>
  );
}

function toShown({ id, at, stream, text }: StreamLine): ShownLine {
  const atMs = Date.parse(at);
  return {
    key: id,
    atMs: Number.isNaN(atMs) ? null : atMs,
    text,
    ...(stream === 'stderr' ? { source: 'stderr' } : {}),
  };
}

function download({ project, environment }: App, lines: readonly StreamLine[]): void {
  const text = lines.map(({ at, stream, text: said }) => `${at} ${stream} ${said}\n`).join('');
  saveFile(`${project.slug}-${environment.slug}-${formatFileDay(serverNow())}.log`, text, 'text/plain');
}
