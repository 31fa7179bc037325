import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask, client } from '../api/client.ts';
import { type ApiMutation, useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import { type DoctorReport, doctorQuery } from './secrets-queries.ts';

/** Starts a check of every value, or joins the one under way; the feed tells how far it is. */
export function useVerifyAll(): ApiMutation {
  return useApiMutation(() => ask(client.POST('/vault/doctor')), {
    onDone: (report) => queryClient.setQueryData(doctorQuery.queryKey, report),
  });
}

/** The newest report. Once a check ended, what it said of each value is asked anew. */
export function useDoctor(): DoctorReport | undefined {
  const report = useQuery(doctorQuery).data;
  const known = useRef(report?.finished_at);
  useEffect(() => {
    if (report === undefined || known.current === report.finished_at) return;
    const isFirst = known.current === undefined;
    known.current = report.finished_at;
    if (!isFirst && report.finished_at !== null)
      void queryClient.invalidateQueries({ queryKey: ['vault', 'secrets'] });
  }, [report]);
  return report;
}
