/** A cell of the map as a geohash of seven characters, about 150 m wide: nothing finer is ever said of where a payer is. */

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const CHARS = 7;

export interface Position {
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
}

export function cellOf({ latitude, longitude }: Position): string {
  let east: [number, number] = [-180, 180];
  let north: [number, number] = [-90, 90];
  let cell = '';
  for (let char = 0; char < CHARS; char += 1) {
    let value = 0;
    for (let bit = 0; bit < 5; bit += 1) {
      // Longitude and latitude take turns, longitude first.
      const isEast = (char * 5 + bit) % 2 === 0;
      const [low, high] = isEast ? east : north;
      const middle = (low + high) / 2;
      const upper = (isEast ? longitude : latitude) >= middle;
      const half: [number, number] = upper ? [middle, high] : [low, middle];
      if (isEast) east = half;
      else north = half;
      value = value * 2 + Number(upper);
    }
    cell += ALPHABET.charAt(value);
  }
  return cell;
}
