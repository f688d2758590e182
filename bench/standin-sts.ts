import { randomUUID } from 'node:crypto';
import type { StandinAnswer } from './standin-secrets.ts';

/** STS's two calls, in memory: every role may be assumed by everybody. */
export interface StandinSts {
  /** `form` is the request, as the query protocol has it; each answer has credentials of its own. */
  answer(form: URLSearchParams): StandinAnswer;
  /** The role that an access key was given for; the access key itself where it is none of ours. */
  callerOf(accessKeyId: string): string;
}

/** What AWS gives to who asks for no time (DurationSeconds in the API references of both calls). */
const SESSION_MS = 3_600_000;
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export function createStandinSts(): StandinSts {
  const roles = new Map<string, string>();
  return {
    answer(form) {
      const [action, role] = [form.get('Action') ?? '', form.get('RoleArn')];
      if (!/^AssumeRole(WithWebIdentity)?$/.test(action) || role === null) return stsRefusal('InvalidAction');
      const key = `ASIA${String(roles.size).padStart(16, '0')}`;
      roles.set(key, role);
      const expiration = new Date(Date.now() + SESSION_MS).toISOString();
      const keys = `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>${randomUUID()}</SecretAccessKey>`;
      const session = `<SessionToken>${randomUUID()}</SessionToken><Expiration>${expiration}</Expiration>`;
      const result = `<${action}Result><Credentials>${keys}${session}</Credentials></${action}Result>`;
      return { status: 200, body: `<${action}Response xmlns="${NAMESPACE}">${result}</${action}Response>` };
    },
    callerOf: accessKeyId => roles.get(accessKeyId) ?? accessKeyId,
  };
}

/** An error as STS has it. */
export function stsRefusal(code: string): StandinAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>says the stand-in</Message></Error>`;
  return { status: 400, body: `<ErrorResponse xmlns="${NAMESPACE}">${error}</ErrorResponse>` };
}
