import * as z from 'zod';
import { rules } from '../cel.ts';

/** As the status names what was read. */
export const SOURCE_KINDS = ['Secret', 'SecretVersion', 'Parameter', 'ParameterPath', 'Find'] as const;

/** As CreateSecret takes names; those of secrets that another service of AWS manages have an exclamation mark. */
const secretId = z
  .string()
  .min(1)
  .max(2048)
  .meta({
    description: 'Name or ARN of a secret in AWS Secrets Manager.',
    ...rules({
      rule: "self.matches('^(arn:[a-zA-Z0-9/_+=.@!:-]+|[a-zA-Z0-9/_+=.@!-]+)$')",
      message: '`secretId` must be an ARN, or a name of letters, digits, "/", "_", "+", "=", ".", "@", "!" and "-"',
    }),
  });

const dataEntry = z
  .object({
    key: z
      .string()
      .min(1)
      .max(253)
      .meta({
        description: 'Key of the Secret.',
        ...rules({
          rule: "self.matches('^[-._a-zA-Z0-9]+$') && self != '.' && !self.startsWith('..')",
          message: '`key` must consist of letters, digits, "-", "_" and ".", and must not be "." or start with ".."',
        }),
      }),
    secretId: secretId.optional(),
    parameter: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .meta({
        description: 'Name or ARN of a parameter in AWS Systems Manager Parameter Store.',
        ...rules({
          rule: "self.startsWith('arn:') || self.matches('^[a-zA-Z0-9_./-]+$')",
          message:
            '`parameter` must be an ARN, or a name of letters, digits, "_", ".", "-" and "/"; a version goes into `parameterVersion` or `parameterLabel`',
        }),
      }),
    property: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .meta({ description: 'Top-level property of the JSON object, taken literally. Absent: the whole value.' }),
    jmesPath: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .meta({ description: 'JMESPath expression over the JSON document, such as endpoints[0].host (jmespath.org).' }),
    encoding: z.enum(['None', 'Base64', 'Base64Url']).default('None').meta({
      description:
        'How the selected text is encoded in AWS: it is decoded before it goes into the Secret. Line breaks in it do not matter.',
    }),
    versionStage: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'Staging label of the version to read. Default: AWSCURRENT.' }),
    versionId: z.string().min(32).max(64).optional().meta({ description: 'Version to read, whatever stage it has.' }),
    parameterVersion: z.int().min(1).optional().meta({ format: 'int64', description: 'Version of the parameter.' }),
    parameterLabel: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({
        description: 'Label of the parameter’s version.',
        ...rules({
          rule: "self.matches('^[a-zA-Z_.-][a-zA-Z0-9_.-]*$')",
          message:
            '`parameterLabel` must consist of letters, digits, "_", "." and "-", and must not begin with a digit',
        }),
      }),
    optional: z.boolean().default(false).meta({
      description: 'Leave the key out, instead of failing, while AWS has no such secret, parameter or property.',
    }),
  })
  .meta({
    description: 'One key of the Secret and where its value comes from.',
    ...rules(
      {
        rule: 'has(self.secretId) != has(self.parameter)',
        message: 'each entry of `data` must name either `secretId` or `parameter`',
      },
      {
        rule: '!has(self.property) || !has(self.jmesPath)',
        message: 'an entry of `data` must not have both `property` and `jmesPath`',
      },
      {
        rule: '!(has(self.versionStage) && has(self.versionId)) && !(has(self.parameterVersion) && has(self.parameterLabel))',
        message:
          'an entry of `data` must name one version: `versionStage` or `versionId`, `parameterVersion` or `parameterLabel`',
      },
      {
        rule: 'has(self.secretId) ? !has(self.parameterVersion) && !has(self.parameterLabel) : !has(self.versionStage) && !has(self.versionId)',
        message:
          '`versionStage` and `versionId` go with `secretId`, `parameterVersion` and `parameterLabel` with `parameter`',
      },
    ),
  });

/** What becomes of names before they are keys, in this order. */
const keys = z
  .object({
    rename: z
      .array(
        z.object({
          pattern: z
            .string()
            .min(1)
            .max(256)
            .meta({ description: 'Regular expression of RE2 (github.com/google/re2/wiki/Syntax).' }),
          replacement: z.string().max(256).meta({
            description: `What replaces each match: $0 is all of it, $1 to $9 its groups, \${name} one by name or number, $$ a dollar.`,
          }),
        }),
      )
      .max(16)
      .optional()
      .meta({ description: 'Replacements, one after the other.', 'x-kubernetes-list-type': 'atomic' }),
    case: z.enum(['UpperSnake', 'LowerSnake']).optional().meta({
      description: 'UpperSnake: dbPassword and db-password become DB_PASSWORD. LowerSnake: db_password.',
    }),
    prefix: z
      .string()
      .max(128)
      .optional()
      .meta({
        description: 'What goes before each key.',
        ...rules({
          rule: "self.matches('^[-._a-zA-Z0-9]*$')",
          message: '`prefix` must consist of letters, digits, "-", "_" and "."',
        }),
      }),
  })
  .optional()
  .meta({
    description: 'What becomes of names before they are keys of the Secret: `rename`, then `case`, then `prefix`.',
  });

const find = z
  .object({
    namePattern: z.string().min(1).max(512).meta({
      description: 'Names of secrets: * stands for any characters, ? for one, such as prod/payments/*.',
    }),
    tags: z
      .record(z.string().max(128), z.string().max(256))
      .optional()
      .meta({ description: 'Tags that a secret must have, each key with its value.', maxProperties: 10 }),
    expand: z.boolean().default(false).meta({
      description:
        'False: one key for each secret, which is what of its name follows the last "/" before the first wildcard, with "/" as "_". True: one for each property of each secret.',
    }),
  })
  .optional()
  .meta({ description: 'All secrets of Secrets Manager with such a name and such tags.' });

const dataFromEntry = z
  .object({
    secretId: secretId.optional(),
    parameterPath: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .meta({
        description:
          'All parameters under a path of Parameter Store. The key is what follows the path, with "/" as "_".',
        ...rules({
          rule: "self.matches('^/[a-zA-Z0-9_./-]*$')",
          message: '`parameterPath` must begin with "/", and consist of letters, digits, "_", ".", "-" and "/"',
        }),
      }),
    find,
    keys,
  })
  .meta({
    description:
      'Many keys at once: the properties of a secret, the parameters under a path, or secrets that are found.',
    ...rules({
      rule: '[has(self.secretId), has(self.parameterPath), has(self.find)].exists_one(x, x)',
      message: 'each entry of `dataFrom` must name one of `secretId`, `parameterPath` and `find`',
    }),
  });

export const data = z
  .array(dataEntry)
  .max(256)
  .optional()
  .meta({
    description: 'Single keys. They win over `dataFrom`.',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['key'],
  });

export const dataFrom = z.array(dataFromEntry).max(64).optional().meta({
  description: 'Whole secrets, paths and searches. Two names that give the same key are refused.',
  'x-kubernetes-list-type': 'atomic',
});
