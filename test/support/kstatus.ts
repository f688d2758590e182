import { CONDITION_TYPES, type Condition, NEVER } from '../../src/crds/conditions.ts';
import { REASONS, type Reason } from '../../src/crds/reasons.ts';

/** As much of any object as tools that follow kstatus look at. */
export interface Observable {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number | undefined;
    readonly conditions?: readonly Partial<Condition>[] | undefined;
  };
}

/** What tools make of an object that they know nothing about (kubernetes-sigs/cli-utils, pkg/kstatus/status). */
export type Kstatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

export function kstatus({ metadata, status }: Observable): Kstatus {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const observed = status?.observedGeneration;
  if (observed !== undefined && metadata.generation !== undefined && observed !== metadata.generation) {
    return 'InProgress';
  }
  // In the order of the list, as there: an object that says both is read by the first.
  for (const { type, status: is } of status?.conditions ?? []) {
    if (type === 'Reconciling' && is === 'True') return 'InProgress';
    if (type === 'Stalled' && is === 'True') return 'Failed';
  }
  const ready = find(status, 'Ready')?.status;
  return ready === undefined || ready === 'True' ? 'Current' : 'InProgress';
}

/** Conditions that are absent where they are not True. */
const NEGATIVE = ['Reconciling', 'Stalled', 'Stale'] as const;
const CAMEL_CASE = /^[A-Z][A-Za-z]*$/;

/**
 * What is wrong with the conditions of an AwsSecret, each as a sentence: by kstatus, by Flux's checks (fluxcd/pkg,
 * runtime/conditions/check/fail.go), and by what the docs of this project promise. `previous` is the version before it.
 */
export function conditionDefects(object: Observable, previous?: Observable): readonly string[] {
  const { status, metadata } = object;
  const conditions = status?.conditions ?? [];
  const generation = metadata.generation ?? 0;
  const observed = status?.observedGeneration;
  if (observed === undefined) return ['the status has no observedGeneration'];
  if (conditions.length === 0) return ['there are no conditions, so that everybody takes the object for finished'];
  const defects: string[] = [];
  if (observed > generation) defects.push('observedGeneration is ahead of the generation');
  const types = conditions.map(({ type }) => type);
  if (new Set(types).size < types.length) defects.push('a condition is there twice');
  defects.push(...summaryDefects(object));
  for (const condition of conditions) defects.push(...oneDefects(condition, object));
  for (const condition of conditions) defects.push(...transitionDefects(condition, find(previous?.status, condition)));
  return defects;
}

/** What the conditions say together. */
function summaryDefects(object: Observable): readonly string[] {
  const { status } = object;
  const ready = find(status, 'Ready');
  if (ready === undefined) return ['Ready is absent'];
  const isTrue = (type: string): boolean => find(status, type)?.status === 'True';
  const isWorking = isTrue('Reconciling') || isTrue('Stalled');
  const defects: string[] = [];
  if (isTrue('Reconciling') && isTrue('Stalled')) defects.push('Reconciling and Stalled are both there');
  if (ready.status === 'True' && isWorking) defects.push('Ready is True beside Reconciling or Stalled');
  if (ready.status !== 'True' && !isWorking && ready.reason !== 'Suspended') {
    defects.push('Ready is not True, and neither Reconciling nor Stalled tells why');
  }
  if (isTrue('Stalled') && ready.status !== 'False') defects.push('Stalled stands beside a Ready that is not False');
  const idle = NEGATIVE.filter(type => find(status, type) !== undefined && !isTrue(type));
  if (idle.length > 0) defects.push(`${idle.join(', ')} should be absent where not True`);
  return defects;
}

function oneDefects(condition: Partial<Condition>, object: Observable): readonly string[] {
  const { type = '', reason = '', message = '', lastTransitionTime = '', observedGeneration } = condition;
  const { observedGeneration: root = 0 } = object.status ?? {};
  const defects: string[] = [];
  const add = (defect: string): unknown => defects.push(`${type}: ${defect}`);
  if (!(CONDITION_TYPES as readonly string[]).includes(type)) add('is no documented type');
  if (!CAMEL_CASE.test(reason)) add(`reason ${JSON.stringify(reason)} is not CamelCase`);
  else if (!Object.hasOwn(REASONS, reason)) add(`reason ${reason} is not on the list`);
  else if (REASONS[reason as Reason].in !== 'condition') add(`reason ${reason} is not one of conditions`);
  if (message === '') add('has no message');
  if (Number.isNaN(Date.parse(lastTransitionTime))) add('has no lastTransitionTime');
  if (observedGeneration === undefined) return [...defects, `${type}: has no observedGeneration`];
  if (observedGeneration > (object.metadata.generation ?? 0)) add('is ahead of the generation');
  // What the rollout says may come before, or behind, what the sync says; but not when all is said to be finished.
  const isOwn = type !== 'RolledOut' || kstatus(object) === 'Current';
  if (isOwn && root >= 0 && observedGeneration !== root) add('is of another generation than the status');
  return defects;
}

/** Kubernetes API conventions, "Typical status properties": the time is that of a change of `status` alone. */
function transitionDefects(after: Partial<Condition>, before: Partial<Condition> | undefined): readonly string[] {
  if (before === undefined || before.lastTransitionTime === NEVER || before.status !== after.status) return [];
  const hasMoved = before.lastTransitionTime !== after.lastTransitionTime;
  return hasMoved ? [`${after.type}: lastTransitionTime has moved, and status has not`] : [];
}

function find(status: Observable['status'], of: string | Partial<Condition>): Partial<Condition> | undefined {
  const type = typeof of === 'string' ? of : of.type;
  return status?.conditions?.find(condition => condition.type === type);
}
