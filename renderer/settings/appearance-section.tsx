import { Monitor, Moon, Sun } from 'lucide-react';
import { setTheme, useTheme } from '../app/theme.ts';
import { here } from '../desktop.ts';
import { Segmented } from '../ui/form/choices.tsx';
import { Section } from '../ui/page.tsx';

export function AppearanceSection() {
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
