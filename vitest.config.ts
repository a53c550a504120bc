import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The code keeps no state in modules, so files may share a worker's module graph: much faster.
    pool: 'threads',
    isolate: false,
    // By itself Vitest leaves a core to the rest of the machine: half of the two that are usual.
    maxWorkers: 2,
    retry: 0,
    testTimeout: 10_000,
  },
});
