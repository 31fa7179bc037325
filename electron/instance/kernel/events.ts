/** Events of the instance with their data. SECURITY: no id of a secret, no name, no value. */
export interface EventMap {
  /** The status of the vault changed. */
  vault: undefined;
  rotation: undefined;
  doctor: undefined;
  /** The known copies of keys changed. */
  copies: undefined;
  /** A copy of a key that is being made or read progressed. */
  copying: undefined;
  /** A backup that is being made progressed. */
  backup_runs: undefined;
  /** The certificates of the HTTPS door and of the edge must be checked again. */
  tls: undefined;
  /** A job run started, progressed or ended. */
  jobs: undefined;
  /** A request changed something: the first segment of its path, the caller's account, and the projects it is known to have changed. */
  changed: { resource: string; userId: number | null; projectIds?: readonly number[] };
}
export type EventName = keyof EventMap;
type Told<Name extends EventName> = EventMap[Name] extends undefined ? [] : [told: EventMap[Name]];

export interface Events {
  emit<Name extends EventName>(name: Name, ...told: Told<Name>): void;
  /** Returns the unsubscribe function. */
  on<Name extends EventName>(name: Name, listener: (told: EventMap[Name]) => void): () => void;
}

/** @param outer gets every event, too. */
export function createEvents(outer?: Events): Events {
  const target = new EventTarget();
  return {
    emit(name, ...told) {
      target.dispatchEvent(new CustomEvent(name, { detail: told[0] }));
      outer?.emit(name, ...told);
    },
    on(name, listener) {
      const heard = (event: Event) => listener((event as CustomEvent).detail);
      target.addEventListener(name, heard);
      return () => target.removeEventListener(name, heard);
    },
  };
}
