/** What happens in the instance, by name, with what is told of it. SECURITY: no id of a secret, no name, no value. */
export interface EventMap {
  /** How the vault stands changed. */
  vault: undefined;
  rotation: undefined;
  doctor: undefined;
  /** The known copies of keys changed. */
  copies: undefined;
  /** The certificates of the HTTPS door have to be looked at again. */
  tls: undefined;
  /** A run of a job began, moved on or ended. */
  jobs: undefined;
  /** A request changed something: the first word of its path, and the account that asked. */
  changed: { resource: string; userId: number | null };
}
export type EventName = keyof EventMap;
type Told<Name extends EventName> = EventMap[Name] extends undefined ? [] : [told: EventMap[Name]];

export interface Events {
  emit<Name extends EventName>(name: Name, ...told: Told<Name>): void;
  /** Returns what stops the listening. */
  on<Name extends EventName>(name: Name, listener: (told: EventMap[Name]) => void): () => void;
}

export function createEvents(): Events {
  const target = new EventTarget();
  return {
    emit(name, ...told) {
      target.dispatchEvent(new CustomEvent(name, { detail: told[0] }));
    },
    on(name, listener) {
      const heard = (event: Event) => listener((event as CustomEvent).detail);
      target.addEventListener(name, heard);
      return () => target.removeEventListener(name, heard);
    },
  };
}
