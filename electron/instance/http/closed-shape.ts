import { z } from '@hono/zod-openapi';

/**
 * The same shape, which refuses fields that it does not name, at every depth. SECURITY: a field that is dropped under a 200
 * is a setting that its sender believes in. What a record holds is data, and stays free.
 */
export function closeShape<S extends z.ZodType>(shape: S): S {
  return close(shape as unknown as z.core.$ZodTypes) as unknown as S;
}

function close(shape: z.core.$ZodTypes): z.core.$ZodType {
  const { def } = shape._zod;
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).map(([name, field]) => [name, closeAny(field)]);
      const catchall = def.catchall ?? z.never();
      return copy(shape, { ...def, shape: Object.fromEntries(fields), catchall });
    }
    case 'array':
      return copy(shape, { ...def, element: closeAny(def.element) });
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return copy(shape, { ...def, innerType: closeAny(def.innerType) });
    case 'union':
      return copy(shape, { ...def, options: def.options.map(closeAny) });
    case 'record':
      return copy(shape, { ...def, valueType: closeAny(def.valueType) });
    case 'tuple':
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'never':
    case 'literal':
    case 'enum':
    case 'unknown':
      return shape;
    default:
      // SECURITY: passed on as it is, it could drop what it does not name.
      throw new TypeError(`A body cannot have a shape of type ${def.type}.`);
  }
}

/** With its name and description in the document. */
const copy = (shape: z.core.$ZodTypes, def: z.core.$ZodTypeDef & { [field: string]: unknown }) =>
  z.core.clone(shape as z.core.$ZodType, def, { parent: true });

const closeAny = (shape: z.core.$ZodType) => close(shape as z.core.$ZodTypes);
