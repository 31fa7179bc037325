import { AppError } from '../../instance/kernel/app-error.ts';
import { type BridgeHandlers, type BridgeReply, bridgeCalls } from './bridge-contract.ts';

/**
 * One call of the page: known by name, parsed, handled; an error goes back as its code and its words.
 *
 * SECURITY: the page is not trusted. A name that is not in the contract, a request of another shape, one field
 * too many: refused before any handler runs. What is unexpected is logged here and reaches the page as a word.
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
