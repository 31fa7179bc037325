import { ChevronDown, type LucideIcon } from 'lucide-react';
import { Checkbox as RadixCheckbox, RadioGroup as RadixRadioGroup, ToggleGroup } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import { useArrowChoice } from './arrow-choice.ts';

interface CheckboxProps {
  checked: boolean | 'indeterminate';
  onChange: (checked: boolean) => void;
  /** Text next to the box; or only `label` for a box in a row. */
  children?: ReactNode;
  label?: string;
  disabled?: boolean;
}

export function Checkbox({ checked, onChange, children, label, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2 align-middle">
      <RadixCheckbox.Root
        id={id}
        className="check-box"
        checked={checked}
        disabled={disabled}
        aria-label={children ? undefined : label}
        onCheckedChange={(next) => onChange(next === true)}
      >
        <RadixCheckbox.Indicator className="check-mark" />
      </RadixCheckbox.Root>
      {children && <label htmlFor={id}>{children}</label>}
    </span>
  );
}

interface ChoiceOption<Value extends string> {
  value: Value;
  title: ReactNode;
  text?: ReactNode;
  icon?: LucideIcon;
  /** Shown at the right, for example how long it takes. */
  aside?: ReactNode;
  disabled?: boolean;
  /** Shown inside the box while selected. */
  more?: ReactNode;
}

interface ChoicesProps<Value extends string> {
  label: string;
  value: Value | null;
  onChange: (value: Value) => void;
  options: readonly ChoiceOption<Value>[];
  className?: string;
}

/** Radio buttons as boxes: the whole box is clickable. */
export function Choices<Value extends string>({
  label,
  value,
  onChange,
  options,
  className,
}: ChoicesProps<Value>) {
  const arrows = useArrowChoice();
  return (
    <RadixRadioGroup.Root
      {...arrows.group}
      aria-label={label}
      className={className ?? 'grid gap-2'}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
    >
      {options.map((option) => (
        <ChoiceBox
          key={option.value}
          option={option}
          isOn={option.value === value}
          onFocus={arrows.onFocus(() => onChange(option.value))}
        />
      ))}
    </RadixRadioGroup.Root>
  );
}

interface ChoiceBoxProps {
  option: ChoiceOption<string>;
  isOn: boolean;
  onFocus: () => void;
}

function ChoiceBox({ option, isOn, onFocus }: ChoiceBoxProps) {
  const id = useId();
  const Icon = option.icon;
  return (
    <div className={`choice-box ${isOn ? 'is-on' : ''} ${option.disabled ? 'is-off' : ''}`}>
      <label htmlFor={id} className="choice-top">
        <RadixRadioGroup.Item
          id={id}
          value={option.value}
          disabled={option.disabled ?? false}
          className="radio-mark"
          onFocus={onFocus}
        >
          <RadixRadioGroup.Indicator />
        </RadixRadioGroup.Item>
        {Icon && <Icon className="icon" aria-hidden="true" />}
        <span className="min-w-0 flex-1">
          <span className="block font-medium">{option.title}</span>
          {option.text && <span className="block text-text-2">{option.text}</span>}
        </span>
        {option.aside && <span className="text-12 text-text-3">{option.aside}</span>}
      </label>
      {isOn && option.more && <div className="choice-more">{option.more}</div>}
    </div>
  );
}

interface SegmentedProps<Value extends string> {
  label: string;
  /** Null while none is selected. */
  value: Value | null;
  /** Told of every choice, that of the selected option too: whoever picks what is shown has chosen it. */
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: LucideIcon }[];
}

/** Segmented control for two to five options. */
export function Segmented<Value extends string>({ label, value, onChange, options }: SegmentedProps<Value>) {
  const arrows = useArrowChoice();
  return (
    <ToggleGroup.Root
      {...arrows.group}
      type="single"
      aria-label={label}
      className="seg"
      value={value ?? ''}
      onValueChange={(next) => onChange((next === '' ? value : next) as Value)}
    >
      {options.map(({ value: each, label: text, icon: Icon }) => (
        <ToggleGroup.Item key={each} value={each} onFocus={arrows.onFocus(() => onChange(each))}>
          {Icon && <Icon className="icon" aria-hidden="true" />}
          {text}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

interface SelectProps<Value extends string> {
  /** Accessible name; a Field's label refers to it by `id`. */
  label?: string;
  id?: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
  isSmall?: boolean;
  disabled?: boolean;
}

/**
 * One of many: the browser's native select, which works with phones, screen readers and the page's policy. (Radix
 * inserts an inline style, which the policy blocks.)
 */
export function Select<Value extends string>({
  label,
  id,
  value,
  onChange,
  options,
  isSmall = false,
  disabled = false,
}: SelectProps<Value>) {
  return (
    <span className={`input select ${isSmall ? 'is-small' : ''}`}>
      <select
        id={id}
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map(({ value: each, label: text }) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown className="icon" aria-hidden="true" />
    </span>
  );
}
