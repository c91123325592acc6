import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SampleAnswer, SampleListAnswer } from '#contract/reviews.ts';
import { api } from '../../api/client.ts';

/** New samples come as events come. */
const EVERY_MS = 15_000;
const EVERY_MS_ELSEWHERE = 60_000;

/** What people of the plan are asked: reviews and comparisons. */
export function useAsked(plan: string, elsewhere = false) {
  return useQuery({
    queryKey: ['asked', plan],
    queryFn: async ({ signal }) => {
      const [{ reviews }, { comparisons }] = await Promise.all([
        api.get('/plans/{plan}/reviews', { params: { plan }, signal }),
        api.get('/plans/{plan}/comparisons', { params: { plan }, signal }),
      ]);
      return { reviews, comparisons };
    },
    refetchInterval: elsewhere ? EVERY_MS_ELSEWHERE : EVERY_MS,
  });
}

/** The samples of one review. */
export function useSamples(plan: string, review: string) {
  return useQuery({
    queryKey: ['samples', plan, review],
    queryFn: ({ signal }) => api.get('/plans/{plan}/reviews/{review}/samples', { params: { plan, review }, signal }),
    refetchInterval: EVERY_MS,
  });
}

export type Verdict = NonNullable<SampleAnswer['verdict']>['state'];

export interface Judgement {
  readonly sample: SampleAnswer;
  readonly verdict: Verdict;
  readonly note?: string;
}

/** Judges a sample. The queue shows it at once; the counts are asked for again. */
export function useJudge(plan: string, review: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ sample, verdict, note }: Judgement) =>
      api.post('/plans/{plan}/reviews/{review}/samples/{sample}/verdict', {
        params: { plan, review, sample: sample.sample },
        body: {
          ...{ verdict, expectedVersion: sample.verdict?.version ?? 0 },
          ...(note === undefined ? {} : { note }),
        },
      }),
    onSuccess: (judged) => {
      client.setQueryData<SampleListAnswer>(['samples', plan, review], (before) =>
        before === undefined
          ? before
          : { ...before, samples: before.samples.map((one) => (one.sample === judged.sample ? judged : one)) },
      );
    },
    // Nobody waits for it: the next sample is shown at once.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['samples', plan, review] });
      void client.invalidateQueries({ queryKey: ['asked', plan] });
    },
  });
}

/** One comparison with what differs. */
export function useComparison(plan: string, comparison: string) {
  return useQuery({
    queryKey: ['comparison', plan, comparison],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/comparisons/{comparison}', { params: { plan, comparison }, signal }),
    refetchInterval: EVERY_MS,
  });
}

export type ComparisonCommand =
  | { readonly kind: 'upload'; readonly list: string; readonly from?: string; readonly to?: string }
  | { readonly kind: 'settle' | 'not-available'; readonly note: string; readonly expectedVersion: number };

/** Compares a list, settles what differs, or says that there is no list. */
export function useComparisonCommand(plan: string, comparison: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (command: ComparisonCommand): Promise<void> => {
      const params = { plan, comparison };
      if (command.kind === 'upload') {
        const { kind: _kind, ...body } = command;
        await api.post('/plans/{plan}/comparisons/{comparison}/uploads', { params, body });
        return;
      }
      const { kind, ...body } = command;
      if (kind === 'settle') await api.post('/plans/{plan}/comparisons/{comparison}/settle', { params, body });
      else await api.post('/plans/{plan}/comparisons/{comparison}/not-available', { params, body });
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['comparison', plan, comparison] }),
        client.invalidateQueries({ queryKey: ['asked', plan] }),
      ]),
  });
}
