import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { createSecureContext, getCACertificates, TLSSocket } from 'node:tls';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { type Clock, createDeadline } from '../controller/runtime/clock.ts';
import { proxySettings } from './network/proxy.ts';

export interface NetworkOptions {
  /** In PEM; trusted beside those that Node trusts by itself, to which NODE_EXTRA_CA_CERTS adds. */
  readonly ca: readonly string[];
  /** Names the proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const CONNECT_MS = 2_000;
const ATTEMPT_MS = 4_000;
const MAX_SOCKETS = 50;

/**
 * One pool of sockets for all clients of AWS; `destroy` closes it. Every attempt has a deadline, by our clock. Throws an
 * Error that names the variable when a proxy cannot be used.
 */
export function createRequestHandler({ ca, env, clock }: NetworkOptions): NodeHttpHandler {
  const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, proxyEnv: { ...proxySettings(env) } } as const;
  const agents = { httpAgent: new http.Agent(pool), httpsAgent: new https.Agent({ ...pool, ...trusting(ca) }) };
  for (const agent of Object.values(agents)) limitConnecting(agent, clock);
  return new TimedHandler(agents, clock);
}

/** Node's own handler has timers of its own, for the clock of the machine alone. */
class TimedHandler extends NodeHttpHandler {
  readonly #clock: Clock;

  constructor(agents: NodeHttpHandlerOptions, clock: Clock) {
    // It tells of a crowd that waits for sockets; later than anybody waits.
    super({ ...agents, socketAcquisitionWarningTimeout: CONNECT_MS + ATTEMPT_MS });
    this.#clock = clock;
  }

  override async handle(...[request, options = {}]: Parameters<NodeHttpHandler['handle']>) {
    const abortSignal = options.abortSignal as AbortSignal | undefined;
    const deadline = createDeadline(this.#clock, ATTEMPT_MS, abortSignal);
    try {
      return await super.handle(request, { ...options, abortSignal: deadline.signal });
    } catch (error) {
      // Whoever asks has the time for one more attempt; one that they have ended is over.
      const isLate = deadline.signal.aborted && abortSignal?.aborted !== true;
      throw isLate ? timeout(`no answer within ${ATTEMPT_MS} ms`) : error;
    } finally {
      deadline.end();
    }
  }
}

/** As the SDK knows it: worth another attempt. */
function timeout(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}

/** Made once: to read all certificates anew for each connection takes longer than the handshake. */
function trusting(ca: readonly string[]): https.AgentOptions {
  return ca.length === 0 ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates(), ...ca] }) };
}

/**
 * Tears down a connection that does not stand in time, and a tunnel too: Node knows of no request to which the socket of
 * a tunnel belongs, so that behind a proxy that falls silent every attempt would leave one.
 */
function limitConnecting(agent: http.Agent, clock: Clock): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    let end = (): void => undefined;
    const socket = connect(options, (error, stream) => {
      end();
      callback?.(error, stream);
    });
    if (!(socket instanceof Socket)) return socket;
    // A tunnel is told by the callback alone; to a proxy that speaks TLS itself Node does not say when it stands.
    const isTunnel = agent instanceof https.Agent && !(socket instanceof TLSSocket);
    const ms = isTunnel ? ATTEMPT_MS : CONNECT_MS;
    end = clock.schedule(ms, () => socket.destroy(timeout(`no connection within ${ms} ms`)));
    if (!isTunnel) socket.once('connect', end);
    return socket.once('close', end);
  };
}
