import { CircleX, Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** Error message; shown at the field and read with it. */
  error?: string | undefined;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

/** A label, a control, and below it a hint or an error. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const describedBy = error || hint ? { 'aria-describedby': `${id}-said` } : {};
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...describedBy, ...(error ? { 'aria-invalid': true as const } : {}) })}
      {error ? (
        <span className="error" id={`${id}-said`} role="alert">
          <CircleX className="icon icon-14" aria-hidden="true" />
          {error}
        </span>
      ) : (
        hint && (
          <span className="hint" id={`${id}-said`}>
            {hint}
          </span>
        )
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'children'> {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  isMono?: boolean | undefined;
  /** After the text, inside the box. */
  trailing?: ReactNode;
}

/** A single-line text field. Browser autocomplete and spell checking are off for text browsers should not store. */
export function TextField({ label, hint, error, isMono = false, trailing, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <span className={`input ${error ? 'is-wrong' : ''}`}>
          <input
            autoComplete="off"
            spellCheck={false}
            data-autofocus={input.autoFocus || undefined}
            {...input}
            {...ids}
            className={isMono ? 'font-mono text-12' : ''}
          />
          {trailing}
        </span>
      )}
    </Field>
  );
}

/** A password or passphrase, hidden until its eye button is pressed. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'trailing'>) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <TextField
      {...props}
      type={isShown ? 'text' : 'password'}
      trailing={
        <button
          type="button"
          className="icon-btn icon-btn-small -mr-1.5"
          aria-label={isShown ? 'Hide the text' : 'Show the text'}
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          <Icon className="icon" aria-hidden="true" />
        </button>
      }
    />
  );
}

interface TextAreaFieldProps extends ComponentProps<'textarea'> {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
}

export function TextAreaField({ label, hint, error, ...area }: TextAreaFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <textarea
          autoComplete="off"
          spellCheck={false}
          rows={4}
          data-autofocus={area.autoFocus || undefined}
          {...area}
          {...ids}
          className={`textarea ${error ? 'is-wrong' : ''} ${area.className ?? ''}`}
        />
      )}
    </Field>
  );
}
