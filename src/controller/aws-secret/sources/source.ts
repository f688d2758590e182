/**
 * One thing in AWS that a spec names. Secrets of Secrets Manager by stage or by version, parameters of Parameter Store
 * by version, label, or as they are now; `ParameterPath` and `Find` stand for any number of these.
 */
export type Source =
  | { readonly kind: 'Secret'; readonly secretId: string; readonly versionStage: string }
  | { readonly kind: 'SecretVersion'; readonly secretId: string; readonly versionId: string }
  /** `selector` is a version or a label, as GetParameters takes it behind a colon. */
  | { readonly kind: 'Parameter'; readonly name: string; readonly selector?: string }
  | { readonly kind: 'ParameterPath'; readonly path: string }
  /** `namePattern` is a glob: `*` any characters, `?` one. */
  | { readonly kind: 'Find'; readonly namePattern: string; readonly tags: Readonly<Record<string, string>> };

export type SourceKind = Source['kind'];

/** Identifies a source within one AwsSecret, and under one identity in one region. Its parts may hold any character. */
export function sourceKey(source: Source): string {
  switch (source.kind) {
    case 'Secret':
      return JSON.stringify([source.kind, source.secretId, source.versionStage]);
    case 'SecretVersion':
      return JSON.stringify([source.kind, source.secretId, source.versionId]);
    case 'Parameter':
      return JSON.stringify([source.kind, source.name, source.selector ?? '']);
    case 'ParameterPath':
      return JSON.stringify([source.kind, source.path]);
    case 'Find':
      return JSON.stringify([source.kind, source.namePattern, Object.entries(source.tags).sort()]);
    default:
      return source satisfies never;
  }
}

/** A source as the status names it. */
export interface SourceTitle {
  readonly kind: SourceKind;
  /** Name or ARN, path, or pattern. */
  readonly name: string;
  /** What was asked of it: a stage, a version or a label; absent where the spec asks for none. */
  readonly stage?: string;
}

export function titleOf(source: Source): SourceTitle {
  const { kind } = source;
  switch (kind) {
    case 'Secret':
      return { kind, name: source.secretId, stage: source.versionStage };
    case 'SecretVersion':
      return { kind, name: source.secretId, stage: source.versionId };
    case 'Parameter':
      return { kind, name: source.name, ...(source.selector !== undefined && { stage: source.selector }) };
    case 'ParameterPath':
      return { kind, name: source.path };
    case 'Find': {
      const tags = Object.entries(source.tags).sort();
      return {
        kind,
        name: source.namePattern,
        ...(tags.length > 0 && { stage: tags.map(tag => tag.join('=')).join(',') }),
      };
    }
    default:
      return source satisfies never;
  }
}

/** A source in the words of a message, such as `secret "prod/db"`. */
export function describeSource(source: Source): string {
  const { kind, name, stage } = titleOf(source);
  const quoted = JSON.stringify(name);
  switch (kind) {
    case 'Secret':
      return stage === 'AWSCURRENT' ? `secret ${quoted}` : `secret ${quoted} with stage ${JSON.stringify(stage)}`;
    case 'SecretVersion':
      return `secret ${quoted} with version ${JSON.stringify(stage)}`;
    case 'Parameter':
      return stage === undefined ? `parameter ${quoted}` : `parameter ${quoted} at ${JSON.stringify(stage)}`;
    case 'ParameterPath':
      return `parameters under ${quoted}`;
    case 'Find':
      return stage === undefined ? `secrets like ${quoted}` : `secrets like ${quoted} with tags ${stage}`;
    default:
      return kind satisfies never;
  }
}
