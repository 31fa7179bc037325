/** What becomes of values that are no data. Without it they cannot cross, as in a structured clone. */
export interface WireHooks {
  keepFunction(value: (...args: unknown[]) => unknown): number;
  makeFunction(id: number): unknown;
  keepPromise(value: Promise<unknown>): number;
  makePromise(id: number): unknown;
  /** Given every array and object that was made. */
  finish(value: object): void;
}

export interface Wire {
  /** Throws `An object could not be cloned.` for what cannot cross. */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

type Node = [kind: string, ...content: unknown[]];

/**
 * Values as text, between this process, the preload's world and the page's: what a structured clone keeps, but for
 * cycles. Its source runs in pages too: it may use nothing from outside itself.
 */
export function createWire(hooks: WireHooks | null): Wire {
  const { stringify, parse } = JSON;
  const { keys, fromEntries } = Object;
  const { isArray, from } = Array;
  const { fromCharCode } = String;
  const { btoa, atob } = globalThis;
  const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (
    text: string,
    at: number,
  ) => number;
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };
  const toNodes = (values: unknown[]): Node[] => {
    const nodes: Node[] = [];
    for (let at = 0; at < values.length; at++) nodes[at] = toNode(values[at]);
    return nodes;
  };
  const toNode = (value: unknown): Node => {
    switch (typeof value) {
      case 'undefined':
        return ['undefined'];
      case 'number':
        return ['number', `${Object.is(value, -0) ? '-0' : value}`];
      case 'bigint':
        return ['bigint', `${value}`];
      case 'function':
        return hooks ? ['function', hooks.keepFunction(value as () => unknown)] : refuse();
      case 'symbol':
        return refuse();
      case 'object':
        return value === null ? ['plain', null] : toObjectNode(value);
      default:
        return ['plain', value];
    }
  };
  const toObjectNode = (value: object): Node => {
    if (isArray(value)) return ['array', toNodes(value)];
    if (value instanceof Promise) return hooks ? ['promise', hooks.keepPromise(value)] : refuse();
    if (value instanceof Uint8Array) {
      let text = '';
      for (let at = 0; at < value.length; at++) text += fromCharCode(value[at] as number);
      return ['bytes', btoa(text)];
    }
    if (value instanceof Date) return ['date', value.getTime()];
    if (value instanceof Map) return ['map', toNodes(from(value))];
    if (value instanceof Set) return ['set', toNodes(from(value))];
    if (value instanceof Error) return ['error', value.message];
    const names = keys(value);
    return ['object', names, toNodes(names.map((name) => (value as Record<string, unknown>)[name]))];
  };
  const fromNodes = (nodes: Node[]): unknown[] => {
    const values: unknown[] = [];
    for (let at = 0; at < nodes.length; at++) values[at] = fromNode(nodes[at] as Node);
    return values;
  };
  const fromNode = ([kind, content, more]: Node): unknown => {
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'number':
        return Number(content);
      case 'bigint':
        return BigInt(content as string);
      case 'function':
        return hooks?.makeFunction(content as number);
      case 'promise':
        return hooks?.makePromise(content as number);
      case 'bytes': {
        const text = atob(content as string);
        const bytes = new Uint8Array(text.length);
        for (let at = 0; at < text.length; at++) bytes[at] = charCodeAt(text, at);
        return bytes;
      }
      case 'date':
        return new Date(content as number);
      case 'map':
        return new Map(fromNodes(content as Node[]) as [unknown, unknown][]);
      case 'set':
        return new Set(fromNodes(content as Node[]));
      case 'error':
        return new Error(content as string);
      case 'array':
      case 'object': {
        const made =
          kind === 'array'
            ? fromNodes(content as Node[])
            : fromEntries(fromNodes(more as Node[]).map((value, at) => [(content as string[])[at], value]));
        hooks?.finish(made);
        return made;
      }
      default:
        return content;
    }
  };
  return { encode: (value) => stringify(toNode(value)), decode: (text) => fromNode(parse(text) as Node) };
}
