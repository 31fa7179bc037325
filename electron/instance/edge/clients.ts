import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ClientLimits {
  /** Without a byte of a request's body, although it would be taken. */
  bodyMs: number;
  /** Without taking anything of an answer. */
  readMs: number;
  /** For the rest of a body that nobody wants any more, once its answer is complete. */
  restMs: number;
  /** How often that is looked at. */
  lookMs: number;
  /** Requests that may wait on one connection for the answer to another. Browsers send none before they have it. */
  pipelined: number;
}

/** What clients send and take on their connections. */
export interface Clients {
  /** Calls `answer` as soon as nothing else is being answered on this connection. */
  take(request: IncomingMessage, response: ServerResponse, answer: () => void): void;
  isBusy(socket: Socket): boolean;
  stop(): void;
}

interface Turn {
  request: IncomingMessage;
  response: ServerResponse;
  answer: () => void;
}
/** Of a connection that has sent a request. */
interface Connection {
  now: Turn | null;
  next: Turn[];
  /** The last one that was answered, if more of its body comes. */
  rest: IncomingMessage | null;
  /** As of the last progress. */
  bytesRead: number;
  bytesWritten: number;
  readAt: number;
  writtenAt: number;
  restAt: number;
}

/**
 * Answers the requests of a connection one after another, and cuts clients that stand still.
 *
 * SECURITY: each request holds a connection to an app. Of requests that are sent at once, thousands fit into what is read of one
 * connection at a time; and a client that sends or takes one byte a minute would hold them for ever.
 */
export function createClients(limits: ClientLimits): Clients {
  const connections = new Map<Socket, Connection>();

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known) return known;
    const now = performance.now();
    const connection: Connection = {
      now: null,
      next: [],
      rest: null,
      bytesRead: 0,
      bytesWritten: 0,
      readAt: now,
      writtenAt: now,
      restAt: now,
    };
    connections.set(socket, connection);
    socket.once('close', () => connections.delete(socket));
    return connection;
  }

  function begin(connection: Connection, turn: Turn): void {
    const { request, response } = turn;
    const { socket } = request;
    connection.now = turn;
    connection.rest = null;
    connection.readAt = performance.now();
    connection.writtenAt = connection.readAt;
    response.once('close', () => {
      connection.now = null;
      connection.rest = request.complete ? null : request;
      connection.restAt = performance.now();
      const next = connection.next.shift();
      // Nothing is answered behind what was the last word.
      if (next && socket.writable) begin(connection, next);
    });
    turn.answer();
  }

  function look(): void {
    const now = performance.now();
    for (const [socket, connection] of connections) if (isStuck(socket, connection, now)) socket.destroy();
  }

  function isStuck(socket: Socket, connection: Connection, now: number): boolean {
    if (connection.rest && !connection.rest.complete) return now - connection.restAt > limits.restMs;
    if (!connection.now) return false;
    const { request, response } = connection.now;
    // What nobody reads yet, or any more, is not the client's to send.
    const isAwaited = !request.complete && request.readableFlowing === true && !request.isPaused();
    if (!isAwaited || socket.bytesRead !== connection.bytesRead) connection.readAt = now;
    if (!response.writableNeedDrain || socket.bytesWritten !== connection.bytesWritten)
      connection.writtenAt = now;
    connection.bytesRead = socket.bytesRead;
    connection.bytesWritten = socket.bytesWritten;
    return now - connection.readAt > limits.bodyMs || now - connection.writtenAt > limits.readMs;
  }

  const timer = setInterval(look, limits.lookMs).unref();

  return {
    take(request, response, answer) {
      const { socket } = request;
      const connection = connectionOf(socket);
      if (!connection.now) begin(connection, { request, response, answer });
      else if (connection.next.length < limits.pipelined) connection.next.push({ request, response, answer });
      else socket.destroy();
    },
    isBusy: (socket) => connections.get(socket)?.now != null,
    stop: () => clearInterval(timer),
  };
}
