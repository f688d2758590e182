import { type Answer, bytesOf, withBody } from './answer.ts';
import type { AnswerMemory } from './answer-memory.ts';
import { refusingIds } from './batch.ts';
import type { Exchange } from './exchange.ts';
import type { EventPass, Fault, WatchEnding } from './fault-types.ts';
import { askedAt, onlyItem } from './old-revision.ts';
import { awsRefusal, gatewayPage, refusalOf } from './refusal.ts';
import { goneEvent, linesOf, passed } from './watch.ts';

/** Lets `fault` meet a call, or passes it on. Returns when nothing more will happen to it; rejects with NoAnswer when the real server failed. */
export async function act(fault: Fault | undefined, exchange: Exchange, memory: AnswerMemory<Answer>): Promise<void> {
  const { call } = exchange;
  switch (fault?.kind) {
    case undefined:
      return await pass(exchange, memory);
    case 'error':
      return await exchange.answer(refusalOf(call, fault));
    case 'gatewayError':
      return await exchange.answer(gatewayPage(fault.status));
    case 'idError':
      return await refuseIds(exchange, fault);
    case 'reset':
      return await exchange.reset();
    case 'hang':
      return exchange.settle();
    case 'delay':
      await exchange.pause(fault.wait);
      return await exchange.answer(await exchange.forward());
    case 'lateAnswer': {
      const answer = await exchange.forward();
      await exchange.pause(fault.wait);
      return await exchange.answer(answer);
    }
    case 'loseAnswer':
      (await exchange.forward()).discard();
      return fault.ending === 'reset' ? await exchange.reset() : exchange.settle();
    case 'duplicate':
      return await twice(exchange, fault.answer);
    case 'truncate':
      return await truncate(exchange);
    case 'oldVersion': {
      const old = memory.recall(call, fault.back);
      return old === undefined ? await pass(exchange, memory) : await exchange.answer(old);
    }
    case 'oldRevision':
      return await exchange.answer(await answerAt(exchange, fault.revision));
    case 'kill':
      if (fault.when === 'after') (await exchange.forward()).discard();
      exchange.settle();
      return fault.victim();
    case 'watch':
      return await endWatch(exchange, fault.after, fault.ending);
    case 'events':
      return await passEvents(exchange, fault.pass);
  }
}

async function pass(exchange: Exchange, memory: AnswerMemory<Answer>): Promise<void> {
  const { call, client } = exchange;
  const answer = await exchange.forward(client.gone);
  if (call.target === 'kube' || call.isWrite || answer.head.status !== 200) return await exchange.answer(answer);
  memory.note(call, (await bytesOf(answer.chunks)).toString(), answer);
  await exchange.answer(answer);
}

async function answerAt({ call, request, forward }: Exchange, revision: string): Promise<Answer> {
  const answer = await forward(undefined, askedAt(revision, call, request));
  return call.verb === 'list' ? answer : await onlyItem(answer);
}

async function refuseIds(exchange: Exchange, { code, ids }: Fault & { kind: 'idError' }): Promise<void> {
  const { call } = exchange;
  const withRefused = refusingIds(call.verb, code);
  if (withRefused === undefined) return await exchange.answer(awsRefusal(call, { status: 400, code }));
  const answer = await exchange.forward();
  const refused = call.ids.filter(id => ids.includes(id));
  const body = withRefused((await bytesOf(answer.chunks)).toString(), refused);
  await exchange.answer(answer.head.status === 200 ? withBody(answer, body) : answer);
}

async function twice(exchange: Exchange, which: 'first' | 'second'): Promise<void> {
  const first = await exchange.forward();
  const second = await exchange.forward();
  const [answer, other] = which === 'first' ? [first, second] : [second, first];
  other.discard();
  await exchange.answer(answer);
}

async function truncate(exchange: Exchange): Promise<void> {
  if (exchange.call.verb === 'watch') return await endWatch(exchange, 0, 'half');
  const { head, chunks } = await exchange.forward();
  const bytes = await bytesOf(chunks);
  exchange.settle(head.status);
  await exchange.client.open(head);
  await exchange.client.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  await exchange.client.reset();
}

async function endWatch(exchange: Exchange, after: number, ending: WatchEnding): Promise<void> {
  const { client } = exchange;
  const answer = await exchange.forward(client.gone);
  if (answer.head.status !== 200) return await exchange.answer(answer);
  exchange.settle(answer.head.status);
  await client.open(answer.head);
  const lines = linesOf(answer.chunks);
  for (let left = after; left > 0; left -= 1) {
    const line = await lines.next();
    if (line.done) return await client.end();
    await client.write(line.value);
  }
  if (ending === 'half') {
    const line = await lines.next();
    if (!line.done) await client.write(line.value.subarray(0, line.value.length / 2));
  }
  if (ending === 'gone') await client.write(goneEvent());
  // Without waiting for it: the real server's stream may be silent.
  answer.discard();
  if (ending === 'gone' || ending === 'end') await client.end();
  else if (ending !== 'stall') await client.reset();
}

async function passEvents(exchange: Exchange, pass: EventPass): Promise<void> {
  const answer = await exchange.forward(exchange.client.gone);
  const isOpen = answer.head.status === 200;
  await exchange.answer(isOpen ? { ...answer, chunks: passed(answer.chunks, pass) } : answer);
}
