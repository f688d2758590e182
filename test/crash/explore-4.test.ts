import { explore } from './explore.ts';

await explore({ index: 3, of: 4 });
