import { code, linkTo, table } from '../../crds/reference/markdown.ts';
import { AWS_ERRORS, type Classification, OTHER_ERRORS } from '../classify.ts';

/** The reference page of what is made of AWS's errors, in Markdown. */
export function awsErrorsReference(): string {
  const head = ['code', 'meaning', 'next region', 'mends itself', 'reason'];
  const known = AWS_ERRORS.map(({ codes, meaning, is }) => [codes.map(code).join(', '), meaning, ...verdict(is)]);
  const others = [
    ['no answer: network, or no time left', 'The region cannot be reached.', ...verdict(OTHER_ERRORS.trouble)],
    ['any other, with HTTP 429 or 5xx', 'AWS, or a gateway before it, has trouble.', ...verdict(OTHER_ERRORS.trouble)],
    ['any other, with HTTP 4xx', 'AWS refuses for a cause that is not known here.', ...verdict(OTHER_ERRORS.refusal)],
  ];
  const sections = [
    '# AWS errors',
    'What the operator makes of an answer of AWS that is an error. What decides is the code, never the HTTP status alone:\nthrottling arrives as a 400. The code stands in the message of the condition.',
    `- **next region**: where the region that was asked is the primary, the next one of \`regions\` is asked. What a secondary\n  refuses is no verdict, whatever its code: only its replica or the permission there may be missing.\n- **mends itself**: it is tried again after 1 second, then with pauses of at most a minute. Else somebody has to mend it:\n  it is tried again within five minutes.\n- **reason**: of the condition \`Ready\`; [what each means](aws-secret.md#reasons-of-conditions). Those of credentials go\n  through every region's STS before they are told.\n- Within one BatchGetSecretValue each secret has its own code; a batch that is refused whole is halved until it is known\n  which of them is to blame. ${linkTo('Denied calls', 'Denied calls')} are made in another way.`,
    table(head, [...known, ...others]),
    '## Denied calls',
    'A call that AWS denies for the identity is remembered for 15 minutes, and what it would have told is asked by another:\nListSecrets and BatchGetSecretValue are only cheaper than DescribeSecret and GetSecretValue. One line of the log and\n`secrets_operator_aws_denied_total` tell of it. `AccessDenied` is told where no call is left that would be allowed.',
  ];
  return `${sections.map(section => section.trimEnd()).join('\n\n')}\n`;
}

function verdict({ isElsewhere, isTransient, reason }: Classification): readonly string[] {
  return [isElsewhere ? 'yes' : 'no', isTransient ? 'yes' : 'no', code(reason)];
}
