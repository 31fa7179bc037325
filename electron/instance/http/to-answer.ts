import type { z } from '@hono/zod-openapi';

/**
 * What an answer of a shape is made from: the same facts under the names of the instance, `createdAt` for
 * `created_at`. Keys inside of records are data and stay as they are.
 */
export type Offered<Shape> =
  Shape extends z.ZodObject<infer Fields>
    ? OfferedFields<Fields>
    : Shape extends z.ZodArray<infer Item>
      ? readonly Offered<Item>[]
      : Shape extends z.ZodNullable<infer Inner>
        ? Offered<Inner> | null
        : Shape extends z.ZodUnion<infer Options>
          ? Offered<Options[number]>
          : z.output<Shape>;

type OfferedFields<Fields> = {
  [Name in keyof Fields as Fields[Name] extends z.ZodOptional ? never : Camel<Name>]: Offered<Fields[Name]>;
} & {
  [Name in keyof Fields as Fields[Name] extends z.ZodOptional ? Camel<Name> : never]?:
    | (Fields[Name] extends z.ZodOptional<infer Inner> ? Offered<Inner> : never)
    | undefined;
};

type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name;

/**
 * An answer of the API: what its shape names, under the shape's names, and nothing else. It picks and renames; that
 * the values fit is the compiler's business.
 *
 * SECURITY: a row may be given as it is. What the shape does not name, such as a hash or a sealed text, stays here.
 */
export function toAnswer<Shape extends z.ZodType>(shape: Shape, value: Offered<Shape>): z.output<Shape> {
  const convert = findConverter(shape);
  return (convert === null ? value : convert(value)) as z.output<Shape>;
}

type Converter = (value: unknown) => unknown;

/** By shape, made at its first answer: a list has thousands of rows. Null for what is sent as it is. */
const converters = new WeakMap<z.core.$ZodType, Converter | null>();

function findConverter(shape: z.core.$ZodType): Converter | null {
  let converter = converters.get(shape);
  if (converter === undefined) {
    converter = createConverter(shape);
    converters.set(shape, converter);
  }
  return converter;
}

function createConverter(shape: z.core.$ZodType): Converter | null {
  const { def } = (shape as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return convertFields(def.shape);
    case 'array':
      return convertItems(findConverter(def.element));
    case 'nullable':
    case 'optional':
      return findConverter(def.innerType);
    case 'union':
      return convertOneOf(def.options);
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'literal':
    case 'enum':
    case 'record':
    case 'unknown':
      return null;
    default:
      // SECURITY: passed on unseen, it could hold more than it should.
      throw new TypeError(`toAnswer knows no shape of type ${def.type}.`);
  }
}

function convertFields(shape: z.core.$ZodShape): Converter {
  const fields = Object.entries(shape).map(([name, field]) => ({
    name,
    source: name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    convert: findConverter(field),
  }));
  return (value) => {
    if (value === null) return null;
    const given = value as Record<string, unknown>;
    const answer: Record<string, unknown> = {};
    for (const { name, source, convert } of fields) {
      const part = given[source];
      // What is optional and absent stays absent.
      if (part !== undefined) answer[name] = convert === null ? part : convert(part);
    }
    return answer;
  };
}

function convertItems(convert: Converter | null): Converter | null {
  return convert && ((value) => (value === null ? null : (value as unknown[]).map(convert)));
}

/** One shape beside null, or several objects: then a value keeps those of its keys that any of them has. */
function convertOneOf(options: readonly z.core.$ZodType[]): Converter | null {
  const objects = options.flatMap((option) => {
    const { def } = (option as z.core.$ZodTypes)._zod;
    return def.type === 'object' ? [def.shape] : [];
  });
  if (objects.length > 1) return convertFields(Object.assign({}, ...objects));
  const [converter = null] = options.map(findConverter).filter((found) => found !== null);
  return converter;
}
