import type { Reporter, TestModule } from 'vitest/node';

/** Tells at the end how many points were explored, of which scenario, and which of them met no call. */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export.
export default class ExplorationReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, { explored: number; unmet: number }>();
    for (const test of modules.flatMap(module => [...module.children.allTests()])) {
      const { point } = test.meta();
      if (point === undefined) continue;
      const name = test.parent.type === 'suite' ? test.parent.name : '';
      const count = counts.get(name) ?? { explored: 0, unmet: 0 };
      count.explored += 1;
      if (!point.wasMet) count.unmet += 1;
      counts.set(name, count);
    }
    for (const [name, { explored, unmet }] of [...counts].sort()) {
      const note =
        unmet === 0 ? '' : `; ${unmet} of them for calls that are not made in each run, and were not in theirs`;
      process.stdout.write(`${name}: ${explored} points${note}\n`);
    }
    const total = [...counts.values()].reduce((sum, { explored }) => sum + explored, 0);
    process.stdout.write(`explored ${total} points\n`);
  }
}
