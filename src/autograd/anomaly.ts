// Anomaly mode for users: it finds the forward call whose backward fails or gives NaN, at the price of a stack trace for every op.
import { ArgumentError, fail, show } from '../core/errors.js';
import { type AnomalyMode, anomalyMode, setAnomalyMode } from '../tensor/anomaly.js';
import { within } from '../tensor/node.js';

const modeOf = (on: boolean, checkNan: boolean): AnomalyMode | null => (on ? { checkNan } : null);

/**
 * Switches anomaly mode on or off for all that follows. In this mode an error in backward names the
 * forward call it belongs to, and NaN in a gradient is an error. Every op costs a stack trace.
 *
 * @param on - Whether the mode is on.
 * @param checkNan - Whether NaN in a gradient is an error.
 * @throws ArgumentError if `on` is no boolean.
 * @example
 * gt.autograd.setDetectAnomaly(true);
 * gt.autograd.isAnomalyEnabled(); // true
 * gt.autograd.setDetectAnomaly(false);
 * @see PyTorch `torch.autograd.set_detect_anomaly`
 */
export function setDetectAnomaly(on: boolean, checkNan = true): void {
  if (typeof on !== 'boolean') fail(ArgumentError, 'setDetectAnomaly', 'true or false', show(on));
  setAnomalyMode(modeOf(on, checkNan));
}

/**
 * Runs `body`, forward and backward, in anomaly mode (see `setDetectAnomaly`).
 *
 * @param body - What runs; synchronous.
 * @param checkNan - Whether NaN in a gradient is an error.
 * @returns What `body` returns.
 * @throws GradientError if a gradient has NaN, with the forward call that it belongs to.
 * @example
 * const x = gt.tensor([2], { requiresGrad: true });
 * gt.autograd.detectAnomaly(() => x.square().sum().backward());
 * x.grad; // [4]
 * @see PyTorch `torch.autograd.detect_anomaly`
 */
export const detectAnomaly = <T>(body: () => T, checkNan = true): T =>
  within('detectAnomaly', body, () => {
    const before = setAnomalyMode(modeOf(true, checkNan));
    return () => void setAnomalyMode(before);
  });

/**
 * Whether anomaly mode is on.
 *
 * @returns True inside `detectAnomaly`, and after `setDetectAnomaly(true)`.
 * @example
 * gt.autograd.isAnomalyEnabled(); // false
 */
export const isAnomalyEnabled = (): boolean => anomalyMode() !== null;
/**
 * Whether anomaly mode is on and takes NaN in a gradient for an error.
 *
 * @returns False while anomaly mode is off.
 * @example
 * gt.autograd.detectAnomaly(() => gt.autograd.isAnomalyCheckNanEnabled()); // true
 */
export const isAnomalyCheckNanEnabled = (): boolean => anomalyMode()?.checkNan === true;
