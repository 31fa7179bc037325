import { useNavigate } from '@tanstack/react-router';
import { type LucideIcon, Search } from 'lucide-react';
import { useApiMutation } from '../../api/mutation.ts';
import { desktop } from '../../desktop.ts';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { hasWords } from '../../ui/text.ts';
import type { Found } from '../area.ts';
import { useAreas } from '../areas-context.ts';
import { heldBy, offeredCommands } from '../offered.ts';
import { useSession } from '../session.ts';
import { useFound } from './found.ts';

/** A row of the palette. */
export interface PaletteRow {
  group: string;
  label: string;
  icon: LucideIcon;
  aside?: string;
  run: () => void;
}

const SHOWN = 12;
/** Of each kind of what is found. */
const FOUND = 5;

/**
 * The palette's rows for the signed-in caller and what was typed: commands whose label has every word, those that start with it
 * first, then what the areas find, and the page with all of it.
 */
export function usePaletteRows(typed: string): PaletteRow[] {
  const areas = useAreas();
  const held = heldBy(useSession());
  const open = useOpenFound();
  const { rows } = useFound(typed, FOUND);
  // Errors are shown in a toast, since the palette is closed by then.
  const act = useApiMutation(async ({ run }: Act) => run(), {
    onFailed: (text, _, { icon, label }) => showToast({ icon, title: `${label} failed`, text }),
  });
  const start = typed.trim().toLowerCase();
  const startsSo = ({ label }: { label: string }) => Number(label.toLowerCase().startsWith(start));
  const commands = offeredCommands(areas, held, desktop !== null)
    .filter(({ label }) => hasWords(label, typed.trim()))
    .sort((a, b) => startsSo(b) - startsSo(a))
    .slice(0, SHOWN)
    .map((command) => ({
      ...command,
      run: () => ('to' in command ? open({ to: command.to, label: command.label }) : act.mutate(command)),
    }));
  const found = rows.map((row) => ({ ...row, run: () => open(row) }));
  const groups = [...new Set([...commands, ...found].map(({ group }) => group))];
  const ordered = groups.flatMap((each) => [...commands, ...found].filter(({ group }) => group === each));
  if (start === '') return ordered;
  const all = { to: '/search', search: { search: typed.trim() }, label: 'Show all results' };
  return [
    ...ordered,
    { group: 'Search', label: all.label, icon: Search, aside: 'Search page', run: () => open(all) },
  ];
}

/** Goes to what was found. */
export function useOpenFound(): (found: Found) => void {
  const navigate = useNavigate();
  return ({ to, search = {}, hash }) =>
    void navigate({ to: to as '/', search: search as never, ...(hash === undefined ? {} : { hash }) });
}

type Act = Pick<PaletteRow, 'label' | 'icon'> & { run: () => unknown };
