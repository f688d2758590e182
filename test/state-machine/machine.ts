import type { Hand } from './hand.ts';
import { PRIMARY, put, SECONDARY, storedKey } from './model/aws.ts';
import { type Content, contentOf } from './model/content.ts';
import type { Edit, Sequence, Step } from './model/sequence.ts';
import { type Spec, targetOf } from './model/spec.ts';
import { judge, type Scene } from './model/verdict.ts';
import type { Json } from './schema/json-schema.ts';
import { namesIt } from './schema/refusal.ts';
import { assertSame, createReach, type Reach, type State, type Waiting } from './state.ts';

/** What became of a step. `invalid`: the API server refused it whole. `holds`: it is so. The others were taken back. */
export type Fate = 'invalid' | 'holds' | 'refused' | 'suspended';

/**
 * Does the steps one after the other, and after each waits for what the model says. What was refused is taken back, and
 * all must be as before. Rejects with what differs.
 */
export class Machine {
  readonly #hand: Hand;
  readonly #stamp: string;
  readonly #reach: Reach['reach'];
  readonly #revert: Reach['revert'];
  #requests = 0;
  #versions = 0;

  /** `stamp` stands in every value; no state may take longer than `timeoutMs` to be reached. */
  constructor(hand: Hand, stamp: string, timeoutMs = 30_000) {
    this.#hand = hand;
    this.#stamp = stamp;
    const { reach, revert } = createReach(hand, timeoutMs);
    this.#reach = reach;
    this.#revert = revert;
  }

  /** `onStep` is called before each. */
  async run({ first, steps }: Sequence, before: Scene, onStep: (step: Step) => void): Promise<readonly Fate[]> {
    const { metadata } = await this.#hand.create(first);
    const scene = { ...before, self: { ...before.self, uid: metadata.uid } };
    let state = await this.#reach(first, scene, judge(first, scene), { generation: metadata.generation });
    const fates: Fate[] = [];
    for (const step of steps) {
      onStep(step);
      const [fate, next] = await this.#take(step, state);
      fates.push(fate);
      state = next;
    }
    return fates;
  }

  async #take(step: Step, state: State): Promise<readonly [Fate, State]> {
    switch (step.do) {
      case 'apply':
        return await this.#apply(step.specs, state);
      case 'hurry':
        return ['holds', await this.#hurry(step.specs, state)];
      case 'misapply':
        return ['invalid', await this.#misapply(step, state)];
      case 'rotate':
        return await this.#rotate(step, state);
      case 'edit':
        return await this.#edit(step.what, state);
      case 'remove':
        return ['holds', await this.#remove(state)];
      case 'recreate':
        return ['holds', await this.#recreate(state)];
      default:
        return step satisfies never;
    }
  }

  async #apply(specs: readonly Spec[], state: State): Promise<readonly [Fate, State]> {
    let fate: Fate = 'holds';
    for (const spec of specs) {
      const verdict = judge(spec, state.scene, fate === 'refused' ? 'False' : 'True');
      const next = await this.#reach(spec, state.scene, verdict, await this.#put(spec), state);
      if (verdict.kind === 'holds') return ['holds', next];
      if (fate !== 'refused') fate = verdict.kind;
    }
    const reverted = await this.#put(state.spec);
    return [fate, await this.#revert(state, state.scene, reverted)];
  }

  /** What is written meanwhile may tell of changes there and back; a former target could be left anywhere. */
  async #hurry(specs: readonly Spec[], { spec, scene }: State): Promise<State> {
    for (const { target: _, ...other } of specs) {
      await this.#put({ ...other, ...(spec.target !== undefined && { target: spec.target }) });
    }
    return await this.#reach(spec, scene, judge(spec, scene), await this.#put(spec));
  }

  async #put(spec: Spec): Promise<Waiting> {
    const { status, body } = await this.#hand.replace({ spec: spec as unknown as Json });
    if (status >= 300)
      throw new Error(`the API server refused a spec that keeps its schema (${status}): ${body.message}`);
    return { generation: body.metadata.generation };
  }

  async #misapply(step: Step & { do: 'misapply' }, state: State): Promise<State> {
    const { status, body } = await this.#hand.replace(step.manifest);
    const message = body.message ?? '';
    if (status !== 422) throw new Error(`what breaks ${step.constraint} of ${step.path} was answered with ${status}`);
    if (!namesIt(message, step))
      throw new Error(`the refusal does not name ${step.constraint} of ${step.path}: ${message}`);
    assertSame('a manifest that was refused changed something', state.seen, await this.#hand.look());
    return state;
  }

  async #rotate({ secret, to }: Step & { do: 'rotate' }, state: State): Promise<readonly [Fate, State]> {
    const { names } = this.#hand;
    const secretId = names.own[secret];
    const regions = secret === 'regional' ? [PRIMARY, SECONDARY] : [PRIMARY];
    const turn = async (content: (region: string) => Content, from: Scene): Promise<Scene> => {
      for (const region of regions) await this.#hand.rotate(region, secretId, content(region));
      return { ...from, aws: regions.reduce((aws, region) => put(aws, region, secretId, content(region)), from.aws) };
    };
    this.#versions += 1;
    const stamp = `${this.#stamp}-${this.#versions}`;
    const scene = await turn(region => contentOf(to, `${stamp}-${region}`), state.scene);
    const verdict = judge(state.spec, scene);
    const next = await this.#reach(state.spec, scene, verdict, await this.#refresh(), state);
    if (verdict.kind === 'holds') return ['holds', next];
    const back = await turn(region => {
      const former = state.scene.aws.get(storedKey(region, secretId))?.current;
      if (former === undefined) throw new RangeError(`${secretId} had no value`);
      return former;
    }, scene);
    return [verdict.kind, await this.#revert(state, back, await this.#refresh())];
  }

  async #refresh(): Promise<Waiting> {
    this.#requests += 1;
    const request = `request-${this.#requests}`;
    await this.#hand.request(request);
    return { request };
  }

  async #edit(what: Edit, state: State): Promise<readonly [Fate, State]> {
    const { spec, scene, seen } = state;
    const { name } = targetOf(spec, scene.self.name);
    const { status, body } = await this.#hand.edit(name, what);
    // Some types demand keys.
    if (status === 422) return ['invalid', state];
    if (status !== 200) throw new Error(`${what} of Secret ${name}: ${status} ${body.message}`);
    const before = seen.secrets.get(name)?.metadata.resourceVersion;
    const edited = body.metadata.resourceVersion;
    const not = edited === before ? [] : [before, edited];
    return ['holds', await this.#reach(spec, scene, judge(spec, scene), { not }, state)];
  }

  async #remove(state: State): Promise<State> {
    const { spec, scene, seen } = state;
    const { name } = targetOf(spec, scene.self.name);
    await this.#hand.removeSecret(name);
    const after = { ...scene, secrets: new Map([...scene.secrets].filter(([other]) => other !== name)) };
    const not = [seen.secrets.get(name)?.metadata.resourceVersion];
    return await this.#reach(spec, after, judge(spec, after), { not }, state);
  }

  async #recreate(state: State): Promise<State> {
    await this.#hand.remove();
    const { metadata } = await this.#hand.create(state.spec);
    const { name, uid, former } = state.scene.self;
    const scene = { ...state.scene, self: { name, uid: metadata.uid, former: [...former, uid] } };
    return await this.#reach(state.spec, scene, judge(state.spec, scene), { generation: metadata.generation }, state);
  }
}
