import { expect, test } from 'vitest';
import type { RetryClass } from '../../controller/runtime/error.ts';
import { CredentialsError, refusedCredentials } from './credentials-error.ts';

const sdkError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('hunter2'), { name, $metadata: { httpStatusCode } });

const errors = [
  { why: 'a refusal is for people to mend', cause: sdkError('AccessDenied', 403), code: 'AccessDenied', passes: false },
  { why: 'a network error mends itself', cause: new Error('connect ECONNREFUSED'), code: 'NoAnswer', passes: true },
  { why: 'throttling mends itself', cause: sdkError('Throttling', 400), code: 'Throttling', passes: true },
];

for (const { why, cause, code, passes } of errors) {
  test(`the error carries the code of its cause, not its text: ${why}`, () => {
    const error = new CredentialsError(cause);
    expect([error.code, error.isTransient]).toEqual([code, passes]);
    expect(error.message).toContain(code);
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toMatch(/hunter2|ECONNREFUSED/);
    expect(error.cause).toBeUndefined();
  });
}

const refusals: readonly { readonly why: string; readonly retry: RetryClass; readonly passes: boolean }[] = [
  { why: 'the API server did not answer', retry: 'transient', passes: true },
  { why: 'somebody wrote in between', retry: 'conflict', passes: true },
  { why: 'a right is missing', retry: 'content', passes: false },
  { why: 'the spec is wrong', retry: 'terminal', passes: false },
];

for (const { why, retry, passes } of refusals) {
  test(`what another than AWS refused passes: ${passes}, because ${why}`, () => {
    const error = refusedCredentials({ reason: 'WriteRefused', retry, message: why });
    expect([error.code, error.isTransient]).toEqual(['WriteRefused', passes]);
  });
}
