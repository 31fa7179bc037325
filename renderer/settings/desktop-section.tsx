import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLoginItem, useSetLoginItem } from '../app/login-item.ts';
import { desktop, onDesktop } from '../desktop.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/form/choices.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Section } from '../ui/page.tsx';
import { formatDay } from '../ui/time.ts';
import { Fact } from './doors-section.tsx';

type Bridge = NonNullable<typeof desktop>;
type UpdateState = Awaited<ReturnType<Bridge['updates']>>;
const ABOUT = ['desktop', 'about'];

/** Desktop only: start at login, tray, updates. Not shown in a browser. */
export function DesktopSection() {
  if (!desktop) return null;
  return <Desktop bridge={desktop} />;
}

function Desktop({ bridge }: { bridge: Bridge }) {
  const described = useQuery({ queryKey: ABOUT, queryFn: () => bridge.describe() });
  return (
    <Section title="This computer" said="Desktop app only.">
      <div className="card card-pad grid gap-3">
        <LoginItem />
        <Fact term="Tray">
          <span className="flex flex-wrap items-center gap-3">
            {described.data?.hasTray === false
              ? 'This desktop shows no tray icons. Everything is available in this window.'
              : 'Temps keeps running in the tray when its window is closed.'}
            {described.data?.trayPanel && <TrayPanel bridge={bridge} panel={described.data.trayPanel} />}
          </span>
        </Fact>
        <Fact term="Notifications">
          {described.data?.canNotify === false
            ? 'Not available on this desktop. macOS shows none of a program that is not signed.'
            : 'They follow the system’s settings, including quiet hours.'}
        </Fact>
        <Updates bridge={bridge} />
      </div>
    </Section>
  );
}

/** Where the system does not say how dark the panel is that shows the icon. */
function TrayPanel({ bridge, panel }: { bridge: Bridge; panel: 'dark' | 'light' }) {
  const cache = useQueryClient();
  const change = async (next: 'dark' | 'light') => {
    await bridge.setTrayPanel({ panel: next });
    await cache.invalidateQueries({ queryKey: ABOUT });
  };
  return (
    <Select
      label="Icon in the tray"
      value={panel}
      onChange={(next) => void change(next)}
      options={[
        { value: 'dark', label: 'Light icon, for a dark panel' },
        { value: 'light', label: 'Dark icon, for a light panel' },
      ]}
    />
  );
}

function LoginItem() {
  const item = useLoginItem();
  const change = useSetLoginItem();
  return (
    <div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="check"
          checked={item?.isEnabled ?? false}
          disabled={!item || change.isPending}
          onChange={(event) => change.mutate(event.currentTarget.checked)}
        />
        Start in the background when I sign in to this computer
      </label>
      <ErrorLine said={change.message} />
    </div>
  );
}

const UPDATES = ['desktop', 'updates'];

function Updates({ bridge }: { bridge: Bridge }) {
  const cache = useQueryClient();
  const state = useQuery({ queryKey: UPDATES, queryFn: () => bridge.updates() }).data;
  useEffect(() => onDesktop('updates', (next) => cache.setQueryData(UPDATES, next)), [cache]);
  if (!state) return null;
  return (
    <Fact term="Updates">
      <span className="flex flex-wrap items-center gap-3">
        {sayUpdates(state)}
        {(state.state === 'idle' || state.state === 'failed') && (
          <Button isSmall onClick={() => void bridge.checkForUpdates()}>
            Check for updates
          </Button>
        )}
        {state.state === 'ready' && (
          <Button isSmall onClick={() => void bridge.installUpdate()}>
            Restart with {state.version}
          </Button>
        )}
      </span>
    </Fact>
  );
}

function sayUpdates(state: UpdateState): string {
  switch (state.state) {
    case 'off':
      return 'Off: no update address is set (TEMPS_UPDATE_FEED).';
    case 'idle':
      return state.checkedAt === null
        ? 'Not checked yet.'
        : `Up to date, checked ${formatDay(state.checkedAt)}.`;
    case 'checking':
      return 'Checking…';
    case 'loading':
      return `Downloading ${state.version}, ${Math.floor(state.percent)} %.`;
    case 'ready':
      return `${state.version} is ready to install.`;
    case 'failed':
      return `The check failed: ${state.detail}`;
  }
}
