import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

export type ButtonKind = 'main' | 'plain' | 'danger' | 'normal';

const kindClass: Record<ButtonKind, string> = {
  main: 'btn-main',
  plain: 'btn-plain',
  danger: 'btn-danger',
  normal: '',
};

/** The classes of a button, for links that look like one. */
export function buttonClass(kind: ButtonKind = 'normal', isSmall = false): string {
  return `btn ${kindClass[kind]} ${isSmall ? 'btn-small' : ''}`;
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** One filled blue button per page; red only for buttons that destroy something. */
  kind?: ButtonKind;
  isSmall?: boolean;
  icon?: LucideIcon;
  /** Pending: the button shows it and cannot be pressed again. */
  isBusy?: boolean;
  children: ReactNode;
}

export function Button({
  kind = 'normal',
  isSmall = false,
  icon: Icon,
  isBusy = false,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`${buttonClass(kind, isSmall)} ${rest.className ?? ''}`}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
    >
      {isBusy ? (
        <LoaderCircle className="icon turning" aria-hidden="true" />
      ) : (
        Icon && <Icon className="icon" aria-hidden="true" />
      )}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  icon: LucideIcon;
  /** What it does; shown on hover and read out. */
  label: string;
  isSmall?: boolean;
}

export function IconButton({
  icon: Icon,
  label,
  isSmall = false,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`icon-btn ${isSmall ? 'icon-btn-small' : ''} ${rest.className ?? ''}`}
      aria-label={label}
      title={label}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}
