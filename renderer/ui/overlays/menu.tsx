import type { LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  hint?: string;
  onSelect: () => void;
  disabled?: boolean;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode;
  /** Groups, with a line between them. */
  groups: readonly (readonly MenuItem[])[];
  align?: 'start' | 'end';
  /** It was opened before its code was loaded. */
  isOpenAtFirst?: boolean;
}

export function Menu({ trigger, groups, align = 'end', isOpenAtFirst = false }: MenuProps) {
  return (
    <DropdownMenu.Root defaultOpen={isOpenAtFirst}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu z-40" align={align} sideOffset={4}>
          {groups
            .filter((group) => group.length > 0)
            .map((group, at) => (
              <DropdownMenu.Group key={group[0]?.label}>
                {at > 0 && <DropdownMenu.Separator className="sep" />}
                {group.map(({ label, icon: Icon, hint, onSelect, disabled }) => (
                  <DropdownMenu.Item
                    key={label}
                    className="item"
                    disabled={disabled ?? false}
                    onSelect={onSelect}
                  >
                    {Icon && <Icon className="icon text-icon" aria-hidden="true" />}
                    <span className="grow">{label}</span>
                    {hint && <span className="hint">{hint}</span>}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.Group>
            ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
