import type { Section } from '../section.ts';

const UNUSABLE = 'what AWS holds, or does not give, cannot be used';

/** What people write into manifests and into AWS. */
export const input: Section = {
  title: 'Bad input',
  intro: 'It is refused whole, by a message that names the secret and the key and never a value.',
  rows: [
    {
      fault: 'A manifest breaks a rule',
      promise:
        'The API server refuses it, and nothing changes. What it cannot check, such as labels, or what an older definition lets through, the operator refuses.',
      see: 'the error of `kubectl apply`; `InvalidSpec`',
      tests: {
        'test/integration/bad-input.test.ts': ['the API server refuses a bad manifest'],
        'src/controller/aws-secret/plan.test.ts': ['refusals name the field and what is allowed'],
        'src/controller/aws-secret/secret/metadata-rules.test.ts': [
          'the refusal names the key, what is allowed, and no value',
        ],
      },
    },
    {
      fault: 'AWS holds what no Secret can be made of: no JSON, no UTF-8, a missing property, names that are no keys',
      promise: 'The last good Secret stays, byte for byte. At a first sync none is made.',
      see: '`Ready` is `False` with `NotJson`, `PropertyNotFound`, `InvalidKey`, `DuplicateKey`, `EmptyValue` or `MissingTypeKeys`',
      tests: {
        'test/integration/bad-input.test.ts': [
          `${UNUSABLE} > …: …`,
          `${UNUSABLE} > at a first sync nothing is written of what …`,
          `${UNUSABLE} > two sources with one key are refused by its name, until data says which one counts`,
        ],
      },
    },
    {
      fault:
        'Strange names and bytes: binary, empty, NUL, long numbers, keys such as `__proto__` or `..`, JSON of any depth',
      promise: 'They arrive byte for byte, or are refused by name.',
      see: '`InvalidKey`, `NotJson`',
      tests: {
        'test/integration/sync.test.ts': ['an AwsSecret becomes a Secret > …'],
        'test/integration/hostile-keys.test.ts': ['names that a program may stumble over'],
        'src/controller/aws-secret/sources/document.fuzz.test.ts': [
          'each property of a document comes out exactly as it was written, and the last of a name counts',
          'no depth is too deep',
        ],
        'src/controller/aws-secret/sources/select.fuzz.test.ts': [
          'whatever AWS gives, the values are those of a plain model, or the reason is one that holds',
        ],
      },
    },
    {
      fault: 'The values are over 1 MiB together, or the names of keys make the Secret too large',
      promise:
        'They are refused before anything is written, with the size. Exactly 1 MiB is written, and 64 KiB of one value.',
      see: '`TooLarge`: split them over several AwsSecrets',
      tests: {
        'test/integration/bad-input.test.ts': [
          `${UNUSABLE} > exactly 1 MiB is written, and a byte more is refused before the write`,
        ],
        'test/integration/value-sizes.test.ts': ['values as large as they may be'],
      },
    },
    {
      fault: 'What was wrong is put right',
      promise:
        'The next try finds it, within 5 minutes at the latest; at once after a change of the spec or a request.',
      see: '`Synced`, told once',
      tests: {
        'test/integration/bad-input.test.ts': [
          `${UNUSABLE} > what was mended is written at once for who asks for a refresh, however often it has failed`,
        ],
        'test/integration/conditions.test.ts': [
          'what tools read from the conditions > a spec that is mended while it fails',
        ],
      },
    },
    {
      fault: 'A setting of the operator is wrong',
      promise: 'It does not start, so that a rolling update leaves the old pod at work.',
      see: 'exit code 2, and a line that names the flag',
      tests: {
        'test/integration/process.test.ts': ['dist/operator.mjs > refuses … by name'],
        'test/chart/chart.test.ts': ['the new pod is ready before the old one goes, which has time to drain'],
      },
    },
  ],
};
