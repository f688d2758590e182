import { explore } from './explore.ts';

await explore({ index: 0, of: 4 });
