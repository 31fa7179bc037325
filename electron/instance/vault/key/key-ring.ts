import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';

/**
 * The master keys in memory: the active one, and beside it what a rotation or an old value needs.
 * Empty means locked. SECURITY: nothing else in the process keeps a MasterKey after its call returned.
 */
export class KeyRing {
  readonly #keys = new Map<Fingerprint, MasterKey>();
  #active: MasterKey | null = null;

  get active(): MasterKey | null {
    return this.#active;
  }

  hold(key: MasterKey): void {
    this.#keys.set(key.fingerprint, key);
  }

  find(fingerprint: Fingerprint): MasterKey | null {
    return this.#keys.get(fingerprint) ?? null;
  }

  has(fingerprint: Fingerprint): boolean {
    return this.#keys.has(fingerprint);
  }

  /** Makes a held key the one new values are sealed under. */
  activate(fingerprint: Fingerprint): void {
    const key = this.#keys.get(fingerprint);
    if (!key) throw new RangeError(`key ${fingerprint} is not held`);
    this.#active = key;
  }

  drop(fingerprint: Fingerprint): void {
    this.#keys.delete(fingerprint);
    if (this.#active?.fingerprint === fingerprint) this.#active = null;
  }

  dropAll(): void {
    this.#keys.clear();
    this.#active = null;
  }
}
