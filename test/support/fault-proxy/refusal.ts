import { type Answer, wholeAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { AWS_CANARY, KUBE_CANARY } from './fault.ts';
import type { AwsRefusal, Fault, KubeRefusal } from './fault-types.ts';

const XML_BODY = (code: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${AWS_CANARY}</Message></Error></ErrorResponse>`;

/** The answer that refuses a call, in the form of whom it is for. */
export function refusalOf(call: Call, { kube, aws }: Fault & { kind: 'error' }): Answer {
  if (call.target === 'kube' && kube !== undefined) return kubeRefusal(kube);
  if (call.target !== 'kube' && aws !== undefined) return awsRefusal(call, aws);
  throw new Error(
    `a fault without a form for ${call.target} met call ${call.index}: inject it for the other side only`,
  );
}

/** AWS's refusal as the call's service words it. */
export function awsRefusal({ resource }: Call, { status, code }: AwsRefusal): Answer {
  // AWS puts request ids and names into its errors.
  const id = ['x-amzn-requestid', 'canary-of-an-aws-request'];
  if (resource === 'sts') return wholeAnswer(status, ['content-type', 'text/xml', ...id], XML_BODY(code));
  const headers = ['content-type', 'application/x-amz-json-1.1', 'x-amzn-errortype', code, ...id];
  return wholeAnswer(status, headers, JSON.stringify({ __type: code, message: AWS_CANARY }));
}

/** What a load balancer says when nothing is behind it. */
export function gatewayPage(status: number): Answer {
  return wholeAnswer(status, ['content-type', 'text/html'], `<html><body>${AWS_CANARY} ${KUBE_CANARY}</body></html>`);
}

/** A Status of the API server. */
export function kubeStatus({ status, reason, message, causes, retryAfterSeconds }: KubeRefusal): object {
  const details = { ...(causes && { causes }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code: status };
}

function kubeRefusal(refusal: KubeRefusal): Answer {
  const { status, retryAfterSeconds: seconds } = refusal;
  const retryAfter = seconds === undefined ? [] : ['retry-after', String(seconds)];
  const headers = ['content-type', 'application/json', ...retryAfter];
  return wholeAnswer(status, headers, JSON.stringify(kubeStatus(refusal)));
}
