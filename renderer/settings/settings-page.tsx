import { useQuery } from '@tanstack/react-query';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { AboutSection } from './about-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { DesktopSection } from './desktop-section.tsx';
import { DiagnosticsSection } from './diagnostics-section.tsx';
import { DoorsSection } from './doors-section.tsx';
import { InstanceForm } from './instance-form.tsx';
import { settingsQuery } from './settings-query.ts';
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
            <InstanceForm settings={settings.data} />
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
          <DoorsSection />
          <TrustSection />
          <DiagnosticsSection />
          <AboutSection />
        </div>
      </div>
    </Page>
  );
}
