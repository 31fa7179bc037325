import type { Probe, ProbeFailure } from '../vocabulary.ts';

/** What is wrong with a release that does not work, in a sentence that leads to the cause. */
export function explainFailure(probe: Probe, failure: ProbeFailure): string {
  const { port, lastAnswer, listensOn, exit } = failure;
  if (exit) return explainExit(exit);
  const elsewhere = (listensOn ?? []).filter((place) => place.port !== port);
  const here = (listensOn ?? []).filter((place) => place.port === port);
  if (port === null)
    return listensOn?.length === 0
      ? `It runs, and listened on no port within ${probe.withinS} s. If it serves nothing, it cannot be reached by a name.`
      : `It listens on several ports (${listPorts(listensOn ?? [])}): say which one serves HTTP.`;
  if (here.length > 0 && here.every(({ address }) => isLoopback(address)))
    return `It listens on port ${port}, on ${here[0]?.address} alone, where nothing outside its container reaches it. Let it listen on 0.0.0.0.`;
  if (here.length === 0 && elsewhere.length > 0)
    return `Nothing listens on port ${port}; it listens on ${listPorts(elsewhere)}${
      elsewhere.every(({ address }) => isLoopback(address))
        ? ', and there on its own loopback address alone'
        : ''
    }. Set the port of the app to ${elsewhere[0]?.port}, or let it listen on ${port}.`;
  if (listensOn?.length === 0)
    return `It runs, and listened on no port within ${probe.withinS} s. Port ${port} was tried.`;
  return probe.kind === 'http'
    ? `GET ${probe.path} on port ${port} gave no status below ${probe.below} within ${probe.withinS} s; last: ${lastAnswer ?? 'nothing'}.`
    : `Port ${port} took no connection within ${probe.withinS} s; last: ${lastAnswer ?? 'nothing'}.`;
}

/** Signals by which 128 and their number is an exit code. */
const SIGNALS: Readonly<Record<number, string>> = {
  132: 'an illegal instruction',
  134: 'an abort of its own',
  135: 'a bus error',
  136: 'an arithmetic error',
  137: 'SIGKILL',
  139: 'a segmentation fault',
  143: 'SIGTERM',
};

export function explainExit({ code, outOfMemory }: { code: number; outOfMemory: boolean }): string {
  if (outOfMemory)
    return 'It was ended because it used more memory than it may. Raise its memory limit, or let it use less.';
  const signal = SIGNALS[code];
  if (signal !== undefined) return `It was ended by ${signal} (exit code ${code}).`;
  if (code === 0) return 'It ended by itself, without an error: an app keeps running.';
  if (code === 126) return 'Its command is no program that can be run (exit code 126).';
  if (code === 127) return 'Its command was not found in the image (exit code 127).';
  return `It ended with exit code ${code}.`;
}

const isLoopback = (address: string) => address.startsWith('127.') || address === '::1';

function listPorts(places: readonly { port: number }[]): string {
  return [...new Set(places.map(({ port }) => port))].join(', ');
}
