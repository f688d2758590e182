import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, hostileJson, hostileText } from '../../test/support/hostile.ts';
import { REASONS } from '../crds/reasons.ts';
import { classify, errorCode } from './classify.ts';
import { CredentialsError } from './identity/credentials-error.ts';
import { refused } from './reader/failures.ts';

const sound = {
  ...{
    name: 'ThrottlingException',
    code: 'ENOENT',
    message: 'hunter2',
    $fault: 'client',
    $retryable: { throttling: true },
  },
  $metadata: { httpStatusCode: 400, requestId: 'hunter2', attempts: 1 },
};
const named = fc.record({
  name: fc.oneof(
    hostileText,
    fc.constantFrom('hunter2 is not a code', 'x'.repeat(5_000), 'com.amazonaws#Code:http://'),
  ),
  $metadata: fc.record({ httpStatusCode: fc.oneof(fc.nat(599), fc.constant(undefined), hostileJson) }),
});
const thrown = fc.oneof(
  named,
  damaged(sound),
  hostileJson,
  damaged(sound).map(fields => Object.assign(new Error('hunter2'), fields)),
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withSparseArray: true }),
  fc.constantFrom(Symbol('hunter2'), { name: Symbol('hunter2') }, Object.create(null), () => 'hunter2'),
);

test('whatever is thrown, it is classified, and its code is a word', () => {
  fc.assert(
    fc.property(thrown, error => {
      expect(Object.keys(REASONS)).toContain(classify(error).reason);
      expect(errorCode(error)).toMatch(/^([A-Za-z][\w.-]{0,63}|HTTP \S{1,20})$/);
      expect(new CredentialsError(error).message).not.toContain('hunter2');
    }),
    {
      numRuns: 500,
      examples: [
        [{ name: { toString: 1, valueOf: 1 }, $metadata: { httpStatusCode: 400 } }],
        [{ name: Symbol('hunter2'), $metadata: { httpStatusCode: 400 } }],
        [{ name: 'hunter2 is not a code', $metadata: { httpStatusCode: 400 } }],
      ],
    },
  );
});

test('what is told of it names the secret and the region, no text of its own, and is the same the next time', () => {
  fc.assert(
    fc.property(thrown, error => {
      const source = { kind: 'Secret', secretId: 'prod/db', versionStage: 'AWSCURRENT' } as const;
      const told = refused(
        { error, is: classify(error), operation: 'GetSecretValue' },
        { source, identity: { namespace: 'shop', assumeRoles: [] } },
        'eu-west-1',
      );
      const message = told.ok ? '' : told.error.message;
      expect(message).not.toContain('hunter2');
      expect(message.length).toBeLessThan(400);
    }),
    { numRuns: 300 },
  );
});
