import { AppError } from '../../instance/kernel/app-error.ts';
import { type BridgeHandlers, type BridgeReply, bridgeCalls } from './bridge-contract.ts';

/** Calls under way at once; a page that is well has two or three, with a dialog open among them. */
const MAX_UNDER_WAY = 32;

/**
 * The calls of one page. SECURITY: of those under way at once at most MAX_UNDER_WAY are handled, and of those that open a
 * dialog of the system one for each call; what is beyond is refused before it is parsed, so that a page that floods the
 * bridge keeps neither the program nor its user busy.
 */
export function createBridgeDispatch(
  handlers: BridgeHandlers,
  onUnexpected: (name: string, error: unknown) => void,
): (name: unknown, request: unknown) => Promise<BridgeReply> {
  const dialogs = new Set<unknown>();
  let count = 0;
  return async (name, request) => {
    if (count >= MAX_UNDER_WAY || dialogs.has(name))
      return { ok: false, code: 'too_many_calls', message: 'Wait until the earlier calls are answered.' };
    count += 1;
    if (oneAtATime.has(name)) dialogs.add(name);
    try {
      return await dispatchBridgeCall(handlers, name, request, onUnexpected);
    } finally {
      count -= 1;
      dialogs.delete(name);
    }
  };
}

/** What waits for a person at a dialog of the system. */
const oneAtATime: ReadonlySet<unknown> = new Set<keyof BridgeHandlers>([
  ...(['chooseFolder', 'pickFile', 'savePdf', 'print', 'confirm', 'quit'] as const),
]);

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
