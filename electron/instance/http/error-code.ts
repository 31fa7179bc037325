import { z } from '@hono/zod-openapi';
import { type ErrorCode, errorKinds } from '../kernel/app-error.ts';

/** The closed list of codes, as answers name them beside a problem's own `error_code`. */
export const errorCode = z.enum(Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]]).openapi('ErrorCode');
