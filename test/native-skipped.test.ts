// Runs in place of the native group where the addon cannot be loaded, so that the report says that it was skipped, and why.
import { test } from 'vitest';

test.skip(`native backend: ${process.env.GRADTAPE_NATIVE_REASON}`, () => {});
