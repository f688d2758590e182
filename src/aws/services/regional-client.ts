import { type Clock, createDeadline } from '../../controller/runtime/clock.ts';
import { errorCode } from '../classify.ts';
import { type EndpointSettings, type Endpoints, endpointOf, type Service } from '../endpoints.ts';
import type { Credentials, SharedCredentials } from '../identity/credentials.ts';

export interface ClientOptions {
  readonly credentials: SharedCredentials;
  readonly endpoints: Endpoints;
  /** Shared by all clients: a client is never destroyed, because that would close it. */
  readonly requestHandler: object;
  readonly userAgent: string;
  /** For all attempts of one call with one set of credentials, once there are any. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

/** What an SDK client is made with, whatever its service. */
export interface ClientSettings extends EndpointSettings {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
  readonly requestHandler: never;
  readonly customUserAgent: string;
  readonly maxAttempts: number;
}

/** Ends what is under way when the deadline has passed. */
export interface InTime {
  readonly abortSignal: AbortSignal;
}

/** One call, under one deadline however many requests it takes. Rejects with what the SDK throws, as it is. */
export type Call<Client> = <T>(send: (client: Client, inTime: InTime) => Promise<T>) => Promise<T>;

/** An SDK client, and the credentials that it signs with: it keeps them for as long as our own clock calls them good. */
interface Session<Client> {
  readonly client: Client | Promise<Client>;
  used?: Credentials;
}

/** The second attempt is for a connection that broke; whoever is throttled twice has to hear of it. */
const ATTEMPTS = 2;
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/**
 * The SDK client of one service, region and identity, made when it is first needed. When AWS calls its credentials
 * expired, whatever our own clock says, the call is made once more with others.
 */
export function createRegionalClient<Client>(
  service: Service,
  region: string,
  options: ClientOptions,
  connect: (settings: ClientSettings) => Client | Promise<Client>,
): Call<Client> {
  const { credentials, endpoints, clock } = options;
  let current: Session<Client> | undefined;

  const open = (): Session<Client> => {
    const session: Session<Client> = {
      client: connect({
        region,
        ...endpointOf(endpoints, service, region),
        credentials: async () => {
          session.used = await credentials();
          return session.used;
        },
        requestHandler: options.requestHandler as never,
        customUserAgent: options.userAgent,
        maxAttempts: ATTEMPTS,
      }),
    };
    return session;
  };
  const renewed = async (expired: Session<Client>): Promise<Session<Client>> => {
    await credentials({ refused: expired.used });
    if (current === expired || current === undefined) current = open();
    return current;
  };

  const inTime = async <T>(
    session: Session<Client>,
    send: (client: Client, inTime: InTime) => Promise<T>,
  ): Promise<T> => {
    const client = await session.client;
    const deadline = createDeadline(clock, options.deadlineMs);
    return await send(client, { abortSignal: deadline.signal }).finally(deadline.end);
  };

  return async send => {
    // Before the deadline: STS may have to be asked in one region after the other, and has deadlines of its own.
    await credentials();
    current ??= open();
    const session = current;
    try {
      return await inTime(session, send);
    } catch (error) {
      if (!EXPIRED.has(errorCode(error))) throw error;
      return await inTime(await renewed(session), send);
    }
  };
}
