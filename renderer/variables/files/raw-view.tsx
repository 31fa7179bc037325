import { Eye, Lock } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { useHiddenWhenAway } from '../../ui/cover.ts';
import { isShortcut, useListedShortcut } from '../../ui/shortcuts.ts';
import type { OpenDialog } from '../dialogs.tsx';
import { ProblemBanner } from '../problem-banner.tsx';
import type { Rights } from '../rights.ts';
import { exportFile } from './env-file-requests.ts';
import { toSource } from './env-source.ts';

interface RawViewProps {
  project: string;
  environment: Environment;
  rights: Rights;
  open: OpenDialog;
}

/**
 * The variables of one environment as editable `.env` text.
 *
 * SECURITY: the text is only in its text box, which React does not control. It is cleared when hidden, when the
 * window loses the focus or is locked before anything was changed, and with the page.
 */
export function RawView({ project, environment, rights, open }: RawViewProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const loaded = useRef('');
  const [isShown, setShown] = useState(false);
  const [isChanged, setChanged] = useState(false);
  useListedShortcut('review', isChanged);

  const hide = () => {
    if (area.current) area.current.value = '';
    loaded.current = '';
    setShown(false);
    setChanged(false);
  };
  const show = useApiMutation(() => exportFile(project, environment.id), {
    onDone: (text) => {
      loaded.current = text;
      setShown(true);
    },
  });
  // Set once, without React: an attribute would keep a second copy of it in the page.
  useLayoutEffect(() => {
    const box = area.current;
    if (!isShown || !box) return;
    box.value = loaded.current;
    return () =>
      queueMicrotask(() => {
        if (!box.isConnected) box.value = '';
      });
  }, [isShown]);
  useHiddenWhenAway(isShown && !isChanged, hide);
  const review = () =>
    open({
      kind: 'import',
      source: toSource(area.current?.value ?? '', 'raw'),
      environmentId: environment.id,
      onSaved: hide,
    });

  if (!isShown)
    return (
      <div className="table-wrap pb-4">
        <Empty
          icon={Lock}
          title={`${environment.name} as text`}
          text="All values in plain text, secrets included, in .env format. Showing it is recorded in the activity log."
          action={
            <Button icon={Eye} isBusy={show.isPending} onClick={() => show.mutate()}>
              Show the text
            </Button>
          }
        />
        <div className="mt-4 px-4 empty:hidden">
          <ProblemBanner error={show.error} />
        </div>
      </div>
    );
  return (
    <div className="raw">
      <textarea
        ref={area}
        className="textarea"
        aria-label={`Text of ${environment.name}`}
        rows={24}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        readOnly={!rights.mayWrite}
        onInput={(event) => setChanged(event.currentTarget.value !== loaded.current)}
        onKeyDown={(event) => {
          if (!isShortcut(event, 'review')) return;
          event.preventDefault();
          if (isChanged) review();
        }}
      />
      <div className="raw-foot">
        <span className="grow text-text-3">
          {isChanged
            ? 'Not saved yet. It stays here when the window loses the focus.'
            : 'Hidden automatically when the window loses the focus.'}
        </span>
        <Button onClick={hide}>{isChanged ? 'Discard' : 'Hide'}</Button>
        {rights.mayWrite && (
          <Button kind="main" disabled={!isChanged} onClick={review}>
            Review and save…
          </Button>
        )}
      </div>
    </div>
  );
}
