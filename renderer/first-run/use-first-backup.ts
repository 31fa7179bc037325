import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { ApiProblem } from '../api/problem.ts';
import {
  type Destination,
  destinationsQuery,
  type Schedule,
  schedulesQuery,
} from '../backups/backup-queries.ts';
import { describeFailedTrial, describeMade, describeTried, type Said } from '../backups/backup-words.ts';
import { makeBackup, tryBackup } from '../backups/make-backup.ts';
import { type Choice, oftenNames, toCron } from '../backups/schedule-choices.ts';

/** What is done once there is a place, in this order. */
export type FirstBackupStep = 'schedule' | 'backup' | 'drill';

/** The way to the first backup that counts: a place, when backups are made, one now, and a drill of it. */
export function useFirstBackup(onDone: (said: Said) => unknown) {
  const destinations = useQuery(destinationsQuery);
  const schedules = useQuery(schedulesQuery);
  const [isAdding, setAdding] = useState(false);
  const [step, setStep] = useState<FirstBackupStep>('schedule');
  const known = destinations.data ?? [];
  const destination = choosePlace(known);
  const schedule = schedules.data?.find(({ s3_source_id }) => s3_source_id === destination?.id) ?? null;

  const making = useApiMutation(
    async ({ destination, schedule, choice }: Plan): Promise<Said> => {
      // After a failure what was done before it is there, and is not done twice.
      if (schedule === null) {
        setStep('schedule');
        await addSchedule(destination, choice, schedules.data ?? []);
      }
      setStep('backup');
      const backup = await makeBackup(destination);
      // It continues in the instance, which drills it by itself.
      if (backup?.state !== 'confirmed') return describeMade(destination, backup);
      setStep('drill');
      return describeTried(backup, 'drill', (await tryBackup(backup, 'drill')) !== null);
    },
    { changes: ['backups', 'vault'], onDone },
  );

  return {
    /** Why the list of places did not load; null where it did. */
    error: destinations.error ?? schedules.error,
    retry: () => void Promise.all([destinations.refetch(), schedules.refetch()]),
    isPending: destinations.isPending || schedules.isPending,
    destination: isAdding ? null : destination,
    schedule,
    step,
    making,
    /** What failed, in words; null where nothing did. */
    failed:
      making.error === null || destination === null ? null : sayFailed(step, destination.name, making.error),
    addAnother() {
      making.reset();
      setAdding(true);
    },
    /** A place was added, or not. */
    onAdded: () => setAdding(false),
  };
}

export type FirstBackupState = ReturnType<typeof useFirstBackup>;

interface Plan {
  destination: Destination;
  /** The one that is there already. */
  schedule: Schedule | null;
  choice: Choice;
}

/** The newest that is apart from the database, or else the newest. */
function choosePlace(known: readonly Destination[]): Destination | null {
  const newest = known.toSorted((a, b) => b.id - a.id);
  return newest.find(({ separate }) => separate) ?? newest[0] ?? null;
}

async function addSchedule(
  { id, name }: Destination,
  choice: Choice,
  others: readonly Schedule[],
): Promise<void> {
  const usual = oftenNames[choice.often];
  const isTaken = others.some((other) => other.name === usual);
  await ask(
    client.POST('/backups/schedules', {
      body: {
        name: isTaken ? `${usual}, ${name}`.slice(0, MAX_NAME) : usual,
        s3_source_id: id,
        schedule_expression: toCron(choice) ?? '',
      },
    }),
  );
}

const MAX_NAME = 100;

function sayFailed(step: FirstBackupStep, place: string, error: unknown): string {
  switch (step) {
    case 'schedule':
      return 'The schedule was not added.';
    case 'backup':
      return `No backup was made at ${place}.`;
    case 'drill':
      return describeFailedTrial(place, error instanceof ApiProblem ? error.code : null);
  }
}
