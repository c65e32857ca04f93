/** Whether the digits that somebody has dialled so far are a whole number, for phones that send them one by one. Pure. */
import { numberClaims } from '../config/dial-plan-checks.js';
import type { Config } from '../config/schema.js';

/**
 * `whole`: a number of the box, and the beginning of no other; or one for emergencies, whatever might follow. `begun`: there may come more; how long numbers outside are
 * nobody knows. `none`: nothing begins so.
 */
export function numberSoFar(config: Config, digits: string): 'whole' | 'begun' | 'none' {
  if (config.services.some(({ number, service }) => service === 'emergency' && number === digits))
    return 'whole';
  const beginLike = numberClaims(config).filter(({ value }) => value.startsWith(digits));
  const outside = config.routes.some(({ prefix }) => prefix.startsWith(digits) || digits.startsWith(prefix));
  if (beginLike.some(({ value }) => value === digits) && beginLike.length === 1 && !outside) return 'whole';
  return beginLike.length > 0 || outside ? 'begun' : 'none';
}
