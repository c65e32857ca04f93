/** A media plane in which nothing sounds, for those who only ask what the rooms become. */
import type { Media } from '../../firmware/media/contract.js';

const nothing = () => {};

export const deafMedia = {
  join: nothing,
  leave: nothing,
  mute: nothing,
  volume: nothing,
  play: () => 1,
  stopPlay: nothing,
} as unknown as Media;
