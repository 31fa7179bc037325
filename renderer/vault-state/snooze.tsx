import { Clock } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';

/** Puts one reason of the key's health off; never offered for what is broken. */
export function Snooze({ code }: { code: string }) {
  const snooze = async (days: 1 | 7 | 30) => {
    try {
      await ask(
        client.POST('/vault/warnings/{reason}/snooze', {
          params: { path: { reason: code } },
          body: { days },
        }),
      );
      await queryClient.invalidateQueries({ queryKey: ['vault'] });
    } catch (error) {
      showToast({ icon: Clock, title: 'Not put off', text: describeError(error) });
    }
  };
  return (
    <Menu
      trigger={<IconButton icon={Clock} label="Remind me later" />}
      groups={[
        ([1, 7, 30] as const).map((days) => ({
          label: days === 1 ? 'Tomorrow' : `In ${days} days`,
          onSelect: () => void snooze(days),
        })),
      ]}
    />
  );
}
