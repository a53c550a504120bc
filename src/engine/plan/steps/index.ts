import { applyComponent } from './apply-component.ts';
import { deploy } from './deploy.ts';
import type { StepDefinition } from './step.ts';
import { stepGroup } from './step-group.ts';
import { suspend } from './suspend.ts';

/** Every type of step that there is. */
export const stepDefinitions: ReadonlyMap<string, StepDefinition> = new Map([
  ['apply-component', applyComponent],
  ['deploy', deploy],
  ['step-group', stepGroup],
  ['suspend', suspend],
]);
