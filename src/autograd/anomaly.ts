// Anomaly mode for users: it finds the forward call whose backward fails or gives NaN, at the price of a stack trace for every op.
import { ArgumentError, fail, show } from '../core/errors.js';
import { type AnomalyMode, anomalyMode, setAnomalyMode } from '../tensor/anomaly.js';
import { within } from '../tensor/node.js';

const modeOf = (on: boolean, checkNan: boolean): AnomalyMode | null => (on ? { checkNan } : null);

/** Switches anomaly mode on or off for all that follows: errors of backward tell where the op was called, and NaN in a gradient is an error (unless checkNan is false). */
export function setDetectAnomaly(on: boolean, checkNan = true): void {
  if (typeof on !== 'boolean') fail(ArgumentError, 'setDetectAnomaly', 'true or false', show(on));
  setAnomalyMode(modeOf(on, checkNan));
}

/** Runs `body`, forward and backward, in anomaly mode. */
export const detectAnomaly = <T>(body: () => T, checkNan = true): T =>
  within('detectAnomaly', body, () => {
    const before = setAnomalyMode(modeOf(true, checkNan));
    return () => void setAnomalyMode(before);
  });

export const isAnomalyEnabled = (): boolean => anomalyMode() !== null;
export const isAnomalyCheckNanEnabled = (): boolean => anomalyMode()?.checkNan === true;
