import {
  OWN_SECRETS,
  type OwnSecret,
  SHARED_PARAMETERS,
  SHARED_SECRETS,
  type SharedParameter,
  type SharedSecret,
} from './aws.ts';

/** What the objects of one sequence are called, so that none meets those of another. */
export interface Names {
  readonly awsSecret: string;
  /** Names of Secrets that it may choose, beside its own. */
  readonly free: readonly string[];
  /** A Secret that somebody made by hand. */
  readonly handmade: string;
  /** The same, but immutable. */
  readonly frozen: string;
  /** A Secret that another controller owns. */
  readonly controlled: string;
  readonly own: Readonly<Record<OwnSecret, string>>;
  readonly shared: Readonly<Record<SharedSecret, string>>;
  readonly parameters: Readonly<Record<SharedParameter, string>>;
  /** Of the parameters. */
  readonly path: string;
  readonly missing: string;
}

const LONGEST_NAME = 253;

/** Those of one sequence; `unique` makes names in AWS that no other test uses. */
export function namesOf(sequence: string, unique: (name: string) => string): Names {
  const awsSecret = `s-${sequence}`;
  const named = <T extends string>(all: readonly T[], folder: string) =>
    Object.fromEntries(all.map(name => [name, unique(`${folder}/${name}`)])) as Record<T, string>;
  const path = `/${unique('parameters')}`;
  return {
    awsSecret,
    free: [`${awsSecret}-a`, `${awsSecret}-b`, `${awsSecret}-long-`.padEnd(LONGEST_NAME, 'x')],
    handmade: `${awsSecret}-handmade`,
    frozen: `${awsSecret}-frozen`,
    controlled: `${awsSecret}-controlled`,
    own: named(OWN_SECRETS, awsSecret),
    shared: named(SHARED_SECRETS, 'shared'),
    parameters: Object.fromEntries(SHARED_PARAMETERS.map(name => [name, `${path}/${name}`])) as Names['parameters'],
    path,
    missing: unique('missing'),
  };
}

/** Whether a Secret or AwsSecret is one of that sequence. */
export function isNamedBy(awsSecret: string, name: string): boolean {
  return name === awsSecret || name.startsWith(`${awsSecret}-`);
}
