import { defineConfig } from 'vitest/config';

// Groups run one after the other. `make test` runs the exploration beside the others, at a lower priority.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'test/support/**/*.test.ts',
            'test/reliability/**/*.test.ts',
            'test/state-machine/*/*.test.ts',
            'test/soak/**/*.test.ts',
            'test/*.test.ts',
          ],
          // No source holds state in a module, so that the files of a worker may share their imports.
          pool: 'threads',
          isolate: false,
          // Properties compute for seconds where the tools are being built beside them.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/state-machine/*.test.ts'],
          globalSetup: ['test/integration/setup.ts'],
          // More than there are cores: the files mostly wait, for a watch or a pause that the operator makes.
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          maxConcurrency: 16,
          maxWorkers: 2,
          // Thousands of operators come and go in one process: a small nursery would be swept all the time.
          execArgv: ['--max-semi-space-size=64'],
          globalSetup: ['test/integration/setup.ts'],
          // It takes what others leave of the machine; six plays of a real process, one after the other, are one test.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/cluster/**/*.test.ts'],
          // One process for all files, one file after the other: they share one cluster.
          pool: 'forks',
          maxWorkers: 1,
          isolate: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
