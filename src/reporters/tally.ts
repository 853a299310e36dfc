import type { Reporter } from '../model';
import { appendLine } from './append';

/** For `forkguard run --exit-code` alone: leaves a mark that some process of the tree has reported harm. */
export default function tally(): Reporter {
  const path = process.env.FORKGUARD_INTERNAL_TALLY;
  return {
    hazard({ severity, rule }) {
      if (path !== undefined && severity !== 'info') appendLine(path, rule);
    },
  };
}
