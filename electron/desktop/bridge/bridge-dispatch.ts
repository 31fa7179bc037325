import { AppError } from '../../instance/kernel/app-error.ts';
import { type BridgeHandlers, type BridgeReply, bridgeCalls } from './bridge-contract.ts';

/**
 * Handles one call of the page: checks its name, parses the request, runs the handler; errors are returned as code
 * and message.
 *
 * SECURITY: the page is not trusted. An unknown name, a request of another shape or an extra field is refused
 * before any handler runs. Unexpected errors are logged here and the page gets only a generic message.
 */
export async function dispatchBridgeCall(
  handlers: BridgeHandlers,
  name: unknown,
  request: unknown,
  onUnexpected: (name: string, error: unknown) => void,
): Promise<BridgeReply> {
  if (typeof name !== 'string' || !Object.hasOwn(bridgeCalls, name))
    return { ok: false, code: 'not_found', message: 'Unknown call.' };
  const call = name as keyof BridgeHandlers;
  const parsed = bridgeCalls[call].request.safeParse(request);
  if (!parsed.success)
    return { ok: false, code: 'invalid_request', message: `The request for ${name} is invalid.` };
  try {
    const handle = handlers[call] as (request: unknown) => unknown;
    return { ok: true, answer: await handle(parsed.data) };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, code: error.code, message: error.message };
    onUnexpected(name, error);
    return { ok: false, code: 'internal', message: 'The desktop could not do this.' };
  }
}
