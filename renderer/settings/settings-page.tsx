import { useQuery } from '@tanstack/react-query';
import { Monitor, Moon, Sun } from 'lucide-react';
import { license, version } from '../../package.json';
import { setTheme, useTheme } from '../app/theme.ts';
import { desktop, here } from '../desktop.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Segmented } from '../ui/form/choices.tsx';
import { Page, Section } from '../ui/page.tsx';
import { AutoLockSection } from './auto-lock-section.tsx';
import { DesktopSection } from './desktop-section.tsx';
import { DiagnosticsSection } from './diagnostics-section.tsx';
import { DoorsSection, Fact } from './doors-section.tsx';
import { InstanceForm } from './instance-form.tsx';
import { settingsQuery } from './settings-query.ts';
import { StoredSection } from './stored-section.tsx';
import { TrustSection } from './trust-section.tsx';

export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  return (
    <Page title="Settings">
      <div className="grid grid-cols-1 items-start gap-6 wide:grid-cols-2">
        <div className="grid grid-cols-1 gap-6">
          <AppearanceSection />
          <DesktopSection />
          {settings.data ? (
            <>
              <InstanceForm settings={settings.data} />
              <StoredSection settings={settings.data} />
            </>
          ) : settings.isError ? (
            <Failed
              title="The settings did not load"
              error={settings.error}
              onRetry={() => void settings.refetch()}
            />
          ) : (
            <div className="card">
              <Skeleton rows={5} columns={2} />
            </div>
          )}
        </div>
        <div className="grid grid-cols-1 gap-6">
          <AutoLockSection />
          <DoorsSection />
          <TrustSection />
          <DiagnosticsSection />
          <AboutSection />
        </div>
      </div>
    </Page>
  );
}

function AboutSection() {
  return (
    <Section
      title="About"
      actions={
        // The desktop window opens no other windows.
        !desktop && (
          <a href="/api/docs" target="_blank" rel="noopener" className={buttonClass('normal', true)}>
            API documentation
          </a>
        )
      }
    >
      <div className="card card-pad grid gap-3">
        <Fact term="Version">Temps Desktop {version}</Fact>
        <Fact term="Licence">{license}</Fact>
      </div>
    </Section>
  );
}

function AppearanceSection() {
  const theme = useTheme();
  return (
    <Section title="Appearance" said={`In ${here}.`}>
      <div className="card card-pad flex flex-wrap items-center justify-between gap-3">
        <span className="font-medium">Theme</span>
        <Segmented
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'system', label: 'System', icon: Monitor },
            { value: 'light', label: 'Light', icon: Sun },
            { value: 'dark', label: 'Dark', icon: Moon },
          ]}
        />
      </div>
    </Section>
  );
}
