import { describe, expect, it } from 'vitest';
import * as faults from './fault.ts';
import { useTinyWorld, WEST } from './tiny-world.ts';

describe('refusals: what the client is answered, while the real server is not asked', () => {
  const world = useTinyWorld();

  const refused = [
    { why: 'a conflict', fault: faults.kubeError(409), status: 409, says: '"reason":"Conflict"' },
    { why: 'an old version', fault: faults.kubeError(410), status: 410, says: '"reason":"Expired"' },
    { why: 'a reason of its own', fault: faults.kubeError(403, 'Quota'), status: 403, says: '"reason":"Quota"' },
    {
      why: 'a value that is quoted',
      fault: faults.kubeError(422, 'Invalid', { message: 'quotes x', causes: [{ field: 'data.x' }] }),
      status: 422,
      says: '"message":"quotes x","reason":"Invalid","details":{"causes":[{"field":"data.x"}]}',
    },
    {
      why: 'too many requests',
      fault: faults.kubeError(429, undefined, { retryAfter: 3 }),
      status: 429,
      says: '"retryAfterSeconds":3',
    },
    { why: 'a token that is no longer good', fault: faults.expiredToken(), status: 401, says: '"Unauthorized"' },
    { why: 'an internal error', fault: faults.serverError(), status: 500, says: faults.KUBE_CANARY },
    { why: 'something in between', fault: faults.gatewayError(), status: 503, says: faults.KUBE_CANARY },
  ];
  it.each(refused)('the API server answers $why ($status)', async ({ fault, status, says }) => {
    world.inject(fault);
    const before = world.upstream.asked.length;
    const answer = await world.getKube();
    expect(answer).toMatch(new RegExp(`^${status} `));
    expect(answer).toContain(says);
    expect(world.upstream.asked).toHaveLength(before);
    expect(world.outcome()).toEqual({ status, upstream: [], fault: fault.kind });
  });

  const refusedByAws = [
    { why: 'denied', fault: faults.awsError('AccessDeniedException'), status: 400, says: 'AccessDeniedException' },
    { why: 'throttled', fault: faults.throttled(), status: 400, says: 'ThrottlingException' },
    { why: 'expired', fault: faults.expiredToken(), status: 400, says: 'ExpiredTokenException' },
    { why: 'broken', fault: faults.serverError(), status: 500, says: 'InternalServiceError' },
    { why: 'no AWS at all', fault: faults.gatewayError(502), status: 502, says: '<html>' },
    { why: 'this id alone', fault: faults.idError('DecryptionFailure', 'a'), status: 400, says: 'DecryptionFailure' },
  ];
  it.each(refusedByAws)('AWS answers: $why ($status)', async ({ fault, status, says }) => {
    world.inject(fault);
    const before = world.upstream.asked.length;
    const answer = await world.getAws();
    expect(answer).toMatch(new RegExp(`^${status} `));
    expect(answer).toContain(says);
    expect(answer).toContain(faults.AWS_CANARY);
    expect(world.upstream.asked).toHaveLength(before);
  });

  it('one side’s errors do not meet the other’s calls', async () => {
    const end = world.inject(faults.awsError('X'));
    expect(await world.getKube()).toMatch(/^200 /);
    world.inject(faults.kubeError(500));
    world.inject(faults.idError('X', 'b'));
    end();
    expect(await world.getAws()).toMatch(/^200 /);
  });

  const parameter = { ARN: 'arn:aws:ssm:eu-west-1:1:parameter/b', Name: '/b', Value: 'x' };
  const parameters = [
    {
      why: 'parameters that AWS does not have stand beside the others',
      code: 'ParameterNotFound',
      says: { Parameters: [parameter], InvalidParameters: ['/c', '/a'] },
    },
    { why: 'of parameters that it denies it gives none', code: 'AccessDeniedException', says: 'AccessDeniedException' },
  ];
  it.each(parameters)('$why', async ({ code, says }) => {
    world.upstream.say(
      JSON.stringify({ Parameters: [{ ARN: 'arn:a', Name: '/a' }, parameter], InvalidParameters: ['/c'] }),
    );
    world.inject(faults.idError(code, '/a', '/z'));
    const answer = await world.client.aws(world.proxy.aws[WEST] ?? '', 'AmazonSSM.GetParameters', {
      Names: ['/a', '/b', '/c'],
    });
    if (typeof says === 'string') expect(answer).toContain(says);
    else expect(JSON.parse(answer.slice(4))).toEqual(says);
  });

  it('an id of a batch is refused however it was asked for', async () => {
    const ARN = 'arn:aws:secretsmanager:eu-west-1:1:secret:a-AbCdEf';
    world.upstream.say(JSON.stringify({ SecretValues: [{ ARN, Name: 'a' }] }));
    const asked = ARN.slice(0, -7);
    world.inject(faults.idError('DecryptionFailure', asked));
    const body = { SecretIdList: [asked] };
    const answer = await world.client.aws(world.proxy.aws[WEST] ?? '', 'BatchGetSecretValue', body);
    expect(JSON.parse(answer.slice(4))).toMatchObject({ SecretValues: [], Errors: [{ SecretId: asked }] });
  });

  it('ids of a batch are refused beside the values of the others', async () => {
    const values = [
      { ARN: 'arn:a', Name: 'a' },
      { ARN: 'arn:b', Name: 'b' },
    ];
    world.upstream.say(
      JSON.stringify({ SecretValues: values, Errors: [{ SecretId: 'c', ErrorCode: 'ResourceNotFoundException' }] }),
    );
    world.inject(faults.idError('AccessDeniedException', 'a', 'c', 'z'));
    const answer = await world.client.aws(world.proxy.aws[WEST] ?? '', 'BatchGetSecretValue', {
      SecretIdList: ['a', 'b', 'c'],
    });
    expect(JSON.parse(answer.slice(4))).toEqual({
      SecretValues: [values[1]],
      Errors: ['a', 'c'].map(SecretId => ({
        SecretId,
        ErrorCode: 'AccessDeniedException',
        Message: faults.AWS_CANARY,
      })),
    });
  });
});
