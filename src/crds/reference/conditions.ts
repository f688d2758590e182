import type { ConditionType } from '../conditions.ts';

interface ConditionDoc {
  readonly isTrue: string;
  readonly isNot: string;
  readonly isAbsent: string;
}

/** What each condition says; docs/concepts.md tells which of them stand together. */
export const CONDITIONS: Readonly<Record<ConditionType, ConditionDoc>> = {
  Ready: {
    isTrue: 'The Secret holds what AWS holds, or AWS cannot be asked right now and the Secret is as it was.',
    isNot: 'False: the Secret cannot be brought in step; the last good one stays. Unknown: there was no verdict yet.',
    isAbsent: 'never',
  },
  Reconciling: {
    isTrue: 'The operator has not succeeded with this generation, and goes on trying.',
    isNot: '',
    isAbsent: 'nothing is being tried',
  },
  Stalled: {
    isTrue: 'Trying again does not help: the spec or the target has to change.',
    isNot: '',
    isAbsent: 'nothing stands in the way',
  },
  Stale: {
    isTrue: 'AWS has not agreed for more than two refresh intervals, or a defect of the operator hinders the sync.',
    isNot: '',
    isAbsent: 'AWS has agreed within two refresh intervals, or `refreshInterval` is "0", which promises nothing',
  },
  RolledOut: {
    isTrue: 'Every workload that is for the operator to restart runs with the present content.',
    isNot: 'False: at least one does not; the message names it.',
    isAbsent: 'no workload ever used the Secret',
  },
};
