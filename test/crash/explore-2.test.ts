import { explore } from './explore.ts';

await explore({ index: 1, of: 4 });
