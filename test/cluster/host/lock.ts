import { once } from 'node:events';
import { connect, createServer } from 'node:net';

// An abstract socket: the kernel gives it to one process at a time, and takes it back when that process ends in any way.
const name = 'secrets-operator/host-cluster';

/**
 * Makes this process the only one that runs a host cluster, as its addresses exist once. Returns what gives the place up.
 * Throws an error that names the owner when another process has it.
 */
export async function takeLock(directory: string): Promise<() => Promise<void>> {
  const server = createServer(socket =>
    socket.on('error', () => undefined).end(`process ${process.pid}, directory ${directory}`),
  );
  server.listen(`\0${name}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Error(
      `a host cluster runs on this machine already (${await askOwner()}; lock: abstract socket @${name}): stop it first`,
      {
        cause,
      },
    );
  }
  server.unref();
  return async () => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
}

function askOwner(): Promise<string> {
  return new Promise(resolve => {
    let answer = '';
    const socket = connect(`\0${name}`);
    socket.setEncoding('utf8').setTimeout(2_000, () => socket.destroy());
    socket.on('data', part => {
      answer += part;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer || 'its process does not answer'));
  });
}
