import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import { useApiMutation } from '../api/mutation.ts';
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

/** All palette commands for the signed-in caller, by group. */
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
  // Errors are shown in a toast, since the palette is closed by then.
  const act = useApiMutation(async ({ run }: Act) => run(), {
    onFailed: (text, _, { icon, label }) => showToast({ icon, title: `${label} failed`, text }),
  });
  return [
    ...offeredCommands(areas, permissions, desktop !== null).map((command) => ({
      ...command,
      run: 'to' in command ? go(command.to) : () => act.mutate(command),
    })),
    ...finds.flatMap(({ group, icon }, at) =>
      (found[at]?.data ?? []).map(({ label, to }) => ({ group, label, icon, run: go(to) })),
    ),
  ];
}

type Act = Pick<PaletteRow, 'label' | 'icon'> & { run: () => unknown };
