import { EventEmitter } from 'node:events';
import { refuseMember, requireEvent } from './platform/platform-tags.ts';

/**
 * Makes an object throw for every member it does not have: what the stand-in lacks is noticed, and named; and, with
 * `refuse`, for those that this system does not have. Its source runs in the preload's world too: it may use nothing
 * from outside itself.
 */
export function guardMembers<T extends object>(
  name: string,
  target: T,
  refuse: (name: string, member: string) => string | null = () => null,
): T {
  const bound = new WeakMap<object, unknown>();
  const check = (key: string | symbol) => {
    if (typeof key === 'string' && key !== 'then' && !(key in target))
      throw new Error(`The stand-in for Electron offers no ${name}.${key}.`);
    const reason = typeof key === 'string' ? refuse(name, key) : null;
    if (reason !== null) throw new Error(reason);
  };
  const guarded: T = new Proxy(target, {
    get(_target, key) {
      check(key);
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor' || key === 'prototype') return value;
      // Private fields are the target's alone, so its methods run on it; what returns itself returns the guarded.
      if (!bound.has(value))
        bound.set(value, (...args: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, args);
          return result === target ? guarded : result;
        });
      return bound.get(value);
    },
    set(_target, key, value) {
      check(key);
      return Reflect.set(target, key, value, target);
    },
  });
  return guarded;
}

type Listener = (...args: never[]) => void;

/** An emitter that knows which events it has here, and throws for a listener of any other. */
export class OfferedEvents extends EventEmitter {
  readonly #name: string;
  readonly #events: readonly string[];

  constructor(name: string, events: readonly string[]) {
    super();
    this.#name = name;
    this.#events = events;
  }

  override on(event: string, listener: Listener): this {
    this.#check(event);
    return super.on(event, listener as () => void);
  }

  override once(event: string, listener: Listener): this {
    this.#check(event);
    return super.once(event, listener as () => void);
  }

  override addListener(event: string, listener: Listener): this {
    return this.on(event, listener);
  }

  #check(event: string): void {
    if (!this.#events.includes(event))
      throw new Error(`The stand-in for Electron offers no event '${event}' of ${this.#name}.`);
    requireEvent(this.#name, event);
  }
}

/** Every member of Offered must be one of Real, and of its type; those of every emitter aside. */
type Conforming<Real, Offered> = {
  [Key in keyof Offered]: Key extends keyof EventEmitter
    ? unknown
    : Key extends keyof Real
      ? Real[Key]
      : never;
};

type ConformingStatics<Real, Offered> = {
  [Key in Exclude<keyof Offered, 'prototype' | keyof typeof EventEmitter>]: Key extends keyof Real
    ? Real[Key]
    : never;
};

// biome-ignore lint/suspicious/noExplicitAny: the parameters of any constructor
type Constructor = abstract new (...args: any[]) => object;

/**
 * Gives an object out as one of Electron's: it does not compile where a member is not in electron.d.ts or has
 * another type there, and throws for every member it does not have, or that this system does not have.
 */
export function offer<Real extends object>() {
  return <Offered extends object>(name: string, offered: Offered & Conforming<Real, Offered>): Real =>
    guardMembers(name, offered, refuseMember) as unknown as Real;
}

/** As `offer`, for a class: its static members, what it is made of, and its instances. */
export function offerClass<Real extends Constructor>() {
  return <Offered extends Constructor>(
    name: string,
    offered: Offered &
      ConformingStatics<Real, Offered> &
      (abstract new (
        ...args: ConstructorParameters<Real>
      ) => Conforming<InstanceType<Real>, InstanceType<Offered>>),
  ): Real =>
    new Proxy(guardMembers(name, offered, refuseMember), {
      construct: (_class, args) =>
        guardMembers(name, Reflect.construct(offered as unknown as new () => object, args), refuseMember),
    }) as unknown as Real;
}

/** An event as Electron hands it to listeners, and whether one of them prevented what follows. */
export class StandInEvent {
  defaultPrevented = false;
  preventDefault = (): void => {
    this.defaultPrevented = true;
  };
}
