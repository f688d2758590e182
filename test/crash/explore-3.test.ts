import { explore } from './explore.ts';

await explore({ index: 2, of: 4 });
