import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import { dataSource } from '../sources/references.ts';
import { describeSource } from '../sources/source.ts';

/** Keys of a Secret, and which of them hold nothing. */
export interface HeldKeys {
  readonly all: readonly string[];
  readonly empty: readonly string[];
}

export type Values = ReadonlyMap<string, Uint8Array>;

const NONE: readonly string[] = [];

/** What is remembered of the values of a Secret: no value. */
export function heldKeys(values: Values): HeldKeys {
  const empty = [...values].filter(([, bytes]) => bytes.length === 0).map(([key]) => key);
  return { all: [...values.keys()], empty: empty.length === 0 ? NONE : empty };
}

/**
 * Refuses values by which the Secret would lose, for the same spec, what somebody lives by: a source that held something
 * and is empty, or a key that a pod cannot start without. `required` is who needs a key, by key.
 */
export function refuseLoss(
  awsSecret: AwsSecret,
  held: HeldKeys,
  values: Values,
  required: ReadonlyMap<string, string>,
): Result<void> {
  const hadContent = new Set(held.all.filter(key => !held.empty.includes(key)));
  const emptied = (awsSecret.spec.data ?? []).find(
    ({ key, property, jmesPath }) =>
      property === undefined && jmesPath === undefined && hadContent.has(key) && values.get(key)?.length === 0,
  );
  if (emptied !== undefined) {
    const source = describeSource(dataSource(emptied));
    const message = `${source} is empty, and key ${JSON.stringify(emptied.key)} had content, which stays; fill it in AWS, or delete the Secret if it is meant to be empty`;
    return fail('SourceEmpty', 'content', message);
  }
  const missing = held.all.find(key => !values.has(key) && required.has(key));
  if (missing === undefined) return ok(undefined);
  const message = `key ${JSON.stringify(missing)} is given no more, and ${required.get(missing)} needs it, so that the Secret stays as it is; give it back in AWS, or make it \`optional\` there`;
  return fail('ConsumerKeyMissing', 'content', message);
}
