import type { Clock } from '../../controller/runtime/clock.ts';

export interface Sharing {
  /** Returns the object that it is given, with its texts replaced by equal ones that are held already. */
  texts<T extends object>(object: T): T;
  /** An equal object that is held already, or this one: for what is the same for most, and never changed. */
  whole<T extends object>(object: T): T;
}

/** Long enough for the objects of one burst: a start lists them kind by kind, a write brings its echo. */
const KEPT_MS = 60_000;
/** Of longer ones hardly any are equal. */
const MAX_LENGTH = 512;
/** Then all are forgotten, and some are held twice. */
const MAX_HELD = 500_000;

/**
 * Objects that arrive as JSON bring their own copy of each text, although a Secret and its AwsSecret name each other, and
 * thousands name the same namespace: half of what an idle object would cost. Objects have to be fresh from the parser,
 * since they are changed in place. What is known here is forgotten within a minute.
 */
export function createSharing(clock: Clock): Sharing {
  const texts = new Map<string, string>();
  const objects = new Map<string, object>();
  let isForgetting = false;

  const forgetLater = (): void => {
    if (isForgetting) return;
    isForgetting = true;
    clock.schedule(KEPT_MS, () => {
      isForgetting = false;
      texts.clear();
      objects.clear();
    });
  };
  const known = <T>(all: Map<string, T>, text: string, fresh: T): T => {
    const held = all.get(text);
    if (held !== undefined || text.length > MAX_LENGTH) return held ?? fresh;
    forgetLater();
    if (all.size >= MAX_HELD) all.clear();
    all.set(text, fresh);
    return fresh;
  };
  const within = (object: Record<string, unknown>): void => {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (typeof value === 'string') object[key] = known(texts, value, value);
      else if (typeof value === 'object' && value !== null) within(value as Record<string, unknown>);
    }
  };
  return {
    texts(object) {
      within(object as Record<string, unknown>);
      return object;
    },
    whole: <T extends object>(object: T) => known(objects, JSON.stringify(object), object) as T,
  };
}
