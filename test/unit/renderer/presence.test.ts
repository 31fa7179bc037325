import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReports, REPORT_MS } from '../../../renderer/app/presence.ts';

describe('reports that someone is there', () => {
  const report = vi.fn();
  let reports: ReturnType<typeof createReports>;
  beforeEach(() => {
    vi.useFakeTimers();
    report.mockReset();
    reports = createReports(report);
  });
  afterEach(() => {
    reports.stop();
    vi.useRealTimers();
  });

  it('are the first sign at once, and then one in half a minute, however many there are', () => {
    for (let second = 0; second < 60; second += 1) {
      reports.noteSign();
      vi.advanceTimersByTime(1000);
    }
    expect(report).toHaveBeenCalledTimes(3);
  });

  it('are none without a sign', () => {
    reports.noteSign();
    vi.advanceTimersByTime(60 * REPORT_MS);
    expect(report).toHaveBeenCalledTimes(1);
    reports.noteSign();
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('are not sent late: a timer of before the machine slept says nothing of now', () => {
    reports.noteSign();
    reports.noteSign();
    // The clock went on and timers did not.
    vi.setSystemTime(Date.now() + 60 * REPORT_MS);
    vi.advanceTimersByTime(REPORT_MS);
    expect(report).toHaveBeenCalledTimes(1);
    // Whoever woke it is there.
    reports.noteSign();
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('end with the page', () => {
    reports.noteSign();
    reports.noteSign();
    reports.stop();
    vi.advanceTimersByTime(10 * REPORT_MS);
    expect(report).toHaveBeenCalledTimes(1);
  });
});
