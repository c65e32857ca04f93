/** Why a call ended, in the words of Q.850, and what SIP says for it (RFC 3398 §7.2, §8.2). */

export type Cause =
  | 'normal'
  | 'busy'
  | 'noAnswer'
  | 'rejected'
  /** The dial plan does not let the caller. */
  | 'barred'
  | 'unknownNumber'
  | 'unavailable'
  | 'incompatible'
  | 'congestion'
  | 'networkFailure';

const statuses: Record<Cause, number> = {
  normal: 480,
  busy: 486,
  noAnswer: 480,
  rejected: 603,
  barred: 403,
  unknownNumber: 404,
  unavailable: 480,
  incompatible: 488,
  congestion: 503,
  networkFailure: 500,
};

/** The SIP status that refuses a call for this cause. */
export function statusOf(cause: Cause): number {
  return statuses[cause];
}

/** What is reported of a call that came to nothing, as a SIP status. */
export function outcomeOf(cause: Cause): number {
  return cause === 'normal' ? 487 : statusOf(cause);
}

/** The cause behind a SIP status; 'normal' for a call that stood and was hung up. */
export function causeOf(status: number | undefined): Cause {
  switch (status) {
    case undefined:
    case 487:
      return 'normal';
    case 486:
    case 600:
      return 'busy';
    case 408:
      return 'noAnswer';
    case 401:
    case 403:
    case 407:
      return 'barred';
    case 603:
      return 'rejected';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'unknownNumber';
    case 415:
    case 488:
    case 606:
      return 'incompatible';
    case 503:
      return 'congestion';
    default:
      return status >= 500 ? 'networkFailure' : 'unavailable';
  }
}
