import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/controller/runtime/clock.ts';

/** One request, as STS understood it. */
export interface StsCall {
  readonly action: 'AssumeRole' | 'AssumeRoleWithWebIdentity';
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitive: readonly string[];
  /** The token that is exchanged, or what the credentials that signed the call were given for. */
  readonly caller: string;
}

/** An error code, or no answer at all. */
export type StsFault = { readonly code: string; readonly status?: number } | 'hang' | undefined;

export interface StsServerOptions {
  readonly clock: Clock;
  /** How long a session lasts. Default: an hour. */
  readonly lifeMs?: number;
  readonly fault?: (call: StsCall) => StsFault;
}

/** STS behind a real socket, in one region. */
export interface StsServer {
  readonly url: string;
  readonly calls: readonly StsCall[];
  /** What the credentials with this access key were given for: the whole way, from the token on. */
  given(accessKeyId: string): string | undefined;
  /** Resolves when so many calls have come. */
  called(count: number): Promise<void>;
}

const HOUR = 3_600_000;

/** Each session gets an access key of its own; the server knows the whole way of each, and stops with the test. */
export async function startStsServer(options: StsServerOptions): Promise<StsServer> {
  const { clock, lifeMs = HOUR, fault = () => undefined } = options;
  const calls: StsCall[] = [];
  const ways = new Map<string, string>();
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(await text(request));
    const signer = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1];
    const call = callOf(body, body.get('WebIdentityToken') ?? ways.get(signer ?? '') ?? signer ?? 'nobody');
    calls.push(call);
    for (const wake of waiting) wake();
    const refusal = fault(call);
    if (refusal === 'hang') return;
    if (refusal !== undefined) return refuse(response, refusal);
    const key = `ASIA${String(ways.size).padStart(4, '0')}${(server.address() as AddressInfo).port}`;
    ways.set(key, wayOf(call));
    grant(response, call.action, key, new Date(clock.now() + lifeMs));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    given: key => ways.get(key),
    called: count =>
      new Promise(resolve => {
        const check = (): void => {
          if (calls.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

/** The whole way to a session, in words. */
export function wayOf({ caller, roleArn, externalId, tags }: Omit<StsCall, 'action' | 'sessionName' | 'transitive'>) {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${caller} > ${JSON.stringify([roleArn, externalId ?? null, sorted])}`;
}

function callOf(body: URLSearchParams, caller: string): StsCall {
  const members = (list: string): readonly string[] => {
    const found: string[] = [];
    for (let at = 1; body.has(`${list}.member.${at}`); at += 1) found.push(body.get(`${list}.member.${at}`) ?? '');
    return found;
  };
  const tags: Record<string, string> = {};
  for (let at = 1; body.has(`Tags.member.${at}.Key`); at += 1) {
    tags[body.get(`Tags.member.${at}.Key`) ?? ''] = body.get(`Tags.member.${at}.Value`) ?? '';
  }
  return {
    action: body.get('Action') as StsCall['action'],
    roleArn: body.get('RoleArn') ?? '',
    sessionName: body.get('RoleSessionName') ?? '',
    externalId: body.get('ExternalId') ?? undefined,
    ...{ tags, transitive: members('TransitiveTagKeys'), caller },
  };
}

function grant(response: ServerResponse, action: string, key: string, expiration: Date): void {
  const set = `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration.toISOString()}</Expiration>`;
  const result = `<${action}Result><Credentials>${set}</Credentials></${action}Result>`;
  answer(
    response,
    200,
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</${action}Response>`,
  );
}

function refuse(response: ServerResponse, { code, status = 403 }: Exclude<StsFault, 'hang' | undefined>): void {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>hunter2</Message></Error>`;
  answer(response, status, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`);
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}
