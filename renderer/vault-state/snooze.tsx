import { Clock } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';

/** Postpones one reason of the key's health; never shown for a broken key. */
export function Snooze({ code }: { code: string }) {
  const snooze = useApiMutation(
    (days: 1 | 7 | 30) =>
      ask(
        client.POST('/vault/warnings/{reason}/snooze', {
          params: { path: { reason: code } },
          body: { days },
        }),
      ),
    {
      changes: ['vault'],
      onFailed: (text) => showToast({ icon: Clock, title: 'Reminder not set', text }),
    },
  );
  return (
    <Menu
      trigger={<IconButton icon={Clock} label="Remind me later" />}
      groups={[
        ([1, 7, 30] as const).map((days) => ({
          label: days === 1 ? 'Tomorrow' : `In ${days} days`,
          disabled: snooze.isPending,
          onSelect: () => snooze.mutate(days),
        })),
      ]}
    />
  );
}
