import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import { describeError } from '../api/problem.ts';
import { areas } from '../areas.ts';
import { desktop } from '../desktop.ts';
import { showToast } from '../ui/overlays/toasts.tsx';
import type { Area } from './area.ts';
import { offeredCommands } from './offered.ts';
import { useSession } from './session.ts';

/** A row of the palette. */
export interface PaletteRow {
  group: string;
  label: string;
  icon: LucideIcon;
  aside?: string;
  run: () => void;
}

const finds = (areas as readonly Area[]).flatMap((area) => area.finds ?? []);

/** Everything the palette can go to or do for whoever is signed in, one group after the other. */
export function useCommands(): PaletteRow[] {
  const { permissions } = useSession();
  const navigate = useNavigate();
  const found = useQueries({
    queries: finds.map(({ queryKey, list, permission }) => ({
      queryKey,
      queryFn: list,
      enabled: permissions.includes(permission),
    })),
  });
  const go = (to: string) => () => void navigate({ to: to as '/' });
  return [
    ...offeredCommands(areas, permissions, desktop !== null).map((command) => ({
      ...command,
      run: 'to' in command ? go(command.to) : () => void run(command),
    })),
    ...finds.flatMap(({ group, icon }, at) =>
      (found[at]?.data ?? []).map(({ label, to }) => ({ group, label, icon, run: go(to) })),
    ),
  ];
}

/** A command that fails says so: the palette is closed by then. */
async function run({ label, icon, run: act }: { label: string; icon: LucideIcon; run: () => unknown }) {
  try {
    await act();
  } catch (error) {
    showToast({ icon, title: `${label}: this did not work`, text: describeError(error) });
  }
}
